//! What the authentication has to know of the server.

use std::net::IpAddr;

/// How the server is reached, and by whom.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AuthSettings {
    /// The server listens on loopback only.
    pub loopback: bool,
    /// Everyone who reaches the server may look; only changes need an account.
    pub open: bool,
    /// Proxies that are believed when they tell a client's address, scheme and host.
    pub proxies: Vec<IpAddr>,
    /// The names under which the server is reached. Empty: any name, or on loopback only those of the machine itself.
    pub hosts: Vec<String>,
    /// The path under which a proxy shows the server, such as `/lalin`; empty: at the root.
    pub base_path: String,
    /// The server itself speaks TLS, so cookies are never sent without it.
    pub tls: bool,
    /// Other sites whose pages may show the traffic, as the configuration names them.
    pub embed_origins: Vec<String>,
}

impl AuthSettings {
    /// Whether the configuration says that requests come through a proxy.
    fn names_a_proxy(&self) -> bool {
        !(self.proxies.is_empty() && self.hosts.is_empty() && self.base_path.is_empty())
    }

    /// Whether the user of this machine needs no account while there are no accounts.
    pub(super) fn trusts_this_machine(&self) -> bool {
        self.loopback && !self.names_a_proxy()
    }
}
