//! Data that somebody knows to be wrong.

use std::sync::Arc;
use std::time::Duration;

use lalin_cache::{Cached, Error, Source};
use tokio::task::yield_now;
use tokio::time::advance;

use crate::temperature::Thermometer;

const LIFE: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn the_next_call_reads_anew_and_nothing_older_is_served_as_stale() {
    let cached = Cached::new(Thermometer::reading(&["1", "2", "?"]), LIFE);
    assert_eq!(*cached.read().await.unwrap().data, 1.0);
    cached.invalidate();
    assert_eq!(*cached.read().await.unwrap().data, 2.0);
    cached.invalidate();
    assert!(matches!(cached.read().await, Err(Error::Source(_))));
}

#[tokio::test(start_paused = true)]
async fn a_held_failure_is_forgotten_too() {
    let cached = Cached::new(Thermometer::reading(&["?", "3"]), LIFE);
    assert!(cached.read().await.is_err());
    cached.invalidate();
    assert_eq!(*cached.read().await.unwrap().data, 3.0);
}

#[tokio::test(start_paused = true)]
async fn a_read_begun_before_it_answers_those_who_wait_and_is_not_remembered() {
    let thermometer = Thermometer::reading(&["wait 1", "wait 2", "3"]);
    let cached = Arc::new(Cached::new(thermometer.clone(), LIFE));
    let ask = || {
        let cached = cached.clone();
        tokio::spawn(async move { *cached.read().await.unwrap().data })
    };
    let early = ask();
    yield_now().await;
    cached.invalidate();
    let (late, later) = (ask(), ask());
    yield_now().await;
    // The first read to wait is the first to go on.
    thermometer.go_on.notify_one();
    assert_eq!(early.await.unwrap(), 1.0);
    let latest = ask();
    yield_now().await;
    thermometer.go_on.notify_one();
    for one in [late, later, latest] {
        assert_eq!(one.await.unwrap(), 2.0, "all of them share the read begun after it");
    }
    advance(LIFE).await;
    assert_eq!(*cached.read().await.unwrap().data, 3.0);
}
