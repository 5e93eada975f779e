//! Messages as version 1 writes them lie beside the tests: what one machine says, its neighbour of another version reads.
//! Where the file is not there it is written, and the test fails once; that of a released version is kept under another
//! name, and goes on being read here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lalin_monitor::{LineVersion, Past, PastLine, PastPoint};
use lalin_stats::{GapPart, GapReason, RouterState, SourceError, Timing};
use tokio::time::Instant;

use super::message::{Decoder, Encoder, Message, Unread};
use super::tests::{assert_same, first, next, router};

/// One of each kind, with a frame that follows another. All are too short to be compressed.
fn messages(origin: Instant) -> [(&'static str, Vec<u8>); 4] {
    let one = Arc::new(first(3, 2, origin));
    let two = Arc::new(next(&one));
    let mut encoder = Encoder::new(3, origin);
    let whole = encoder.frame(&one).unwrap();
    let change = encoder.frame(&two).unwrap();
    let timing = Timing { needed: Some(Duration::from_millis(7)), limit: None, longest: None };
    let state = RouterState::Stale(SourceError::Refused { detail: "no".into() }.into());
    let version =
        |n: usize| LineVersion { since: 1, interface: one.interfaces[n].clone(), identity: one.identities[n].clone() };
    let line = |n: usize| PastLine { first: 1, gone: (n == 1).then_some(9), versions: vec![version(n)] };
    let point = |seq: u64| PastPoint {
        seq,
        unix_ms: 1_700_000_000_000 + 2_000 * seq,
        rates: [[seq as f32, 5.0], [f32::NAN; 2]].into(),
        band: [0.9, 1.1],
        gap: (seq == 2).then(|| [GapPart { reason: GapReason::Moved, before_ms: None }].into()),
    };
    let past = Past { lines: vec![line(0), line(1)], points: vec![point(1), point(2)], frames: vec![one] };
    let past = encoder.past(&past);
    [("frame", whole), ("change", change), ("state", encoder.state(&state, timing)), ("past", past)]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// As it was written before, by name.
fn golden(origin: Instant) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/version-1.live");
    if !path.exists() {
        let lines = messages(origin).map(|(name, bytes)| format!("{name} {}\n", hex(&bytes)));
        std::fs::write(&path, lines.concat()).unwrap();
        panic!("the file was not there and is written");
    }
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| line.split_once(' ').unwrap());
    lines.map(|(name, hex)| (name.to_owned(), bytes(hex))).collect()
}

#[tokio::test(start_paused = true)]
async fn messages_are_written_as_before_and_those_from_before_are_read() {
    let origin = Instant::now();
    let golden = golden(origin);
    let now = messages(origin);
    assert_eq!(golden.len(), now.len());
    for ((name, before), (same, now)) in golden.iter().zip(&now) {
        assert_eq!((name.as_str(), hex(before)), (*same, hex(now)), "raise the version, and keep the old file");
    }
    assert_eq!(read(origin, &golden), 4);
    // Whoever says more says it behind all that is known here.
    let more: Vec<_> = golden.iter().map(|(name, bytes)| (name.clone(), [&bytes[..], b"more"].concat())).collect();
    assert_eq!(read(origin, &more), 4);
    // Kinds and versions that are not known here are passed over, and what follows is read.
    let mut decoder = Decoder::new(router(), origin);
    for unknown in [[1, 9], [2, 1]] {
        let unknown = [&unknown[..], &golden[0].1[2..]].concat();
        assert_eq!(decoder.read(&unknown, None).unwrap_err(), Unread::Malformed);
    }
    assert!(decoder.read(&golden[0].1, None).is_ok());
}

/// Reads them all, in order. How many there were.
fn read(origin: Instant, messages: &[(String, Vec<u8>)]) -> usize {
    let (one, mut decoder) = (first(3, 2, origin), Decoder::new(router(), origin));
    let two = next(&one);
    let each = messages.iter().map(|(name, bytes)| match (name.as_str(), decoder.read(bytes, Some(&one)).unwrap()) {
        ("frame", Message::Frame(frame)) => assert_same(&frame, &one),
        ("change", Message::Frame(frame)) => assert_same(&frame, &two),
        ("state", Message::State(RouterState::Stale(failure), timing)) => {
            assert_eq!(failure.reason.code(), "refused");
            assert_eq!(timing.needed, Some(Duration::from_millis(7)));
        }
        ("past", Message::Past(past)) => {
            assert_eq!((past.lines.len(), past.points.len(), past.lines[1].gone), (2, 2, Some(9)));
            assert_eq!(past.points[1].rates[0], [2.0, 5.0]);
            assert_same(&past.frames[0], &one);
        }
        other => panic!("{other:?}"),
    });
    each.count()
}
