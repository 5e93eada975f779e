//! Rates where answers take varying times, from the router's counters over the wire to the frames of the engine.

use std::time::Duration;

use lalin_monitor::{Label, Monitor, Router, Settings, Update};
use lalin_stats::Frame;
use routeros_simulator::{AnswerTimes, Excess};

use crate::rig::{Rig, SECOND};

const MILLI: Duration = Duration::from_millis(1);

/// What `rig` was measured to receive on its port, as the monitor sees it.
async fn frames(rig: &Rig, interval: Duration, count: usize) -> Vec<Frame> {
    let monitor = Monitor::new(Settings { interval, ..Settings::default() });
    let router: std::sync::Arc<Router> =
        monitor.add("r".parse().unwrap(), Label::new("r", "simulated"), rig.router.clone());
    let mut subscription = router.subscribe(None, SECOND);
    let mut frames = Vec::new();
    while frames.len() < count {
        if let Some(Update::Tick(frame)) = subscription.next().await {
            frames.push(Frame::clone(&frame));
        }
    }
    frames
}

fn sides(most: Duration) -> [Excess; 6] {
    [
        Excess::BothSides { most },
        Excess::EitherSide { most },
        Excess::Before { most },
        Excess::After { most },
        Excess::QueueAfter { most },
        Excess::EveryThirdEither { most },
    ]
}

#[tokio::test(start_paused = true)]
async fn a_router_that_answers_in_a_tenth_to_half_a_second_has_a_rate_on_every_tick() {
    for excess in sides(400 * MILLI) {
        let rig = Rig::new();
        rig.handle.set_answer_times(Some(AnswerTimes::new(100 * MILLI, excess)));
        let frames = frames(&rig, 2 * SECOND, 120).await;
        assert_eq!(frames[0].elapsed, None);
        for (at, frame) in frames.iter().enumerate().skip(1) {
            let rate = frame.rates[0].rx.unwrap_or_else(|| panic!("{excess:?}: no rate on tick {at}")).get() as f64;
            let wrong = (rate / 1e8 - 1.0).abs();
            assert!(at < 10 || wrong < 0.2, "{excess:?}, tick {at}: {rate}");
            assert_eq!(Some(frame.at - frames[at - 1].at), frame.elapsed);
        }
        let learned = &frames[10..];
        let in_band = learned.iter().filter(|frame| {
            let rate = frame.rates[0].rx.unwrap().get() as f64;
            (rate * frame.uncertainty.low * 0.9999..=rate * frame.uncertainty.high * 1.0001).contains(&1e8)
        });
        assert!(in_band.count() * 100 >= learned.len() * 95, "{excess:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_the_network_longer_than_the_interval_breaks_no_line() {
    let rig = Rig::new();
    rig.handle.set_answer_times(Some(AnswerTimes::mobile().with_seed(3)));
    for frame in &frames(&rig, SECOND, 200).await[1..] {
        assert!(frame.rates[0].rx.is_some(), "tick {} took {:?}", frame.seq, frame.elapsed);
    }
}
