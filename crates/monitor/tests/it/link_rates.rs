//! No rate above the link, and no fall where a counter of 32 bits began anew.

use std::time::Duration;

use lalin_stats::Rate;

use crate::source::{RX_BPS, Steady, TX_BPS, router};
use crate::updates::ether1_rate;

const INTERVAL: Duration = Duration::from_secs(1);
const ALL: Duration = Duration::from_secs(600);
const GIGABIT: u64 = 1_000_000_000;

fn is_true(rate: Rate) -> bool {
    let near = |rate: Option<lalin_stats::BitsPerSecond>, truth: u64| {
        rate.is_some_and(|rate| rate.get().abs_diff(truth) * 50 <= truth)
    };
    near(rate.rx, RX_BPS) && near(rate.tx, TX_BPS)
}

#[tokio::test(start_paused = true)]
async fn a_jump_by_2_to_the_32_is_no_traffic_where_the_link_is_known() {
    let source = Steady::new();
    source.set(|script| script.link_bps = Some(GIGABIT));
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    ether1_rate(&mut viewer).await;
    assert!(is_true(ether1_rate(&mut viewer).await));
    source.set(|script| script.shift += 1 << 32);
    assert_eq!(ether1_rate(&mut viewer).await, Rate::UNKNOWN);
    for _ in 0..5 {
        assert!(is_true(ether1_rate(&mut viewer).await));
    }
}

#[tokio::test(start_paused = true)]
async fn a_counter_of_32_bits_goes_on_over_its_end() {
    let source = Steady::new();
    source.set(|script| {
        (script.link_bps, script.short_counters) = (Some(GIGABIT), true);
        // Ten seconds before the end.
        script.shift = (1 << 32) - i64::try_from(RX_BPS / 8 * 10).unwrap();
    });
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    ether1_rate(&mut viewer).await;
    for nth in 0..60 {
        assert!(is_true(ether1_rate(&mut viewer).await), "tick {nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_told_too_slow_hides_one_point_and_not_the_truth() {
    let source = Steady::new();
    source.set(|script| script.link_bps = Some(RX_BPS / 10));
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    ether1_rate(&mut viewer).await;
    assert_eq!(ether1_rate(&mut viewer).await.rx, None, "it may be a jump");
    for _ in 0..5 {
        assert!(is_true(ether1_rate(&mut viewer).await), "a counter jumps once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_came_back_faster_within_a_tick_is_believed() {
    let source = Steady::new();
    source.set(|script| script.link_bps = Some(GIGABIT / 10));
    let router = router(source.clone(), INTERVAL);
    let mut viewer = router.subscribe(None, ALL);
    ether1_rate(&mut viewer).await;
    ether1_rate(&mut viewer).await;
    source.set(|script| {
        script.link_bps = Some(GIGABIT);
        script.shift += i64::try_from(RX_BPS / 8 * 4).unwrap();
    });
    assert!(ether1_rate(&mut viewer).await.rx.is_some_and(|rate| rate.get() > 4 * RX_BPS));
}
