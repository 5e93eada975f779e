//! The machine's wall clock is set while routers are watched: the chart goes on, and its times are right.

use std::time::Duration;

use lalin_monitor::Window;
use lalin_stats::Rate;
use tokio::time::sleep;

use crate::source::{RX_BPS, Steady, router};
use crate::updates::{tick, window};

const INTERVAL: Duration = Duration::from_secs(2);
const ALL: Duration = Duration::from_secs(600);
const HOUR_MS: i64 = 3_600_000;

fn is_true(rate: Rate) -> bool {
    rate.rx.is_some_and(|rate| rate.get().abs_diff(RX_BPS) * 50 <= RX_BPS)
}

/// How far a time is from the truth, ms: the newest read ended 5 ms after it was asked for.
fn wrong_by(source: &Steady, unix_ms: u64) -> u64 {
    source.true_ms().abs_diff(unix_ms)
}

fn spacings(window: &Window) -> Vec<u64> {
    let times: Vec<u64> = window.times().collect();
    times.windows(2).map(|two| two[1] - two[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_by_hours_moves_the_past_to_where_it_was_and_the_chart_goes_on() {
    let source = Steady::new();
    source.set(|script| script.clock_off_ms = 7 * HOUR_MS);
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    window(&mut viewer).await;
    for _ in 0..10 {
        tick(&mut viewer).await;
    }
    let before = viewer.last_seq().unwrap();
    source.set(|script| script.clock_off_ms = 0);
    // Not a tick but all of it anew: what the viewer has is at other times.
    let told = window(&mut viewer).await;
    assert!(!told.resumed);
    assert_eq!((told.times().len(), told.last_seq()), (11, Some(before + 1)), "no point is lost");
    assert!(wrong_by(&source, told.times().last().unwrap()) <= 5);
    // The second sample of a run comes after a second.
    let expected: Vec<u64> = [1_000].into_iter().chain([2_000; 9]).collect();
    for (spacing, expected) in spacings(&told).into_iter().zip(expected) {
        assert!(spacing.abs_diff(expected) <= 20, "{spacing} ms, not {expected}");
    }
    let steps: Vec<_> = told.clock_steps().map(|step| (step.time_base, step.step_ms)).collect();
    assert_eq!((steps, told.time_base()), (vec![(2, -7 * HOUR_MS)], Some(2)));
    let mut last = told.times().last().unwrap();
    for nth in 0..5 {
        let frame = tick(&mut viewer).await;
        assert_eq!((frame.time_base, frame.clock_step_ms), (2, 0));
        assert!(is_true(frame.rates[0]), "tick {nth} after it");
        assert!(frame.unix_ms > last && wrong_by(&source, frame.unix_ms) <= 20);
        last = frame.unix_ms;
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_from_before_a_set_back_is_told_all_and_from_after_it_only_the_rest() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut stays = router.subscribe(None, ALL);
    for _ in 0..5 {
        tick(&mut stays).await;
    }
    let before = stays.last_seq();
    source.set(|script| script.clock_off_ms = -HOUR_MS);
    window(&mut stays).await;
    while stays.last_seq() == before {
        window(&mut stays).await;
    }
    let after = stays.last_seq();
    for _ in 0..3 {
        tick(&mut stays).await;
    }
    let all = window(&mut router.subscribe(before, ALL)).await;
    assert_eq!((all.resumed, all.times().len()), (false, 9));
    let rest = window(&mut router.subscribe(after, ALL)).await;
    assert_eq!((rest.resumed, rest.times().len()), (true, 3));
    // And the recent window is that of the clock as it is now.
    assert_eq!(router.recent_window(Duration::from_millis(4_500)).times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_jump_forward_or_a_suspend_leaves_a_gap_and_no_spike_and_keeps_what_was() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    for _ in 0..4 {
        tick(&mut viewer).await;
    }
    let first = router.recent_window(ALL).times().next().unwrap();
    // Asleep for an hour, of which the monotonic clock knows nothing; the router counted on.
    source.set(|script| {
        script.clock_off_ms = HOUR_MS / 12;
        script.shift += i64::try_from(RX_BPS / 8 * 300).unwrap();
    });
    let woken = tick(&mut viewer).await;
    assert_eq!((woken.time_base, woken.clock_step_ms, woken.elapsed), (2, HOUR_MS / 12, None));
    assert_eq!(woken.rates[0], Rate::UNKNOWN, "how long that took is not known");
    assert!(is_true(tick(&mut viewer).await.rates[0]));
    let past = router.recent_window(ALL);
    assert_eq!(past.times().next(), Some(first), "what was is where it was");
    assert!(router.subscribe(Some(woken.seq - 2), ALL).last_seq().is_some());
    assert!(window(&mut router.subscribe(Some(woken.seq - 2), ALL)).await.resumed);
}

#[tokio::test(start_paused = true)]
async fn a_slewed_clock_is_followed_without_a_break() {
    for off in [-800, 800] {
        let source = Steady::new();
        let router = router(source.clone(), INTERVAL);
        let mut viewer = router.subscribe(None, ALL);
        tick(&mut viewer).await;
        tick(&mut viewer).await;
        source.set(|script| script.clock_off_ms = off);
        let mut last = tick(&mut viewer).await;
        for _ in 0..120 {
            let frame = tick(&mut viewer).await;
            assert_eq!(frame.time_base, 1);
            assert!((frame.unix_ms - last.unix_ms).abs_diff(2_000) <= 20, "{}", frame.unix_ms - last.unix_ms);
            last = frame;
        }
        let told = i64::try_from(last.unix_ms).unwrap() - i64::try_from(source.true_ms()).unwrap();
        assert!((told - off).abs() <= 20, "{told} ms off, the clock {off}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_while_nobody_watches_is_right_for_the_next_viewer() {
    let source = Steady::new();
    source.set(|script| script.clock_off_ms = 7 * HOUR_MS);
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    for _ in 0..5 {
        tick(&mut viewer).await;
    }
    drop(viewer);
    sleep(Duration::from_secs(60)).await;
    source.set(|script| script.clock_off_ms = 0);
    let mut next = router.subscribe(None, ALL);
    window(&mut next).await;
    let told = window(&mut next).await;
    assert_eq!(told.times().len(), 6);
    assert!(wrong_by(&source, told.times().last().unwrap()) <= 5);
    assert!(spacings(&told).iter().any(|spacing| *spacing > 50_000), "nobody watched for a minute");
}
