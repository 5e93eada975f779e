//! A router that needs longer than it is given: it is given more, and its session is kept.

use std::sync::Arc;

use lalin_cache::Timeout;
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::{Phase, Source, SourceError, StatsSource};
use routeros_simulator::{Fault, InterfaceSpec};
use tokio::time::{Instant, sleep, sleep_until};

use crate::rig::{Rig, SECOND};

/// Reads every `interval` as the server does, with its limit of 3 s around the source; which reads gave data.
async fn polled(rig: &Rig, interval: std::time::Duration, times: usize) -> Vec<bool> {
    let limited = Timeout::new(rig.router.clone(), 3 * SECOND);
    let mut outcomes = Vec::new();
    for _ in 0..times {
        let next = Instant::now() + interval;
        outcomes.push(limited.read().await.is_ok());
        sleep_until(next).await;
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn a_print_that_needs_four_seconds_gives_data_from_the_second_read_on_and_one_login() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::SlowPrint(4 * SECOND));
    assert_eq!(polled(&rig, 2 * SECOND, 8).await, [false, true, true, true, true, true, true, true]);
    assert_eq!((rig.attempts(), rig.handle.usage().logins), (1, 1));
    let timing = rig.router.timing();
    assert_eq!((timing.needed, timing.limit), (Some(4 * SECOND), Some(8 * SECOND)));
    // It is quick again: what was needed is forgotten in time.
    rig.handle.clear_faults();
    polled(&rig, 2 * SECOND, 40).await;
    assert_eq!(rig.router.timing().limit, Some(3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_router_that_is_slow_in_everything_keeps_its_session_too() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Delay(4 * SECOND));
    let outcomes = polled(&rig, 2 * SECOND, 8).await;
    assert!(outcomes[2..].iter().all(|good| *good), "{outcomes:?}");
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_time_out_at_a_long_interval_is_no_new_login() {
    let rig = Rig::new();
    rig.good().await;
    for slow in [Fault::SlowPrint(5 * SECOND), Fault::Delay(5 * SECOND)] {
        sleep(30 * SECOND).await;
        rig.handle.set_fault(slow);
        assert!(Timeout::new(rig.router.clone(), 3 * SECOND).read().await.is_err());
        sleep(15 * SECOND).await;
        rig.handle.clear_faults();
        rig.good().await;
    }
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_large_answer_that_keeps_arriving_is_no_time_out() {
    let rig = Rig::new();
    for line in 0..20 {
        rig.handle.add_interface(InterfaceSpec::pppoe(format!("line{line}")));
    }
    rig.handle.set_fault(Fault::Trickle(SECOND / 2));
    let asked = Instant::now();
    let reading = Timeout::new(rig.router.clone(), 3 * SECOND).read().await.unwrap();
    assert_eq!(reading.data.rows.len(), 22);
    assert!(asked.elapsed() > 10 * SECOND, "{:?}", asked.elapsed());
    assert_eq!(rig.router.timing().limit, Some(3 * SECOND), "it was never silent for long");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_arrives_for_ever_has_an_end_all_the_same() {
    let rig = Rig::new();
    for line in 0..100 {
        rig.handle.add_interface(InterfaceSpec::pppoe(format!("line{line}")));
    }
    rig.handle.set_fault(Fault::Trickle(SECOND));
    let asked = Instant::now();
    let limited: Arc<dyn StatsSource> = Arc::new(Timeout::new(rig.router.clone(), 3 * SECOND));
    let failure = limited.read().await.unwrap_err();
    assert_eq!(failure.reason, SourceError::TimedOut { phase: Phase::Command, after: 30 * SECOND });
    assert!(asked.elapsed() < 31 * SECOND, "{:?}", asked.elapsed());
    rig.handle.clear_faults();
    rig.good().await;
    assert_eq!(rig.attempts(), 1, "it was slow, and not gone");
}

#[tokio::test(start_paused = true)]
async fn a_router_that_is_not_reached_is_waited_for_no_longer_than_before() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::Silent);
    let asked = Instant::now();
    let failure = Timeout::new(rig.router.clone(), 3 * SECOND).read().await.unwrap_err();
    assert_eq!(failure.reason, SourceError::TimedOut { phase: Phase::Read, after: 3 * SECOND });
    assert_eq!(asked.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_router_that_falls_silent_is_called_unreachable_in_time_though_it_is_given_longer_each_time() {
    let rig = Rig::new();
    let monitor = Monitor::new(Settings::default());
    let limited = Arc::new(Timeout::new(rig.router.clone(), 3 * SECOND));
    let router = monitor.add("r".parse().unwrap(), Label::new("r", "simulated"), limited);
    let _subscription = router.subscribe(None, SECOND);
    sleep(10 * SECOND).await;
    assert_eq!(router.status().state.code(), "live");
    rig.handle.set_fault(Fault::Silent);
    let (silent, mut seen) = (Instant::now(), Vec::new());
    while silent.elapsed() < 60 * SECOND {
        let code = router.status().state.code();
        if seen.last().is_none_or(|(last, _)| *last != code) {
            seen.push((code, silent.elapsed()));
        }
        sleep(SECOND / 4).await;
    }
    assert_eq!(seen.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["live", "stale", "unreachable"], "{seen:?}");
    assert!(seen[1].1 <= 6 * SECOND && seen[2].1 <= 15 * SECOND, "{seen:?}");
}
