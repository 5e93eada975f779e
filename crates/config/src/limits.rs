//! The limits of viewers and of connections to the web server, and their defaults.

use std::time::Duration;

/// The limits of viewers and of connections to the web server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many event streams may be open at once.
    pub viewers: usize,
    /// How many of them from one address, or one /64 of IPv6.
    pub viewers_per_address: usize,
    /// How many connections may be open at once, beside those of viewers.
    pub connections: usize,
    /// How many of them from one address, or one /64 of IPv6.
    pub connections_per_address: usize,
    /// How many of them are reserved for this machine itself.
    pub kept_for_this_machine: usize,
    /// How many may be in a TLS handshake at once.
    pub tls_handshakes: usize,
    /// How long a handshake, a request's head, and a request's body may take, each.
    pub request_time: Duration,
    /// How long a client may read nothing of what is sent to it.
    pub stalled_time: Duration,
    /// How long the server goes on serving after it was asked to stop, with `/readyz` at 503, so that a balancer notices.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            viewers: 10_000,
            viewers_per_address: 200,
            connections: 2_000,
            connections_per_address: 200,
            kept_for_this_machine: 32,
            tls_handshakes: 256,
            request_time: Duration::from_secs(10),
            stalled_time: Duration::from_secs(30),
            drain_time: Duration::ZERO,
        }
    }
}
