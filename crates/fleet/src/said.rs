//! A router as somebody described it: in the file, in the page, by the API.

use std::path::PathBuf;
use std::time::Duration;

use lalin_config::{INTERVALS, RouterSettings, Sampling, Secret, TlsPolicy};
use lalin_http::{KeeperError, Kept, Source};
use lalin_mikrotik::ConnectLimit;
use lalin_stats::RouterId;
use lalin_store::{NewRouter, StoredRouter};
use zeroize::Zeroizing;

/// Everything that was said of a router.
#[derive(Clone, Debug)]
pub struct Said {
    pub(crate) id: RouterId,
    pub(crate) name: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Secret,
    pub(crate) tls: TlsPolicy,
    pub(crate) tls_ca: Option<PathBuf>,
    pub(crate) interval: Option<Duration>,
    pub(crate) tags: Vec<String>,
    pub(crate) notes: String,
    pub(crate) enabled: bool,
    pub(crate) source: Source,
}

/// Why a stored router cannot be used; others are not held up by it.
#[derive(Debug, thiserror::Error)]
#[error("router {id}: {detail}")]
pub struct NotThis {
    /// Which.
    pub id: RouterId,
    /// Why.
    pub detail: String,
}

impl Said {
    /// Of the configuration.
    pub fn configured(router: &RouterSettings) -> Self {
        Self {
            id: router.id.clone(),
            name: router.name.clone(),
            host: router.host.clone(),
            port: router.port,
            user: router.user.clone(),
            password: router.password.clone().unwrap_or_else(|| Secret::new(String::new())),
            tls: router.tls,
            tls_ca: router.tls_ca.clone(),
            interval: router.interval,
            tags: router.tags.clone(),
            notes: router.notes.clone(),
            enabled: router.enabled,
            source: Source::File,
        }
    }

    /// Of the store.
    ///
    /// # Errors
    /// [`NotThis`] for what this version does not know.
    pub fn stored(router: &StoredRouter) -> Result<Self, NotThis> {
        let StoredRouter { id, said, .. } = router;
        let tls = said.tls.parse().map_err(|error| NotThis { id: id.clone(), detail: format!("tls: {error}") })?;
        let password = said.password.as_ref().map_or_else(String::new, |password| password.to_string());
        Ok(Self {
            id: id.clone(),
            name: Some(said.name.clone()).filter(|name| !name.is_empty()),
            host: said.host.clone(),
            port: said.port,
            user: said.user.clone(),
            password: Secret::new(password),
            tls,
            tls_ca: None,
            // Of a time when the API took shorter ones than the file.
            interval: said.interval.map(|interval| interval.clamp(*INTERVALS.start(), *INTERVALS.end())),
            tags: said.tags.clone(),
            notes: said.notes.clone(),
            enabled: said.enabled,
            source: Source::Stored,
        })
    }

    /// How the router is talked to; see [`crate::Fleet`]. Without a limit nobody's connecting is waited for.
    ///
    /// # Errors
    /// A sentence, where a certificate of an authority cannot be used.
    pub fn session(
        &self,
        sampling: &Sampling,
        connects: Option<&ConnectLimit>,
    ) -> Result<lalin_mikrotik::Settings, String> {
        crate::stack::session(self, sampling, connects)
    }

    /// Whether the router is reached as `other` says, so that a session of one is one of the other.
    pub(crate) fn is_reached_as(&self, other: &Self) -> bool {
        let how = |said: &Self| (said.host.clone(), said.port, said.user.clone(), said.tls, said.tls_ca.clone());
        how(self) == how(other) && self.password == other.password
    }

    /// As it is kept.
    pub(crate) fn to_store(&self) -> NewRouter {
        NewRouter {
            name: self.name.clone().unwrap_or_default(),
            host: self.host.clone(),
            port: self.port,
            user: self.user.clone(),
            password: Some(Zeroizing::new(self.password.expose().to_owned())),
            tls: self.tls.to_string(),
            interval: self.interval,
            tags: self.tags.clone(),
            notes: self.notes.clone(),
            enabled: self.enabled,
        }
    }

    /// What people call it.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }

    /// Where it is, for display.
    pub(crate) fn address(&self) -> String {
        let bare = self.host.contains(':') && !self.host.starts_with('[');
        let host = if bare { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{host}:{}", self.port)
    }

    /// As the API shows it.
    pub(crate) fn kept(&self, usual: Duration) -> Kept {
        Kept {
            id: self.id.clone(),
            name: self.label().to_owned(),
            host: self.host.clone(),
            port: self.port,
            user: self.user.clone(),
            tls: self.tls.to_string(),
            interval: self.interval.unwrap_or(usual),
            tags: self.tags.clone(),
            notes: self.notes.clone(),
            enabled: self.enabled,
            source: self.source,
            about: None,
        }
    }

    /// Only what was said in the page or by the API is changed there.
    pub(crate) fn editable(&self) -> Result<(), KeeperError> {
        match self.source {
            Source::Stored => Ok(()),
            Source::File => Err(KeeperError::NotEditable(self.id.clone())),
        }
    }
}
