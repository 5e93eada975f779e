//! Why there is nothing on the chart: told with the sample that ends it, and to whoever comes later.

use std::time::Duration;

use lalin_monitor::{Gap, Label, Monitor, Router, Settings};
use tokio::time::sleep;

use crate::source::{Behaviour, Steady, router};
use crate::updates::tick;

const INTERVAL: Duration = Duration::from_secs(2);
const ALL: Duration = Duration::from_secs(600);

/// The reasons with their causes, and how long each lasted, s.
fn words(gaps: impl IntoIterator<Item = Gap>) -> Vec<(String, Option<u64>)> {
    let word =
        |gap: &Gap| [Some(gap.reason.code()), gap.reason.cause()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lasted = |gap: &Gap| gap.from_ms.zip(gap.until_ms).map(|(from, until)| (until - from + 500) / 1_000);
    gaps.into_iter().map(|gap| (word(&gap), lasted(&gap))).collect()
}

fn past(router: &Router) -> Vec<(String, Option<u64>)> {
    words(router.recent_window(ALL).gaps())
}

#[tokio::test(start_paused = true)]
async fn what_was_before_the_start_is_told_apart_from_what_nobody_watched() {
    let router = router(Steady::new(), INTERVAL);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(past(&router), [("unwatched".to_owned(), None)]);
    let mut subscription = router.subscribe(None, ALL);
    let first = tick(&mut subscription).await;
    let told = words(Gap::before(&first));
    assert_eq!((told.len(), told[0].clone()), (2, ("restarted".to_owned(), None)));
    assert!(told[1].0 == "unwatched" && told[1].1.is_some_and(|lasted| (60..=62).contains(&lasted)), "{told:?}");
    assert_eq!(past(&router), told, "also for whoever comes later");
    assert!(Gap::before(&*tick(&mut subscription).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_router_that_is_added_later_was_not_restarted() {
    let monitor = Monitor::new(Settings::default());
    sleep(Duration::from_secs(3_600)).await;
    let router = monitor.add("r".parse().unwrap(), Label::new("r", "test"), Steady::new());
    let first = tick(&mut router.subscribe(None, ALL)).await;
    assert!(Gap::before(&first).iter().all(|gap| gap.reason.code() == "unwatched"));
}

#[tokio::test(start_paused = true)]
async fn a_time_nobody_watched_is_told_while_it_lasts_and_after() {
    let router = router(Steady::new(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    for _ in 0..3 {
        tick(&mut subscription).await;
    }
    drop(subscription);
    sleep(Duration::from_secs(1)).await;
    assert!(router.recent_window(ALL).gaps().all(|gap| gap.until_ms.is_some()), "not a gap yet");
    sleep(Duration::from_secs(119)).await;
    let open = router.recent_window(ALL).gaps().last().unwrap();
    assert_eq!((open.reason.code(), open.until_ms), ("unwatched", None));
    assert_eq!(open.from_ms, router.newest().map(|frame| frame.unix_ms), "since the last sample");
    let mut subscription = router.subscribe(None, ALL);
    let told = words(Gap::before(&*tick(&mut subscription).await));
    assert!(told.len() == 1 && told[0].0 == "unwatched" && (119..=123).contains(&told[0].1.unwrap()), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_with_its_cause_and_one_missed_answer_is_none() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    for _ in 0..3 {
        tick(&mut subscription).await;
    }
    source.set(|script| script.behaviour = Behaviour::Fail);
    sleep(Duration::from_secs(30)).await;
    let open = router.recent_window(ALL).gaps().last().unwrap();
    assert_eq!((open.reason.code(), open.reason.cause(), open.until_ms), ("unreachable", Some("closed"), None));
    source.set(|script| script.behaviour = Behaviour::Answer);
    let told = words(Gap::before(&*tick(&mut subscription).await));
    assert!(
        told.len() == 1 && told[0].0 == "unreachable closed" && (30..=34).contains(&told[0].1.unwrap()),
        "{told:?}"
    );
    tick(&mut subscription).await;
    source.set(|script| script.behaviour = Behaviour::Fail);
    sleep(INTERVAL).await;
    source.set(|script| script.behaviour = Behaviour::Answer);
    let frame = tick(&mut subscription).await;
    assert!(frame.elapsed.is_some() && frame.gap.is_none(), "the line goes on: {:?}", frame.gap);
}

#[tokio::test(start_paused = true)]
async fn a_router_that_comes_back_with_counters_from_the_beginning_was_rebooted() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    for _ in 0..3 {
        tick(&mut subscription).await;
    }
    source.set(|script| script.behaviour = Behaviour::Fail);
    sleep(Duration::from_secs(40)).await;
    source.set(|script| (script.behaviour, script.shift) = (Behaviour::Answer, 0));
    let told = words(Gap::before(&*tick(&mut subscription).await));
    assert!(told.len() == 1 && told[0].0 == "rebooted" && (40..=44).contains(&told[0].1.unwrap()), "{told:?}");
    tick(&mut subscription).await;
    // Counters that are set to zero by hand are no reboot.
    source.set(|script| script.shift = 1_000_000);
    tick(&mut subscription).await;
    source.set(|script| script.shift = 0);
    assert!(tick(&mut subscription).await.gap.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_is_told_and_moves_no_gap_that_was_before() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    for _ in 0..3 {
        tick(&mut subscription).await;
    }
    drop(subscription);
    sleep(Duration::from_secs(60)).await;
    let mut subscription = router.subscribe(None, ALL);
    for _ in 0..3 {
        tick(&mut subscription).await;
    }
    source.set(|script| script.clock_off_ms = 300_000);
    tick(&mut subscription).await;
    let told = past(&router);
    let clock = told.last().unwrap();
    assert!(clock.0 == "clock" && (300..=304).contains(&clock.1.unwrap()), "{told:?}");
    source.set(|script| script.clock_off_ms = 0);
    for _ in 0..3 {
        sleep(INTERVAL).await;
    }
    let told = past(&router);
    let unwatched = told.iter().rfind(|(word, _)| word == "unwatched").unwrap();
    assert!((58..=64).contains(&unwatched.1.unwrap()), "{told:?}");
    assert_eq!(told.last().map(|(word, _)| word.as_str()), Some("clock"), "{told:?}");
}
