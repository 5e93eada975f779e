//! Recording: a subscriber who does not look costs the router fewer reads, and nobody notices the change of pace.

use std::time::Duration;

use lalin_monitor::Update;
use tokio::time::{Instant, sleep, timeout};

use crate::source::{RX_BPS, Steady, router};
use crate::updates::tick;

const INTERVAL: Duration = Duration::from_secs(2);
const ALL: Duration = Duration::from_secs(600);

#[tokio::test(start_paused = true)]
async fn what_is_only_recorded_is_read_every_ten_seconds() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let _recorder = router.record(None, Duration::ZERO);
    sleep(Duration::from_secs(605)).await;
    // One more at the beginning, so that there is a rate at once.
    assert_eq!(source.reads(), 62);
    assert_eq!((router.viewers(), router.status().state.code()), (0, "live"));
}

#[tokio::test(start_paused = true)]
async fn a_viewer_of_a_recorded_router_gets_the_live_interval_at_once_and_leaves_the_recorders() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut recorder = router.record(None, Duration::ZERO);
    sleep(Duration::from_secs(47)).await;
    let (recorded, came) = (source.reads(), Instant::now());
    let mut viewer = router.subscribe(None, ALL);
    let first = tick(&mut viewer).await;
    assert!(came.elapsed() < Duration::from_millis(100), "{:?}", came.elapsed());
    assert!(first.rates[0].rx.is_some(), "no gap where the pace changes");
    sleep(Duration::from_secs(20)).await;
    assert!((10..=12).contains(&(source.reads() - recorded)));
    drop(viewer);
    let watched = source.reads();
    sleep(Duration::from_secs(100)).await;
    assert!((10..=11).contains(&(source.reads() - watched)), "{}", source.reads() - watched);

    // Every reading reached the recorder once, with a rate in each but the first, and the truth.
    let mut frames = Vec::new();
    while let Ok(update) = timeout(Duration::from_millis(1), recorder.next()).await {
        if let Some(Update::Tick(frame)) = update {
            frames.push(frame);
        }
    }
    assert_eq!(frames.len(), source.reads());
    for frame in &frames[1..] {
        let rate = frame.rates[0].rx.expect("a rate in every frame but the first").get();
        assert!(rate.abs_diff(RX_BPS) < RX_BPS / 100, "{rate}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_of_a_recorded_router_waits_for_a_sample_of_now() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let _recorder = router.record(None, Duration::ZERO);
    // The newest sample is 4 s old: fresh, were it somebody's who watches.
    sleep(Duration::from_secs(44)).await;
    let status = router.poll().await;
    assert!(status.age().unwrap() < Duration::from_secs(1), "{:?}", status.age());
    assert_eq!(status.interval, INTERVAL);
}

#[tokio::test(start_paused = true)]
async fn without_viewer_and_recorder_nothing_is_read() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let recorder = router.record(None, Duration::ZERO);
    sleep(Duration::from_secs(30)).await;
    drop(recorder);
    let reads = source.reads();
    sleep(Duration::from_secs(600)).await;
    assert_eq!((source.reads(), router.status().state.code()), (reads, "idle"));
}
