//! What a router says of itself: asked while somebody looks, seldom, and never in the way of a read.

use std::time::Duration;

use lalin_http::About;
use lalin_mikrotik as mikrotik;
use tokio::time::Instant;

/// What was said is old after this time.
pub(crate) const FRESH: Duration = Duration::from_secs(30);
/// So many routers are asked at once.
pub(crate) const AT_ONCE: usize = 16;

/// What one router said, and when it was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) about: Option<About>,
    pub(crate) asked: Option<Instant>,
}

impl Told {
    /// Whether it is time to ask.
    pub(crate) fn is_old(&self) -> bool {
        self.asked.is_none_or(|asked| asked.elapsed() >= FRESH)
    }
}

/// As the API shows it.
pub(crate) fn view(about: mikrotik::SystemInfo) -> About {
    About {
        identity: about.identity,
        model: about.board,
        version: about.version,
        uptime_ms: about.uptime.map(|uptime| u64::try_from(uptime.as_millis()).unwrap_or(u64::MAX)),
        cpu_percent: about.cpu_percent,
        memory_used: about.memory_used,
        memory_total: about.memory_total,
        sessions: about.sessions,
    }
}
