//! What systemd is told: that the server serves, how it goes in a line, that it stops, and, as long as it is alive, that it
//! is. Without systemd nothing happens here.
//!
//! Alive means: a task on the runtime takes its turn each second and gets hold of what every router's loop needs, whether
//! anybody watches or not. A router that is slow or gone delays nothing of that; a runtime whose threads are stuck, or a
//! lock that nobody gives back, does. A thread of its own passes it on, so that it can also keep silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_monitor::Monitor;
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::words::{known, say};

/// How often the runtime takes a turn.
const TURN: Duration = Duration::from_secs(1);
/// How often the line is told at the least.
const STATUS: Duration = Duration::from_secs(15);

/// The link to the supervisor; nothing where there is none. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Supervisor(Option<Link>);

#[derive(Debug)]
struct Link {
    monitor: Arc<Monitor>,
    turns: AbortHandle,
    /// Its end is the thread's.
    _thread: Sender<()>,
}

impl Supervisor {
    /// Begins to tell that the server is alive; not yet that it serves. Needs a runtime.
    pub(crate) fn begin(monitor: &Arc<Monitor>) -> Self {
        if std::env::var_os("NOTIFY_SOCKET").is_none() {
            return Self(None);
        }
        let begun = Instant::now();
        let stamp = Arc::new(AtomicU64::new(0));
        let turns = tokio::spawn(turns(monitor.clone(), begun, stamp.clone()).boxed()).abort_handle();
        let (thread, ended) = channel::<()>();
        let watchdog = notify::watchdog();
        let every = watchdog.map_or(STATUS, |limit| (limit / 4).min(STATUS));
        let of = monitor.clone();
        let feed = move || {
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let silent = begun.elapsed().saturating_sub(Duration::from_millis(stamp.load(Ordering::Acquire)));
                // Late by half of the limit is too late; a machine that is only busy gets a few turns more.
                let alive = silent < watchdog.map_or(STATUS, |limit| limit / 2).max(2 * TURN);
                if alive {
                    notify::alive(&line(&of), watchdog.is_some());
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("supervisor".into()).spawn(feed) {
            tracing::error!(%error, "systemd is not told that the server is alive");
        }
        Self(Some(Link { monitor: monitor.clone(), turns, _thread: thread }))
    }

    /// The sockets listen and the data is open.
    pub(crate) fn ready(&self) {
        if let Some(link) = &self.0 {
            notify::ready(&line(&link.monitor));
        }
    }

    /// The server stops.
    pub(crate) fn stopping(&self) {
        if self.0.is_some() {
            notify::stopping(known("supervisor.stopping").unwrap_or_default());
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.turns.abort();
    }
}

async fn turns(monitor: Arc<Monitor>, begun: Instant, stamp: Arc<AtomicU64>) {
    let mut turns = interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        // Takes what each router's own loop takes.
        monitor.routers().iter().for_each(|router| drop(router.read_counts()));
        stamp.store(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Release);
    }
}

/// `3 of 4 routers live, 12 viewers`.
fn line(monitor: &Monitor) -> String {
    let routers = monitor.routers();
    let viewers: usize = routers.iter().map(|router| router.viewers()).sum();
    let bad = |code: &str| matches!(code, "unreachable" | "stale" | "connecting");
    let bad = routers.iter().filter(|router| bad(router.status().state.code())).count();
    let all = routers.len();
    say("supervisor.status", &[("good", &(all - bad)), ("all", &all), ("viewers", &viewers)])
}

#[cfg(unix)]
mod notify {
    use std::time::Duration;

    use sd_notify::NotifyState;

    fn send(states: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(states) {
            tracing::debug!(%error, "systemd cannot be told");
        }
    }

    pub(super) fn watchdog() -> Option<Duration> {
        sd_notify::watchdog_enabled()
    }

    pub(super) fn ready(line: &str) {
        send(&[NotifyState::Ready, NotifyState::Status(line)]);
    }

    pub(super) fn alive(line: &str, watched: bool) {
        let status = NotifyState::Status(line);
        if watched { send(&[NotifyState::Watchdog, status]) } else { send(&[status]) }
    }

    pub(super) fn stopping(line: &str) {
        send(&[NotifyState::Stopping, NotifyState::Status(line)]);
    }
}

#[cfg(not(unix))]
mod notify {
    use std::time::Duration;

    pub(super) fn watchdog() -> Option<Duration> {
        None
    }

    pub(super) fn ready(_: &str) {}

    pub(super) fn alive(_: &str, _: bool) {}

    pub(super) fn stopping(_: &str) {}
}
