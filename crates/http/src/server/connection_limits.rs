//! The limits for connections.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The largest head of a request, bytes. Actix itself would buffer 128 KiB of one, and twice that while it grows.
pub(super) const LARGEST_HEAD: usize = 16 << 10;

/// How much connections may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// How many may be open at once, beside those that carry an event stream.
    pub connections: usize,
    /// How many of them from one address, or from one /64 of IPv6. Does not apply to this machine and to trusted proxies.
    pub connections_per_address: usize,
    /// How many of them are reserved for this machine itself.
    pub kept_for_this_machine: usize,
    /// How many event streams there can be: every one of them may keep a connection.
    pub viewers: usize,
    /// How many TLS handshakes may be under way at once.
    pub handshakes: usize,
    /// How long a handshake, the head of a request, and its body may take to arrive, each.
    pub request_time: Duration,
    /// How long a client may accept nothing of what is sent to it.
    pub stalled_time: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 2_000,
            connections_per_address: 200,
            kept_for_this_machine: 32,
            viewers: 10_000,
            handshakes: 256,
            request_time: Duration::from_secs(10),
            stalled_time: Duration::from_secs(30),
        }
    }
}

/// Whether an address stands for many people, as a trusted proxy's does.
pub type Exempt = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;
