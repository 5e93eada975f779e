//! The demand for a router's samples: open subscriptions, polls, each of which counts for a while, and recorders, which
//! are content with fewer samples.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Who wants samples now.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    viewers: usize,
    recorders: usize,
    leased_until: Option<Instant>,
}

impl Wanted {
    /// Whether somebody looks now, and when that may change.
    fn watched(self, now: Instant) -> Watched {
        match self.leased_until {
            _ if self.viewers > 0 => Watched::Yes,
            Some(end) if end > now => Watched::Until(end),
            _ => Watched::No,
        }
    }

    fn pace(self, now: Instant) -> Option<Pace> {
        match self.watched(now) {
            Watched::Yes | Watched::Until(_) => Some(Pace::Live),
            Watched::No => (self.recorders > 0).then_some(Pace::Recording),
        }
    }
}

/// How long somebody watches, as far as is known now.
enum Watched {
    /// Until the last subscription ends, which changes the demand.
    Yes,
    /// Until a lease ends.
    Until(Instant),
    No,
}

/// How often samples are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Somebody watches.
    Live,
    /// Nobody watches, but samples are recorded.
    Recording,
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

    /// Counts a subscriber at this pace for as long as the guard lives.
    pub(crate) fn enter(self: &Arc<Self>, pace: Pace) -> Viewer {
        self.wanted.send_modify(|wanted| *wanted.at(pace) += 1);
        Viewer(self.clone(), pace)
    }

    /// Counts a poll as a viewer for `lease`. True if nobody watched before.
    ///
    /// A lease that only grows wakes nobody: who waits for its end looks at it again then.
    pub(crate) fn lease(&self, lease: Duration) -> bool {
        let now = Instant::now();
        self.wanted.send_if_modified(|wanted| {
            let begun = wanted.pace(now) != Some(Pace::Live);
            wanted.leased_until = wanted.leased_until.max(Some(now + lease));
            begun
        })
    }

    /// The number of open subscriptions of viewers; polls and recorders do not count here.
    pub(crate) fn viewers(&self) -> usize {
        self.wanted.borrow().viewers
    }

    /// How often samples are wanted now; `None` if they are not.
    pub(crate) fn pace(&self) -> Option<Pace> {
        self.wanted.borrow().pace(Instant::now())
    }

    /// Resolves as soon as samples are wanted.
    pub(crate) async fn begun(&self) {
        self.other_than(None).await;
    }

    /// Resolves as soon as no samples are wanted.
    pub(crate) async fn ended(&self) {
        while let Some(pace) = self.pace() {
            self.other_than(Some(pace)).await;
        }
    }

    /// Resolves as soon as somebody watches; who only records does not count.
    pub(crate) async fn watched(&self) {
        loop {
            match self.pace() {
                Some(Pace::Live) => return,
                other => self.other_than(other).await,
            }
        }
    }

    /// Resolves as soon as nobody watches.
    pub(crate) async fn unwatched(&self) {
        self.other_than(Some(Pace::Live)).await;
    }

    /// Resolves as soon as samples are wanted at another pace than this one.
    pub(crate) async fn other_than(&self, pace: Option<Pace>) {
        let mut changes = self.wanted.subscribe();
        loop {
            let (wanted, now) = (*changes.borrow_and_update(), Instant::now());
            if wanted.pace(now) != pace {
                return;
            }
            // The sender lives in `self`, so the channel cannot close.
            match wanted.watched(now) {
                Watched::Yes | Watched::No => drop(changes.changed().await),
                Watched::Until(end) => tokio::select! {
                    () = sleep_until(end) => {}
                    _ = changes.changed() => {}
                },
            }
        }
    }
}

impl Wanted {
    /// The number of open subscriptions at this pace.
    fn at(&mut self, pace: Pace) -> &mut usize {
        match pace {
            Pace::Live => &mut self.viewers,
            Pace::Recording => &mut self.recorders,
        }
    }
}

/// One subscriber, who leaves when it is dropped.
#[derive(Debug)]
pub(crate) struct Viewer(Arc<Demand>, Pace);

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.wanted.send_modify(|wanted| *wanted.at(self.1) -= 1);
    }
}
