//! What flows on the demonstration's interfaces since before its start: the simulated routers go on by it, and what is
//! made up of the past is computed from it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{BitsPerSecond, Interface, Rate};
use routeros_simulator::Traffic;
use tokio::time::Instant;

/// How much past there is at the start.
pub(crate) const PAST: Duration = Duration::from_secs(3_600);

/// What flows on each interface since before the start.
#[derive(Clone)]
pub(crate) struct Truth {
    pub(crate) began: Instant,
    pub(crate) traffic: Arc<HashMap<String, (Traffic, Traffic)>>,
}

impl Truth {
    /// What an interface carries on average, bit/s: received and sent.
    pub(crate) fn mean(&self, interface: &str) -> [f64; 2] {
        let Some((rx, tx)) = self.traffic.get(interface) else { return [0.0; 2] };
        [rx, tx].map(|of| of.bytes_until(PAST) as f64 * 8.0 / PAST.as_secs_f64())
    }

    /// The bytes of the time before a moment.
    pub(crate) fn passed(&self, interface: &str, at: Instant, ago: Duration) -> [u64; 2] {
        let Some((rx, tx)) = self.traffic.get(interface) else { return [0; 2] };
        let to = at.saturating_duration_since(self.began) + PAST;
        [rx, tx].map(|of| of.bytes_until(to).saturating_sub(of.bytes_until(to.saturating_sub(ago))))
    }

    /// The mean from so long ago until so long ago.
    pub(crate) fn rate(&self, interface: &Interface, from: Duration, to: Duration) -> Rate {
        let Some((rx, tx)) = self.traffic.get(&*interface.name) else {
            return Rate { rx: Some(BitsPerSecond::new(0)), tx: Some(BitsPerSecond::new(0)) };
        };
        let now = self.began.elapsed() + PAST;
        let (from, to) = (now.saturating_sub(from), now.saturating_sub(to));
        let millis = u64::try_from((to - from).as_millis()).unwrap_or(u64::MAX).max(1);
        let mean = |of: &Traffic| {
            let bytes = of.bytes_until(to).saturating_sub(of.bytes_until(from));
            Some(BitsPerSecond::new(bytes.saturating_mul(8_000) / millis))
        };
        Rate { rx: mean(rx), tx: mean(tx) }
    }
}
