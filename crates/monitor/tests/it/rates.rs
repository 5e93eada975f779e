//! Points on the chart: the truth or nothing.

use std::time::Duration;

use lalin_monitor::{Subscription, Update};
use lalin_stats::{Rate, RouterState};
use tokio::time::sleep;

use crate::source::{Behaviour, RX_BPS, Script, Steady, TX_BPS, router};
use crate::updates::ether1_rate;

const INTERVAL: Duration = Duration::from_secs(2);
const ALL: Duration = Duration::from_secs(600);

async fn state(subscription: &mut Subscription, code: &str) {
    loop {
        if let Update::State(status) = subscription.next().await.unwrap()
            && status.state.code() == code
        {
            return;
        }
    }
}

fn is_true(rate: Rate) -> bool {
    let near = |rate: Option<lalin_stats::BitsPerSecond>, truth: u64| {
        rate.is_some_and(|rate| rate.get().abs_diff(truth) * 50 <= truth)
    };
    near(rate.rx, RX_BPS) && near(rate.tx, TX_BPS)
}

#[tokio::test(start_paused = true)]
async fn every_point_but_the_first_is_the_true_rate() {
    let router = router(Steady::new(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    assert_eq!(ether1_rate(&mut subscription).await, Rate::UNKNOWN);
    for _ in 0..100 {
        assert!(is_true(ether1_rate(&mut subscription).await));
    }
}

#[tokio::test(start_paused = true)]
async fn thirty_silent_seconds_give_a_gap_and_no_spike() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    ether1_rate(&mut subscription).await;
    assert!(is_true(ether1_rate(&mut subscription).await));
    source.set(|script| script.behaviour = Behaviour::Fail);
    state(&mut subscription, "stale").await;
    state(&mut subscription, "unreachable").await;
    sleep(Duration::from_secs(30)).await;
    source.set(|script| script.behaviour = Behaviour::Answer);
    assert_eq!(ether1_rate(&mut subscription).await, Rate::UNKNOWN, "the first sample after a gap has no rate");
    for _ in 0..10 {
        assert!(is_true(ether1_rate(&mut subscription).await));
    }
    assert_eq!(router.status().state, RouterState::Live);
}

#[tokio::test(start_paused = true)]
async fn a_reset_a_new_id_or_a_jump_gives_one_gap_and_then_the_truth() {
    type Change = fn(&mut Script);
    let changes: [(&str, Change); 4] = [
        ("to zero", |script| script.shift = 0),
        ("to a smaller value", |script| script.shift -= 900_000_000),
        ("huge", |script| script.shift = i64::MAX / 2),
        ("another id", |script| script.id = "*F00001"),
    ];
    for (name, change) in changes {
        let source = Steady::new();
        let router = router(source.clone(), INTERVAL);
        let mut subscription = router.subscribe(None, ALL);
        ether1_rate(&mut subscription).await;
        assert!(is_true(ether1_rate(&mut subscription).await), "{name}: before");
        source.set(change);
        assert_eq!(ether1_rate(&mut subscription).await, Rate::UNKNOWN, "{name}");
        assert!(is_true(ether1_rate(&mut subscription).await), "{name}: after");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_counter_is_unknown_not_zero() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    ether1_rate(&mut subscription).await;
    ether1_rate(&mut subscription).await;
    source.set(|script| script.hide_tx = true);
    let rate = ether1_rate(&mut subscription).await;
    assert!(rate.rx.is_some());
    assert_eq!(rate.tx, None);
}

#[tokio::test(start_paused = true)]
async fn lines_that_come_and_go_move_no_other_interfaces_rate() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    ether1_rate(&mut subscription).await;
    for lines in [3, 50, 1, 0, 7] {
        source.set(|script| script.lines_before = lines);
        assert!(is_true(ether1_rate(&mut subscription).await), "{lines} lines before it");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_breaks_no_line_and_its_band_holds_the_truth() {
    let millis = Duration::from_millis;
    for interval in [1, 2, 5] {
        let source = Steady::new();
        let router = router(source.clone(), Duration::from_secs(interval));
        let mut subscription = router.subscribe(None, ALL);
        ether1_rate(&mut subscription).await;
        for late in (0..60).map(|tick| tick * 7 % 10 * 50) {
            source.set(|script| script.on_the_way = millis(late));
            let rate = ether1_rate(&mut subscription).await.rx.expect("a rate on every tick").get();
            let band = router.newest().unwrap().uncertainty;
            let told = rate as f64 * band.low..=rate as f64 * band.high;
            assert!(told.contains(&(RX_BPS as f64)), "{interval} s, {late} ms: {rate} {band:?}");
        }
        assert!(
            is_true(ether1_rate(&mut subscription).await),
            "where in an answer the counters are read is known by now"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_frame_divides_by_is_what_lies_between_the_moments() {
    let source = Steady::new();
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    let mut last: Option<lalin_stats::Frame> = None;
    for late in (0..40).map(|tick| tick * 3 % 10 * 40) {
        source.set(|script| {
            (script.on_the_way, script.latency) = (Duration::from_millis(late), Duration::from_millis(200 - late / 2))
        });
        ether1_rate(&mut subscription).await;
        let frame = lalin_stats::Frame::clone(&*router.newest().unwrap());
        if let Some(last) = &last {
            assert_eq!(Some(frame.at - last.at), frame.elapsed);
            assert!((frame.unix_ms - last.unix_ms).abs_diff((frame.at - last.at).as_millis() as u64) <= 1);
        }
        last = Some(frame);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panicking_source_is_a_state_and_is_survived() {
    let source = Steady::new();
    source.set(|script| script.behaviour = Behaviour::Panic);
    let router = router(source.clone(), INTERVAL);
    let mut subscription = router.subscribe(None, ALL);
    state(&mut subscription, "unreachable").await;
    source.set(|script| script.behaviour = Behaviour::Answer);
    ether1_rate(&mut subscription).await;
    assert!(is_true(ether1_rate(&mut subscription).await));
}
