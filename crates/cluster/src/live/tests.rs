//! Messages come back as they were, cost what is said of them, and nonsense is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use lalin_monitor::{LineVersion, Past, PastLine, PastPoint, number_of};
use lalin_stats::{
    Counters, ErrorCounts, Failure, Frame, FrameCounters, GapPart, GapReason, Identity, Interface, Rate, RateLimits,
    RouterId, RouterState, Row, SourceError, Timing, Uncertainty,
};
use proptest::prelude::*;
use tokio::time::Instant;

use super::message::{Decoder, Encoder, Message, Unread};

const SECOND: Duration = Duration::from_secs(2);

pub(super) fn router() -> RouterId {
    "pop.1".parse().unwrap()
}

/// The first frame of a turn: `lines` customers, of whom each third one uses something.
pub(super) fn first(epoch: u64, lines: usize, begun: Instant) -> Frame {
    let interface = |n: usize| {
        let comment = (n.is_multiple_of(7)).then(|| Arc::from("Budi, Jl. Melati 3"));
        let dynamic = n > 0;
        Arc::new(Interface {
            comment,
            dynamic,
            ..Interface::new(&format!("*F{n:05X}"), &format!("<pppoe-{n}>"), "pppoe-in")
        })
    };
    let counters = |n: usize| Counters {
        rx_bytes: Some(1_000_000_000_000 + n as u64),
        tx_bytes: Some(17_000_000_000 + n as u64),
        rx_packets: Some(900_000_000),
        tx_packets: Some(700_000_000),
        tx_queue_drops: (!n.is_multiple_of(5)).then_some(0),
        ..Counters::default()
    };
    Frame {
        router: router(),
        seq: number_of(epoch, 1),
        at: begun,
        unix_ms: 1_800_000_000_000,
        time_base: 1,
        clock_step_ms: 0,
        elapsed: None,
        revision: number_of(epoch, 1),
        interfaces: (0..lines).map(interface).collect(),
        identities: (0..lines).map(|n| Identity { line: n as u64 + 1, key: format!("<pppoe-{n}>").into() }).collect(),
        counters: (0..lines).map(counters).collect(),
        rates: vec![Rate::UNKNOWN; lines].into(),
        uncertainty: Uncertainty::NONE,
        error_counts: Box::default(),
        gap: Some([GapPart { reason: GapReason::Unreachable("timed-out"), before_ms: Some(9_000) }].into()),
    }
}

/// The frame after it.
pub(super) fn next(before: &Frame) -> Frame {
    let grow = |(n, counters): (usize, &Counters)| {
        let by = |each: u64| if n.is_multiple_of(3) { each * (n as u64 + 1) } else { 0 };
        let rise = |counter: Option<u64>, each| counter.map(|counter| counter + by(each));
        Counters {
            rx_bytes: rise(counters.rx_bytes, 25_000),
            tx_bytes: rise(counters.tx_bytes, 1_700),
            rx_packets: rise(counters.rx_packets, 20),
            tx_packets: rise(counters.tx_packets, 17),
            ..*counters
        }
    };
    let counters: FrameCounters = before.counters.iter().enumerate().map(grow).collect();
    let limits = RateLimits { longest: Duration::MAX, ..RateLimits::default() };
    let row = |frame: &Frame, n: usize, counters: Counters| Row::new(frame.interfaces[n].clone(), counters);
    let rate =
        |n: usize| Rate::between(&row(before, n, before.counters[n]), &row(before, n, counters[n]), SECOND, limits);
    Frame {
        seq: before.seq + 1,
        at: before.at + SECOND,
        unix_ms: before.unix_ms + 2_000,
        elapsed: Some(SECOND),
        rates: (0..counters.len()).map(rate).collect(),
        uncertainty: Uncertainty { low: 0.98, high: 1.02 },
        error_counts: [ErrorCounts { place: 0, errors: 2, drops: 1 }].into(),
        gap: None,
        counters,
        ..before.clone()
    }
}

pub(super) fn assert_same(one: &Frame, other: &Frame) {
    assert_eq!((one.seq, one.revision, one.elapsed), (other.seq, other.revision, other.elapsed));
    assert_eq!((&one.interfaces, &one.identities), (&other.interfaces, &other.identities));
    assert_eq!((&one.counters, &one.rates), (&other.counters, &other.rates));
    assert_eq!((one.uncertainty, &one.error_counts, &one.gap), (other.uncertainty, &other.error_counts, &other.gap));
}

fn frame(decoder: &mut Decoder, bytes: &[u8], newest: Option<&Frame>) -> Frame {
    match decoder.read(bytes, newest) {
        Ok(Message::Frame(frame)) => frame,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_comes_back_and_one_that_follows_costs_a_few_bytes_a_line() {
    let origin = Instant::now();
    let (mut encoder, mut decoder) = (Encoder::new(5, origin), Decoder::new(router(), origin));
    let one = Arc::new(first(5, 1_000, origin));
    let whole = encoder.frame(&one).unwrap();
    let read = frame(&mut decoder, &whole, None);
    assert_same(&read, &one);
    let two = Arc::new(next(&one));
    let small = encoder.frame(&two).unwrap();
    assert_same(&frame(&mut decoder, &small, Some(&read)), &two);
    // A third of the lines carries something. Measured: see the report.
    println!("bytes a line: first {}, next {}", whole.len() as f64 / 1_000.0, small.len() as f64 / 1_000.0);
    assert!(small.len() < 6_000, "{} bytes", small.len());
    assert!(encoder.frame(&two).is_none(), "everybody has it");
    assert_eq!(decoder.read(&small, None).unwrap_err(), Unread::Missing);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_comes_or_goes_costs_itself_and_not_the_list() {
    let origin = Instant::now();
    let (mut encoder, mut decoder) = (Encoder::new(1, origin), Decoder::new(router(), origin));
    let one = Arc::new(first(1, 1_000, origin));
    let read = frame(&mut decoder, &encoder.frame(&one).unwrap(), None);
    let mut two = next(&one);
    let without = |n: usize| n != 500;
    let kept = |n: &usize| without(*n);
    two.revision += 1;
    two.interfaces = (0..1_000).filter(kept).map(|n| one.interfaces[n].clone()).collect();
    two.identities = (0..1_000).filter(kept).map(|n| one.identities[n].clone()).collect();
    two.counters = (0..1_000).filter(kept).map(|n| two.counters[n]).collect();
    two.rates = (0..1_000).filter(kept).map(|n| two.rates[n]).collect();
    let two = Arc::new(two);
    let bytes = encoder.frame(&two).unwrap();
    assert_same(&frame(&mut decoder, &bytes, Some(&read)), &two);
    assert!(bytes.len() < 6_100, "{} bytes", bytes.len());
}

#[tokio::test(start_paused = true)]
async fn the_past_and_the_state_come_back() {
    let origin = Instant::now();
    let one = Arc::new(first(2, 40, origin));
    let two = Arc::new(next(&one));
    let version =
        |n: usize| LineVersion { since: 1, interface: one.interfaces[n].clone(), identity: one.identities[n].clone() };
    let lines: Vec<PastLine> =
        (0..40).map(|n| PastLine { first: 1, gone: (n == 3).then_some(9), versions: vec![version(n)] }).collect();
    let point = |seq: u64| PastPoint {
        seq,
        unix_ms: 1_700_000_000_000 + 2_000 * seq,
        rates: (0..40).map(|n| if n == 2 { [f32::NAN; 2] } else { [n as f32 * seq as f32, 5.0] }).collect(),
        band: [0.9, 1.1],
        gap: (seq == 4).then(|| [GapPart { reason: GapReason::Moved, before_ms: None }].into()),
    };
    let past = Past { lines, points: (1..300).map(point).collect(), frames: vec![one.clone(), two.clone()] };
    let (mut encoder, mut decoder) = (Encoder::new(2, origin), Decoder::new(router(), origin));
    encoder.has(Some(two.clone()));
    let bytes = encoder.past(&past);
    println!("past: {} bytes for {} rates", bytes.len(), 2 * 40 * past.points.len());
    let Ok(Message::Past(read)) = decoder.read(&bytes, None) else { panic!("no past") };
    assert_eq!(read.lines, past.lines);
    for (here, there) in read.points.iter().zip(&past.points) {
        let bits = |point: &PastPoint| point.rates.iter().flatten().map(|rate| rate.to_bits()).collect::<Vec<_>>();
        assert_eq!((here.seq, here.unix_ms, bits(here)), (there.seq, there.unix_ms, bits(there)));
        assert_eq!((here.band, &here.gap), (there.band, &there.gap));
    }
    assert_eq!(read.points.len(), past.points.len());
    assert_same(&read.frames[1], &two);
    // The next frame is told by what changed since the newest one of the past.
    let three = Arc::new(next(&two));
    assert_same(&frame(&mut decoder, &encoder.frame(&three).unwrap(), Some(&read.frames[1])), &three);

    let failure = Failure {
        attempt: 3,
        retry_at: Some(Instant::now() + SECOND),
        ..Failure::from(SourceError::TimedOut { phase: lalin_stats::Phase::Login, after: SECOND })
    };
    let timing = Timing { needed: Some(SECOND), limit: None, longest: None };
    for state in [
        RouterState::Live,
        RouterState::Idle,
        RouterState::Stale(failure.clone()),
        RouterState::Unreachable(SourceError::Refused { detail: "no".into() }.into()),
    ] {
        let Ok(Message::State(read, told)) = decoder.read(&encoder.state(&state, timing), None) else {
            panic!("no state")
        };
        assert_eq!((read, told), (state, timing));
    }
    assert_eq!(
        decoder.read(&Encoder::new(1, origin).state(&RouterState::Live, timing), None).unwrap_err(),
        Unread::Over
    );
}

#[test]
fn the_form_of_version_1_stays() {
    let origin = Instant::now();
    let mut writer = super::bytes::Writer::default();
    let one = first(3, 2, origin);
    super::frames::write(&mut writer, &one, None, origin);
    let mut two = super::bytes::Writer::default();
    super::frames::write(&mut two, &next(&one), Some(&one), origin);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(&two.0), GOLDEN, "whoever changes the form raises its version");
}

const GOLDEN: &str = "828080803081808080308092f401d0aff1c2b13481a8d6b9078180808030015c8fc2f5285cef3f52b81e85eb51f03f00000faac301a60d\
    16130001000201";

proptest! {
    #[test]
    fn any_counters_come_back(rises in prop::collection::vec(prop::option::of(any::<u64>()), 18), lines in 1_usize..4) {
        let origin = Instant::now();
        let one = first(1, lines, origin);
        let mut two = next(&one);
        let counters = |n: usize| {
            let of = |at: usize| rises[(n * 9 + at) % 18];
            Counters {
                rx_bytes: of(0), tx_bytes: of(1), rx_packets: of(2), tx_packets: of(3), rx_drops: of(4),
                tx_drops: of(5), tx_queue_drops: of(6), rx_errors: of(7), tx_errors: of(8),
            }
        };
        two.counters = (0..two.counters.len()).map(counters).collect();
        let (one, two) = (Arc::new(one), Arc::new(two));
        let (mut encoder, mut decoder) = (Encoder::new(1, origin), Decoder::new(router(), origin));
        let read = frame(&mut decoder, &encoder.frame(&one).unwrap(), None);
        assert_same(&frame(&mut decoder, &encoder.frame(&two).unwrap(), Some(&read)), &two);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 1_u8..4) {
        let mut message = vec![1, kind];
        message.extend_from_slice(&bytes);
        let mut decoder = Decoder::new(router(), Instant::now());
        let _ = decoder.read(&message, None);
        let _ = decoder.read(&bytes, None);
    }
}
