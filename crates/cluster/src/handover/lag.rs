//! How far each collector is taken in, for people: nothing is decided by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::lease::Behind;

/// Between two questions, and until a slow answer is there.
const USUAL: Duration = Duration::from_secs(15);

/// A node that records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Collector {
    /// Its name.
    pub node: String,
    /// Its site; `None` at the centre.
    pub site: Option<String>,
}

/// How far one collector is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Ticks that were taken in since the start.
    pub ticks: u64,
    /// There was more when it was asked last.
    pub more: bool,
    /// Why the last question has no answer; `None` where it has one.
    pub failed: Option<String>,
    /// All that was recorded by then is here; before that is known, when it was asked first.
    pub whole: Instant,
    /// It is known: the collector has said since the start that there was no more.
    pub is_known: bool,
}

impl Lag {
    fn new() -> Self {
        Self { ticks: 0, more: false, failed: None, whole: Instant::now(), is_known: false }
    }

    /// What was recorded in this time may not be here yet; before that is known, it is so at least. Between two questions
    /// it grows and falls again.
    pub fn behind(&self) -> Duration {
        self.whole.elapsed()
    }

    /// The same for programs: until it is known no small number, which would say that all is well, but a large one.
    pub fn told(&self) -> Option<Duration> {
        Some(self.behind()).filter(|behind| self.is_known || *behind > USUAL)
    }
}

/// The lags of all collectors that are followed.
#[derive(Clone, Debug, Default)]
pub struct Lags(Arc<Mutex<BTreeMap<Collector, Lag>>>);

impl Lags {
    /// As they are now.
    pub fn now(&self) -> BTreeMap<Collector, Lag> {
        self.lock().clone()
    }

    /// The collector that is behind the most, one of which that is not known before all others; `None` where nobody is
    /// followed.
    pub fn most(&self) -> Option<Behind> {
        let lags = self.lock();
        let (collector, lag) = lags.iter().max_by_key(|(_, lag)| (!lag.is_known, lag.behind()))?;
        let (seconds, unknown) = (lag.behind().as_secs(), !lag.is_known);
        Some(Behind { seconds, node: collector.node.clone(), unknown })
    }

    /// From now on these are followed, and no others.
    pub(super) fn follow(&self, collectors: &[Collector]) {
        let mut lags = self.lock();
        lags.retain(|collector, _| collectors.contains(collector));
        for collector in collectors {
            lags.entry(collector.clone()).or_insert_with(Lag::new);
        }
    }

    /// What became of a question; nothing where the collector is not followed any more.
    pub(super) fn change(&self, collector: &Collector, change: impl FnOnce(&mut Lag)) {
        if let Some(lag) = self.lock().get_mut(collector) {
            change(lag);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Collector, Lag>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
