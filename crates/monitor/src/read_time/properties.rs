//! What holds whatever the network and the traffic do: bytes are conserved, the band is no wider than the answers'
//! times explain, and there always is a rate.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{LEARNING, ReadTimes};

/// An answer: how long after it could be asked for it is, how long it took, where in that the reading was, and what flowed.
type Answer = (f64, f64, f64, u64);

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let pause = prop_oneof![9 => Just(0.0), 1 => 0.0..2.0];
    let took = prop_oneof![8 => 0.001..0.1, 4 => 0.001..1.0, 1 => 0.5..3.0];
    let bytes = prop_oneof![6 => 900_000_u64..1_100_000, 3 => 0..100_000_000_u64, 1 => Just(0)];
    prop::collection::vec((pause, took, 0.0..1.0, bytes), 2..120)
}

/// Two slow answers, a reading told at the end of one, and then a quick one: what all of them have in common falls from
/// 86 ms to 1, and with it the room that was left for the last reading.
#[test]
fn a_quick_answer_after_slow_ones_has_a_rate_still() {
    let origin = Instant::now();
    let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
    let mut read_times = ReadTimes::new(Duration::from_secs(1));
    let (mut asked, mut told) = (0.0_f64, Vec::new());
    let answers = [
        (1.362_459_562_271_69, 900_000),
        (0.086_121_146_047_538_18, 900_000),
        (1.598_119_764_548_325_8, 19_789_708),
        (0.001, 900_000),
    ];
    for (took, bytes) in answers {
        let read = read_times.next(at(asked), at(asked + took), &[Some(bytes)]);
        told.extend(read.elapsed.map(|elapsed| (elapsed.as_secs_f64(), read.uncertainty)));
        asked = (asked + 1.0).max(asked + took);
    }
    let (elapsed, uncertainty) = told[2];
    assert!((0.05..0.09).contains(&elapsed), "{elapsed}");
    // Some 1.6 s lie between the two readings at most: the band told holds that.
    assert!(elapsed / uncertainty.low >= 1.59, "{uncertainty:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_are_conserved_and_every_tick_has_a_rate_in_its_band(
        interval in prop_oneof![Just(1.0), Just(2.0), Just(5.0)],
        answers in answers(),
    ) {
        let origin = Instant::now();
        let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
        let mut read_times = ReadTimes::new(Duration::from_secs_f64(interval));
        let mut last: Option<(f64, f64, Instant)> = None;
        let mut seen: Vec<f64> = Vec::new();
        for (tick, (pause, took, _, bytes)) in answers.into_iter().enumerate() {
            let asked = last.map_or(0.0, |(asked, took, _)| (asked + interval).max(asked + took) + pause * interval);
            let read = read_times.next(at(asked), at(asked + took), &[Some(bytes), None]);
            seen.push(took);
            if let Some((asked_before, took_before, at_before)) = last {
                let elapsed = read.elapsed.expect("no gap, so there is a rate");
                prop_assert_eq!(read.at - at_before, elapsed, "what is divided by is what lies between the moments");
                // A reading told before is not told anew where an answer shows that all have less in common than it seemed.
                let quickest_before = seen.iter().rev().skip(1).copied().fold(f64::MAX, f64::min);
                let room = 0.09 * interval - (quickest_before - took).max(0.0);
                prop_assert!(elapsed.as_secs_f64() >= room.max(0.99e-3), "{elapsed:?}");
                prop_assert!(read.at >= at(asked) && read.at <= at(asked + took), "within question and answer");
                let (low, high) = (read.uncertainty.low, read.uncertainty.high);
                prop_assert!(low > 0.0 && low <= 1.0 && high >= 1.0 && high.is_finite());
                if tick + 1 > LEARNING {
                    let quickest = seen.iter().copied().fold(f64::MAX, f64::min);
                    let excess = seen.iter().sum::<f64>() / seen.len() as f64 - quickest;
                    let slack = 12.0 * excess / seen.len() as f64 + 1e-3;
                    let t = asked - asked_before;
                    let shortest = (t - (took_before - quickest) - slack).max(quickest / 2.0);
                    let longest = t + (took - quickest) + slack;
                    let s = elapsed.as_secs_f64();
                    prop_assert!(s / high >= shortest.min(s) - 1e-6 && s / low <= longest.max(s) + 1e-6);
                }
            }
            last = Some((asked, took, read.at));
        }
    }

    /// Whatever the delay and the traffic: from the first reading to the last no byte is lost or counted twice, so the mean
    /// over a stretch is wrong by its two ends at most.
    #[test]
    fn the_mean_over_a_stretch_is_wrong_by_its_ends_alone(answers in answers()) {
        let origin = Instant::now();
        let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
        let mut read_times = ReadTimes::new(Duration::from_secs(2));
        let (mut asked, mut told, mut first, mut longest) = (0.0, Vec::new(), None, 0.0_f64);
        for (_, took, part, bytes) in answers {
            let read = read_times.next(at(asked), at(asked + took), &[Some(bytes)]);
            let truth = at(asked + part * took);
            if let Some(elapsed) = read.elapsed {
                told.push((bytes as f64, elapsed.as_secs_f64()));
            }
            longest = longest.max(took);
            let (begin, _) = *first.get_or_insert((read.at, truth));
            let told_time: f64 = told.iter().map(|(_, elapsed)| elapsed).sum();
            prop_assert!(((read.at - begin).as_secs_f64() - told_time).abs() < 1e-6);
            let (_, true_begin) = first.unwrap_or((read.at, truth));
            let true_time = (truth - true_begin).as_secs_f64();
            prop_assert!((told_time - true_time).abs() <= 2.0 * longest + 1e-6, "{told_time} {true_time}");
            asked = (asked + 2.0_f64).max(asked + took);
        }
    }
}

#[test]
fn a_gap_begins_anew_and_keeps_what_was_learned() {
    let origin = Instant::now();
    let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
    let mut read_times = ReadTimes::new(Duration::from_secs(2));
    for k in 0..40 {
        let asked = f64::from(k) * 2.0;
        let late = f64::from(k * 7 % 10) / 20.0;
        // All of the excess is after the reading.
        read_times.next(at(asked), at(asked + 0.01 + late), &[Some(25_000_000)]);
    }
    let first = read_times.next(at(100.0), at(100.5), &[Some(275_000_000)]);
    assert_eq!(first.elapsed, None);
    assert!(first.at < at(100.02), "the reading is at the beginning of an answer, as it always was");
    let second = read_times.next(at(102.0), at(102.01), &[Some(25_000_000)]);
    assert!((second.elapsed.unwrap().as_secs_f64() - 2.0).abs() < 0.02);
}

#[test]
fn a_slow_answer_is_no_gap() {
    let origin = Instant::now();
    let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
    let mut read_times = ReadTimes::new(Duration::from_secs(1));
    for k in 0..20 {
        let read = read_times.next(at(f64::from(k) * 7.0), at(f64::from(k) * 7.0 + 7.0), &[Some(1_000_000)]);
        assert_eq!(read.elapsed.is_some(), k > 0);
    }
}

#[test]
fn a_source_that_knows_its_moment_is_told_to_the_byte() {
    let origin = Instant::now();
    let mut read_times = ReadTimes::new(Duration::from_secs(2));
    for k in 0..50 {
        let moment = origin + Duration::from_millis(2_000 * k + 37 * (k % 5));
        let read = read_times.next(moment, moment, &[Some(k * 1_000_000)]);
        assert_eq!(read.at, moment);
        // The slack of a millisecond is what clocks do.
        assert!(read.uncertainty.low > 0.998 && read.uncertainty.high < 1.002);
    }
}
