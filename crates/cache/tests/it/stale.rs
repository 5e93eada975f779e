//! How old stale data may be, on data that is no traffic.

use std::time::Duration;

use lalin_cache::{Cached, Error, Freshness, Source, Timeout};
use tokio::time::advance;

use crate::temperature::Thermometer;

const LIFE: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn stale_data_is_served_up_to_its_bound_and_beyond_it_the_failure_is_the_answer() {
    let cached = Cached::new(Thermometer::reading(&["21.5", "?", "?", "22"]), LIFE).with_max_stale(MINUTE);
    assert_eq!(*cached.read().await.unwrap().data, 21.5);
    advance(MINUTE).await;
    let stale = cached.read().await.unwrap();
    assert_eq!(*stale.data, 21.5);
    assert!(matches!(stale.freshness, Freshness::Stale(Error::Source(_))));
    advance(Cached::FAILURE_HOLD).await;
    assert!(matches!(cached.read().await, Err(Error::Source(_))));
    assert!(matches!(cached.read().await, Err(Error::Source(_))), "a failure that is held knows the bound, too");
    advance(Cached::FAILURE_HOLD).await;
    assert_eq!(*cached.read().await.unwrap().data, 22.0);
}

#[tokio::test(start_paused = true)]
async fn the_error_of_any_source_can_say_that_time_ran_out() {
    let limited = Timeout::new(Thermometer::reading(&["wait 20"]), Timeout::LIMIT);
    let error = limited.read().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { after } if after == Timeout::LIMIT));
    assert_eq!(error.to_string(), "no answer within 3000 ms");
}

#[tokio::test(start_paused = true)]
async fn an_error_says_what_the_sources_own_says() {
    let error = Thermometer::reading(&["warm"]).read().await.unwrap_err();
    assert_eq!(error.to_string(), "invalid float literal");
}
