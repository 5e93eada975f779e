//! No viewer, no load; many viewers, the same load; and what each of them gets.

use std::sync::Arc;
use std::time::Duration;

use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::MockStatsSource;
use tokio::time::sleep;

use crate::source::{Behaviour, Steady, router};
use crate::updates::{tick, window};

const INTERVAL: Duration = Duration::from_secs(2);
const ALL: Duration = Duration::from_secs(600);

#[tokio::test(start_paused = true)]
async fn an_unwatched_router_is_never_read() {
    let mut source = MockStatsSource::new();
    source.expect_read().never();
    let _router = router(Arc::new(source), INTERVAL);
    sleep(Duration::from_secs(3_600)).await;
}

#[tokio::test(start_paused = true)]
async fn when_the_last_viewer_leaves_reads_stop() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let first = router.subscribe(None, ALL);
    let second = router.subscribe(None, ALL);
    sleep(Duration::from_secs(10)).await;
    drop(first);
    let with_one = source.reads();
    sleep(Duration::from_secs(10)).await;
    assert!(source.reads() > with_one, "one is still watching");
    drop(second);
    let left = source.reads();
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(source.reads(), left);
    assert_eq!(router.status().state.code(), "idle");
}

#[tokio::test(start_paused = true)]
async fn twenty_viewers_for_a_minute_cause_one_read_an_interval_and_share_each_frame() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscriptions: Vec<_> = (0..20).map(|_| router.subscribe(None, ALL)).collect();
    for _ in 0..31 {
        let frame = tick(&mut subscriptions[0]).await;
        for subscription in &mut subscriptions[1..] {
            assert!(Arc::ptr_eq(&frame, &tick(subscription).await));
        }
    }
    assert_eq!(source.reads(), 31);
}

#[tokio::test(start_paused = true)]
async fn a_poll_counts_as_a_viewer_for_ten_seconds() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    router.poll().await;
    sleep(Duration::from_secs(9)).await;
    let polled = source.reads();
    assert!((5..=6).contains(&polled), "sampled while the lease lasted: {polled}");
    sleep(Duration::from_secs(2)).await;
    let over = source.reads();
    sleep(Duration::from_secs(100)).await;
    assert_eq!(source.reads(), over);
}

#[tokio::test(start_paused = true)]
async fn viewers_who_come_and_go_in_haste_cause_no_more_reads() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    for _ in 0..600 {
        let subscription = router.subscribe(None, ALL);
        sleep(Duration::from_millis(50)).await;
        drop(subscription);
        sleep(Duration::from_millis(50)).await;
    }
    // A minute: thirty intervals, and the second sample that follows the first soon.
    assert!(source.reads() <= 32, "{} reads", source.reads());
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_gets_what_he_missed_without_gap_or_repeat() {
    let router = router(Steady::new(), INTERVAL);
    let mut stays = router.subscribe(None, ALL);
    let mut leaves = router.subscribe(None, ALL);
    for _ in 0..5 {
        tick(&mut leaves).await;
    }
    let last = leaves.last_seq();
    drop(leaves);
    for _ in 0..12 {
        tick(&mut stays).await;
    }
    let mut back = router.subscribe(last, ALL);
    let missed = window(&mut back).await;
    assert!(missed.resumed);
    assert_eq!(missed.times().len(), 7);
    assert_eq!(tick(&mut back).await.seq, missed.last_seq().unwrap() + 1);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_ticks_that_never_were_gets_the_whole_window() {
    let router = router(Steady::new(), INTERVAL);
    let mut stays = router.subscribe(None, ALL);
    for _ in 0..5 {
        tick(&mut stays).await;
    }
    let window = window(&mut router.subscribe(Some(99), Duration::from_secs(1_000_000_000))).await;
    assert!(!window.resumed);
    assert_eq!(window.times().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_too_slow_for_the_broadcast_is_brought_up_to_date_and_counted() {
    let router = router(Steady::new(), INTERVAL);
    let mut fast = router.subscribe(None, ALL);
    let mut slow = router.subscribe(None, ALL);
    let seen = tick(&mut slow).await.seq;
    for _ in 0..200 {
        tick(&mut fast).await;
    }
    let caught_up = window(&mut slow).await;
    assert!(caught_up.resumed);
    assert_eq!(caught_up.times().len() as u64, caught_up.last_seq().unwrap() - seen);
    assert!(slow.missed() > 100);
    assert_eq!(tick(&mut slow).await.seq, caught_up.last_seq().unwrap() + 1);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_router_delays_no_other() {
    let monitor = Monitor::new(Settings::default());
    let (hanging, steady) = (Steady::new(), Steady::new());
    hanging.set(|script| script.behaviour = Behaviour::Hang);
    let label = Label::new("r", "test");
    let hung = monitor.add("a".parse().unwrap(), label.clone(), hanging);
    let works = monitor.add("b".parse().unwrap(), label, steady.clone());
    let (_a, mut b) = (hung.subscribe(None, ALL), works.subscribe(None, ALL));
    for _ in 0..10 {
        tick(&mut b).await;
    }
    assert_eq!(steady.reads(), 10);
    assert_eq!(monitor.default_router().unwrap().id().as_str(), "a");
}

#[tokio::test(start_paused = true)]
async fn a_replaced_routers_subscriptions_end() {
    let monitor = Monitor::new(Settings::default());
    let id: lalin_stats::RouterId = "a".parse().unwrap();
    let mut subscription = monitor.add(id.clone(), Label::new("old", ""), Steady::new()).subscribe(None, ALL);
    tick(&mut subscription).await;
    monitor.add(id, Label::new("new", ""), Steady::new());
    while subscription.next().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn a_removed_or_replaced_router_ends_its_subscriptions_and_is_read_no_more() {
    let monitor = Monitor::new(Settings::default());
    let id: lalin_stats::RouterId = "a".parse().unwrap();
    let source = Steady::new();
    let add = || monitor.add(id.clone(), Label::new("a", "a"), source.clone());
    let mut first = add().subscribe(None, ALL);
    sleep(Duration::from_secs(10)).await;
    let mut second = add().subscribe(None, ALL);
    while first.next().await.is_some() {}
    sleep(Duration::from_secs(10)).await;
    assert!(monitor.remove(&id));
    while second.next().await.is_some() {}
    let left = source.reads();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(source.reads(), left);
    assert!(!monitor.remove(&id) && monitor.get(&id).is_none());
}

#[tokio::test(start_paused = true)]
async fn the_recent_window_reaches_further_back_than_promised_while_memory_lasts() {
    let router = router(Steady::new(), INTERVAL);
    let _viewer = router.subscribe(None, ALL);
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(router.window_reach(), Duration::from_secs(6 * 3_600));
    let hour = router.recent_window(Duration::MAX);
    assert!(hour.times().len() > 1_700, "{}", hour.times().len());
}

#[tokio::test(start_paused = true)]
async fn many_routers_are_not_all_read_at_once() {
    let monitor = Monitor::new(Settings::default());
    let sources: Vec<_> = (0..40).map(|_| Steady::new()).collect();
    for (at, source) in sources.iter().enumerate() {
        monitor.add(format!("r{at}").parse().unwrap(), Label::new("r", "r"), source.clone()).touch();
    }
    sleep(Duration::from_millis(400)).await;
    let read = sources.iter().filter(|source| source.reads() > 0).count();
    assert!((10..30).contains(&read), "{read} of 40 after a fifth of the interval");
    sleep(Duration::from_secs(2)).await;
    assert!(sources.iter().all(|source| source.reads() > 0));
}

#[tokio::test(start_paused = true)]
async fn a_renamed_line_is_told_to_whoever_keeps_something_by_name_and_another_one_under_its_id_is_not() {
    let source = Steady::new();
    let monitor = Monitor::new(Settings::default());
    let mut renames = monitor.renames();
    let router = monitor.add("r".parse().unwrap(), Label::new("r", "test"), source.clone());
    let mut subscription = router.subscribe(None, Duration::ZERO);
    tick(&mut subscription).await;
    source.set(|script| script.name = "wan");
    tick(&mut subscription).await;
    let told = renames.try_recv().unwrap();
    assert_eq!((told.router.as_str(), told.names), ("r", vec![("ether1".into(), "wan".into())]));
    // Its counters fell: this is another interface.
    source.set(|script| (script.name, script.shift) = ("ether9", 0));
    tick(&mut subscription).await;
    tick(&mut subscription).await;
    assert!(renames.try_recv().is_err());
}
