//! `Cached` alone.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lalin_cache::Cached;
use lalin_stats::{Failure, Freshness, MockStatsSource, Phase, Reading, Snapshot, Source, SourceError};
use mockall::Sequence;
use tokio::task::yield_now;
use tokio::time::{Instant, advance};

use crate::sources::{Slow, fresh, refused};

const LIFE: Duration = Duration::from_secs(5);
const MS: Duration = Duration::from_millis(1);

/// A cache around a source that gives these outcomes in this order, and fails the test if it is read once more.
fn cached(outcomes: Vec<fn() -> Result<Reading, Failure>>) -> Cached<MockStatsSource> {
    let mut source = MockStatsSource::new();
    let mut order = Sequence::new();
    for outcome in outcomes {
        source.expect_read().times(1).in_sequence(&mut order).returning(outcome);
    }
    Cached::new(Arc::new(source), LIFE)
}

fn internal(outcome: &Result<Reading, Failure>) -> bool {
    matches!(outcome, Err(Failure { reason: SourceError::Internal { .. }, .. }))
}

#[tokio::test(start_paused = true)]
async fn data_younger_than_its_life_is_served_from_memory() {
    let cached = cached(vec![|| Ok(fresh()), || Ok(fresh())]);
    let first = cached.read().await.unwrap();
    advance(LIFE - MS).await;
    let second = cached.read().await.unwrap();
    assert!(Arc::ptr_eq(&first.data, &second.data));
    assert_eq!(second.freshness, Freshness::Fresh);
    advance(MS).await;
    let third = cached.read().await.unwrap();
    assert!(third.data.answered > first.data.answered);
}

#[tokio::test(start_paused = true)]
async fn the_age_is_the_snapshots_own_not_that_of_the_call() {
    let slow = Slow::taking(Duration::from_secs(1));
    let cached = Cached::new(slow.clone(), LIFE);
    cached.read().await.unwrap();
    advance(LIFE - MS).await;
    cached.read().await.unwrap();
    assert_eq!(slow.counts().0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_at_expiry_cause_exactly_one_read() {
    let slow = Slow::taking(Duration::from_millis(200));
    let cached = Arc::new(Cached::new(slow.clone(), LIFE));
    cached.read().await.unwrap();
    advance(LIFE).await;
    let callers = (0..1_000).map(|_| {
        let cached = cached.clone();
        tokio::spawn(async move { cached.read().await.unwrap().data.answered })
    });
    let moments = join_all(callers).await;
    assert_eq!(slow.counts(), (2, 2, 0));
    let newest = *moments[0].as_ref().unwrap();
    assert!(moments.iter().all(|at| *at.as_ref().unwrap() == newest), "all share the one outcome");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_callers_on_many_threads_cause_exactly_one_read() {
    let mut source = MockStatsSource::new();
    source.expect_read().times(1).returning(|| Ok(fresh()));
    let cached = Arc::new(Cached::new(Arc::new(source), Duration::from_secs(600)));
    let callers = (0..1_000).map(|_| {
        let cached = cached.clone();
        tokio::spawn(async move { cached.read().await.is_ok() })
    });
    assert!(join_all(callers).await.into_iter().all(Result::unwrap));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_callers_of_a_source_that_fails_at_once_cause_one_read() {
    let mut source = MockStatsSource::new();
    source.expect_read().times(1).returning(|| Err(refused()));
    let cached = Cached::new(Arc::new(source), LIFE).with_failure_hold(Duration::from_secs(600));
    let cached = Arc::new(cached);
    let callers = (0..1_000).map(|_| {
        let cached = cached.clone();
        tokio::spawn(async move { cached.read().await.unwrap_err() })
    });
    assert!(join_all(callers).await.into_iter().all(|failure| failure.unwrap() == refused()));
}

#[tokio::test(start_paused = true)]
async fn a_failure_answers_only_the_callers_of_that_moment() {
    let cached = cached(vec![|| Err(refused()), || Ok(fresh())]);
    assert_eq!(cached.read().await.unwrap_err(), refused());
    assert_eq!(cached.read().await.unwrap_err(), refused());
    advance(Cached::FAILURE_HOLD).await;
    assert_eq!(cached.read().await.unwrap().freshness, Freshness::Fresh);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_leaves_does_not_cancel_the_read_for_the_others() {
    let slow = Slow::taking(Duration::from_secs(1));
    let cached = Arc::new(Cached::new(slow.clone(), LIFE));
    let first = tokio::spawn({
        let cached = cached.clone();
        async move { cached.read().await }
    });
    yield_now().await;
    let second = tokio::spawn({
        let cached = cached.clone();
        async move { cached.read().await }
    });
    advance(Duration::from_millis(500)).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert!(second.await.unwrap().is_ok());
    assert_eq!(slow.counts(), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_everyone_left_still_fills_the_memory() {
    let slow = Slow::taking(Duration::from_secs(1));
    let cached = Cached::new(slow.clone(), LIFE);
    assert!(tokio::time::timeout(Duration::from_millis(10), cached.read()).await.is_err());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = Instant::now();
    cached.read().await.unwrap();
    assert_eq!(asked.elapsed(), Duration::ZERO);
    assert_eq!(slow.counts(), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_cache_ends_the_read() {
    let slow = Slow::hanging();
    let cached = Cached::new(slow.clone(), LIFE);
    assert!(tokio::time::timeout(Duration::from_millis(10), cached.read()).await.is_err());
    assert_eq!(slow.counts(), (1, 0, 0));
    drop(cached);
    yield_now().await;
    assert_eq!(slow.counts(), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_after_good_data_gives_that_data_with_the_reason_whatever_its_age() {
    let cached = cached(vec![|| Ok(fresh()), || Err(refused())]);
    let good = cached.read().await.unwrap();
    advance(Duration::from_secs(86_400)).await;
    let stale = cached.read().await.unwrap();
    assert!(Arc::ptr_eq(&good.data, &stale.data));
    assert_eq!(stale.freshness, Freshness::Stale(refused()));
    assert_eq!(stale.data.age(Instant::now()).as_secs(), 86_400);
}

#[tokio::test(start_paused = true)]
async fn a_failure_without_data_is_the_answer() {
    let cached = cached(vec![|| Err(refused())]);
    assert_eq!(cached.read().await.unwrap_err(), refused());
}

#[tokio::test(start_paused = true)]
async fn a_panicking_source_is_an_internal_failure_and_the_next_call_starts_anew() {
    let cached = cached(vec![|| panic!("on purpose"), || panic!("on purpose, again"), || Ok(fresh())]);
    assert!(internal(&cached.read().await));
    assert!(internal(&cached.read().await));
    assert_eq!(cached.read().await.unwrap().freshness, Freshness::Fresh);
}

#[tokio::test(start_paused = true)]
async fn a_panic_after_good_data_gives_the_data_with_the_reason() {
    let cached = cached(vec![|| Ok(fresh()), || panic!("on purpose")]);
    cached.read().await.unwrap();
    advance(LIFE).await;
    let Freshness::Stale(failure) = cached.read().await.unwrap().freshness else { panic!("not stale") };
    assert_eq!(failure.reason.code(), "internal");
}

#[tokio::test(start_paused = true)]
async fn every_waiter_of_a_panicking_read_is_told() {
    struct Trap;
    #[async_trait::async_trait]
    impl Source for Trap {
        type Data = Snapshot;
        type Error = Failure;

        async fn read(&self) -> Result<Reading, Failure> {
            tokio::time::sleep(MS).await;
            panic!("on purpose")
        }
    }
    let cached = Cached::new(Arc::new(Trap), LIFE);
    let outcomes = join_all((0..50).map(|_| cached.read())).await;
    assert!(outcomes.iter().all(internal));
}

#[tokio::test(start_paused = true)]
async fn a_hanging_source_is_given_up_and_does_not_wedge_the_cache() {
    let slow = Slow::hanging();
    let cached = Cached::new(slow.clone(), LIFE).with_flight_limit(Duration::from_secs(7));
    for reads in 1..=3 {
        let failure = cached.read().await.unwrap_err();
        assert_eq!(failure.reason, SourceError::TimedOut { phase: Phase::Read, after: Duration::from_secs(7) });
        assert_eq!(slow.counts(), (reads, 0, reads));
        advance(Cached::FAILURE_HOLD).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_source_does_not_vouch_for_is_handed_on_and_never_becomes_fresh() {
    let stale = || Ok(Reading { freshness: Freshness::Stale(refused()), ..fresh() });
    let cached = cached(vec![stale, stale]);
    for _ in 0..2 {
        assert_eq!(cached.read().await.unwrap().freshness, Freshness::Stale(refused()));
    }
}
