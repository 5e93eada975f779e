//! `Timeout` alone.

use std::sync::Arc;
use std::time::Duration;

use lalin_cache::Timeout;
use lalin_stats::{MockStatsSource, Phase, Source, SourceError};
use tokio::time::Instant;

use crate::sources::{Slow, fresh, refused};

const LIMIT: Duration = Duration::from_secs(3);

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_is_given_up_at_the_limit_and_its_read_is_dropped() {
    let source = Slow::hanging();
    let timeout = Timeout::new(source.clone(), LIMIT);
    let began = Instant::now();
    let failure = timeout.read().await.unwrap_err();
    assert_eq!(failure.reason, SourceError::TimedOut { phase: Phase::Read, after: LIMIT });
    assert!((LIMIT..LIMIT + Duration::from_millis(5)).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(source.counts(), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_within_the_limit_is_handed_on() {
    let source = Slow::taking(LIMIT - Duration::from_millis(1));
    assert!(Timeout::new(source.clone(), LIMIT).read().await.is_ok());
    assert_eq!(source.counts(), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_sources_own_failure_is_handed_on_as_it_is() {
    let mut failure = refused();
    (failure.attempt, failure.retry_at) = (4, Some(Instant::now()));
    let mut source = MockStatsSource::new();
    let told = failure.clone();
    source.expect_read().times(1).returning(move || Err(told.clone()));
    assert_eq!(Timeout::new(Arc::new(source), LIMIT).read().await.unwrap_err(), failure);
}

#[tokio::test(start_paused = true)]
async fn each_read_has_the_whole_limit() {
    let mut source = MockStatsSource::new();
    source.expect_read().times(2).returning(|| Ok(fresh()));
    let timeout = Timeout::new(Arc::new(source), LIMIT);
    timeout.read().await.unwrap();
    tokio::time::advance(LIMIT * 2).await;
    timeout.read().await.unwrap();
}
