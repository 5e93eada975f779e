//! The demand for a router's samples: open subscriptions, and polls, each of which counts for a while.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Who wants samples now.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    viewers: usize,
    leased_until: Option<Instant>,
}

impl Wanted {
    fn until(self, now: Instant) -> Until {
        match self.leased_until {
            _ if self.viewers > 0 => Until::Changed,
            Some(end) if end > now => Until::LeaseEnd(end),
            _ => Until::Over,
        }
    }
}

/// How long somebody watches, as far as is known now.
enum Until {
    /// Until the last subscription ends, which changes the demand.
    Changed,
    LeaseEnd(Instant),
    Over,
}

/// The demand for one router's samples.
#[derive(Debug)]
pub(crate) struct Demand {
    wanted: watch::Sender<Wanted>,
}

impl Demand {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { wanted: watch::Sender::new(Wanted::default()) })
    }

    /// Counts a viewer for as long as the guard lives.
    pub(crate) fn enter(self: &Arc<Self>) -> Viewer {
        self.wanted.send_modify(|wanted| wanted.viewers += 1);
        Viewer(self.clone())
    }

    /// Counts a poll as a viewer for `lease`.
    pub(crate) fn lease(&self, lease: Duration) {
        let end = Instant::now() + lease;
        self.wanted.send_modify(|wanted| wanted.leased_until = wanted.leased_until.max(Some(end)));
    }

    /// The number of open subscriptions; polls do not count here.
    pub(crate) fn viewers(&self) -> usize {
        self.wanted.borrow().viewers
    }

    /// Resolves as soon as somebody watches.
    pub(crate) async fn begun(&self) {
        let mut wanted = self.wanted.subscribe();
        // The sender lives in `self`, so the channel cannot close.
        let _ = wanted.wait_for(|wanted| !matches!(wanted.until(Instant::now()), Until::Over)).await;
    }

    /// Resolves as soon as nobody watches.
    pub(crate) async fn ended(&self) {
        let mut changes = self.wanted.subscribe();
        loop {
            let wanted = *changes.borrow_and_update();
            match wanted.until(Instant::now()) {
                Until::Over => return,
                Until::Changed => drop(changes.changed().await),
                Until::LeaseEnd(end) => tokio::select! {
                    () = sleep_until(end) => {}
                    _ = changes.changed() => {}
                },
            }
        }
    }
}

/// One viewer, who leaves when it is dropped.
#[derive(Debug)]
pub(crate) struct Viewer(Arc<Demand>);

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.wanted.send_modify(|wanted| wanted.viewers -= 1);
    }
}
