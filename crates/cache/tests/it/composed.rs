//! `Cached` around `Timeout` around a source, as the server has it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lalin_cache::{Cached, Timeout};
use lalin_stats::{Freshness, Phase, Source, SourceError};
use tokio::time::{Instant, advance};

use crate::sources::Slow;

#[tokio::test(start_paused = true)]
async fn a_router_that_never_answers_costs_fifty_callers_three_seconds_and_one_read() {
    let slow = Slow::hanging();
    let cached = Cached::new(Arc::new(Timeout::new(slow.clone(), Timeout::LIMIT)), Cached::LIFE);
    let asked = Instant::now();
    let outcomes = join_all((0..50).map(|_| cached.read())).await;
    assert!(asked.elapsed() < Duration::from_millis(3_200), "{:?}", asked.elapsed());
    let timed_out = SourceError::TimedOut { phase: Phase::Read, after: Timeout::LIMIT };
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().reason == timed_out));
    assert_eq!(slow.counts(), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_router_that_falls_silent_is_stale_with_the_time_out_as_its_reason() {
    struct OnceThenSilent(std::sync::atomic::AtomicBool);
    #[async_trait::async_trait]
    impl Source for OnceThenSilent {
        type Data = lalin_stats::Snapshot;
        type Error = lalin_stats::Failure;

        async fn read(&self) -> Result<lalin_stats::Reading, lalin_stats::Failure> {
            if self.0.swap(true, std::sync::atomic::Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            Ok(crate::sources::fresh())
        }
    }
    let source = Arc::new(OnceThenSilent(false.into()));
    let cached = Cached::new(Arc::new(Timeout::new(source, Timeout::LIMIT)), Cached::LIFE);
    let good = cached.read().await.unwrap();
    advance(Cached::LIFE).await;
    let stale = cached.read().await.unwrap();
    assert_eq!(stale.data.answered, good.data.answered);
    let Freshness::Stale(failure) = stale.freshness else { panic!("not stale") };
    assert_eq!(failure.reason.code(), "timed-out");
}
