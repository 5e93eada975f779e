//! The sampling loop of one router: one read an interval while somebody watches, fewer while samples are only recorded,
//! none otherwise.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use lalin_stats::{Failure, Reading, SourceError, StatsSource};
use tokio::time::{Instant, sleep_until};

use crate::Settings;
use crate::demand::Pace;
use crate::shared::Shared;

/// Samples for as long as the task lives.
pub(crate) async fn run(shared: Arc<Shared>, source: Arc<dyn StatsSource>) {
    let mut next = Instant::now();
    loop {
        shared.demand.begun().await;
        shared.engine().begin();
        tokio::select! {
            biased;
            () = shared.demand.ended() => {}
            // Never ends by itself.
            () = sample(&shared, &*source, &mut next) => {}
        }
        shared.engine().end();
    }
}

/// One read an interval. `next` outlives a run, so that viewers who come and go quickly cause no more reads than one
/// who stays.
async fn sample(shared: &Shared, source: &dyn StatsSource, next: &mut Instant) {
    let mut pace = shared.demand.pace();
    shared.engine().set_pace(pace.unwrap_or(Pace::Live));
    *next = (*next).max(Instant::now() + shared.first_read_delay());
    // When the newest read began.
    let mut last = None;
    loop {
        tokio::select! {
            () = sleep_until(*next) => {}
            () = shared.demand.other_than(pace) => {
                pace = shared.demand.pace();
                if let Some(pace) = pace {
                    shared.engine().set_pace(pace);
                }
                let interval = shared.settings().interval;
                *next = (*next).min(last.map_or(Instant::now(), |last| last + interval)).max(Instant::now());
                continue;
            }
            () = shared.changed.notified() => {
                *next = (*next).min(Instant::now() + shared.settings().interval);
                continue;
            }
        }
        let Settings { interval, warm_up, .. } = shared.settings();
        let begun = Instant::now();
        shared.engine().begins_late(begun.saturating_duration_since(*next));
        last = Some(begun);
        *next = begun + interval;
        let outcome = read(source).await;
        let first_of_run = {
            let mut engine = shared.engine();
            engine.learn(source.timing());
            engine.record(outcome) && engine.starts_a_run()
        };
        if first_of_run {
            *next = begun + warm_up.min(interval);
        }
        // Where a read took longer than the interval, the next one follows at once, and only one.
        *next = (*next).max(Instant::now());
    }
}

/// Reads, and turns a panic of the source into a failure like any other.
async fn read(source: &dyn StatsSource) -> Result<Reading, Failure> {
    AssertUnwindSafe(source.read())
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(SourceError::Internal { detail: "the source panicked".into() }.into()))
}
