//! Everything that is set for one router. The file, the store, the API and the fleet all use this one type.
//!
//! It is defined here because both the configuration and the store make one, and this is the lowest crate that knows what
//! its fields may hold ([`TlsPolicy`], [`Secret`], [`INTERVALS`](crate::INTERVALS)). The alternative, `lalin-stats`, is
//! published for others to embed, and passwords are no part of a vocabulary of traffic.

use std::path::PathBuf;
use std::time::Duration;

use lalin_stats::RouterId;

use crate::{Secret, TlsPolicy};

/// Everything that is set for one router. `Debug` shows no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterSettings {
    /// Its name in URLs; made of the host where the file gives none.
    pub id: RouterId,
    /// Its name on the page.
    pub name: Option<String>,
    /// A host name or an IP address (an IPv6 address without its brackets).
    pub host: String,
    /// The TCP port of RouterOS's API service.
    pub port: u16,
    /// The RouterOS user.
    pub user: String,
    /// The user's password. The binary asks for one that the file does not give, where somebody can answer.
    pub password: Option<Secret>,
    /// How its certificate is trusted.
    pub tls: TlsPolicy,
    /// The authority that signed its certificate, a PEM file; only with [`TlsPolicy::System`].
    pub tls_ca: Option<PathBuf>,
    /// How often it is sampled, where it differs from the rest.
    pub interval: Option<Duration>,
    /// The interfaces that lead to the internet, by name; empty: found by the router's default routes, or by names and
    /// comments.
    pub wan: Vec<String>,
    /// Site, POP and the like.
    pub tags: Vec<String>,
    /// Free text.
    pub notes: String,
    /// Whether it is watched at all.
    pub enabled: bool,
    /// Where these settings are kept.
    pub origin: RouterOrigin,
}

/// Where a router's settings are kept, and therefore where they can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouterOrigin {
    /// In the configuration: its file, a flag, or the environment.
    File,
    /// In the store: they came from the page or the API.
    Stored,
}

impl RouterSettings {
    /// Settings of the configuration with nothing but this set.
    pub fn new(id: RouterId, host: &str, port: u16, user: &str) -> Self {
        Self {
            id,
            name: None,
            host: host.to_owned(),
            port,
            user: user.to_owned(),
            password: None,
            tls: TlsPolicy::Off,
            tls_ca: None,
            interval: None,
            wan: Vec::new(),
            tags: Vec::new(),
            notes: String::new(),
            enabled: true,
            origin: RouterOrigin::File,
        }
    }

    /// What people call it: its name, or else its id.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }

    /// Host and port for display: a host with colons stands in brackets.
    pub fn address(&self) -> String {
        let bare = self.host.contains(':') && !self.host.starts_with('[');
        let host = if bare { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{host}:{}", self.port)
    }

    /// The same settings without the password, to be shown.
    #[must_use]
    pub fn without_password(&self) -> Self {
        Self { password: None, ..self.clone() }
    }
}
