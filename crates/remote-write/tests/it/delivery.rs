//! What is sent, in which version, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use lalin_remote_write::{Counted, Lost, Protocol, RemoteWrite, RouterSeries, Settings};
use lalin_stats::{Counters, Frame, GapPart, Identity, Interface, Rate, Uncertainty};
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

use crate::receiver::{Manner, Receiver};

/// The bits of the marker of an ended series.
const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Long for a machine with much else to do; what is waited for is a condition.
pub async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), what).await.expect("in time")
}

/// Waits until the numbers are as wanted: the sender counts after the receiver has answered.
pub async fn until(writing: &RemoteWrite, wanted: impl Fn(&Counted) -> bool) -> Counted {
    loop {
        let counted = writing.counted();
        if wanted(&counted) {
            return counted;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn start(receiver: &Receiver, folder: &TempDir, change: impl FnOnce(&mut Settings)) -> RemoteWrite {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("http://{}/api/v1/write", receiver.address);
    let mut settings = Settings::new(&url, folder.path().join("remote-write")).unwrap();
    // The ticks of these tests are of the first seconds of 1970.
    settings.oldest = Duration::from_secs(100 * 365 * 24 * 3_600);
    change(&mut settings);
    RemoteWrite::start(settings).unwrap()
}

pub fn router(writing: &RemoteWrite, id: &str) -> RouterSeries {
    writing.router(id.parse().unwrap(), Arc::new(|interface| !interface.dynamic))
}

/// A tick at which each of these lines has received so many bytes.
pub fn frame(at_ms: u64, lines: &[(&str, u64)]) -> Frame {
    let interface = |(at, (name, _)): (usize, &(&str, u64))| Arc::new(Interface::new(&format!("*{at}"), name, "ether"));
    let identity = |(at, (name, _)): (usize, &(&str, u64))| Identity { line: at as u64, key: (*name).into() };
    Frame {
        router: "a".parse().unwrap(),
        seq: at_ms,
        at: Instant::now(),
        unix_ms: at_ms,
        time_base: 0,
        clock_step_ms: 0,
        elapsed: None,
        revision: 0,
        interfaces: lines.iter().enumerate().map(interface).collect(),
        identities: lines.iter().enumerate().map(identity).collect(),
        counters: lines.iter().map(|(_, bytes)| Counters::bytes(*bytes, 1)).collect(),
        rates: lines.iter().map(|_| Rate::UNKNOWN).collect(),
        uncertainty: Uncertainty { low: 1.0, high: 1.0 },
        error_counts: Box::new([]),
        gap: None::<Arc<[GapPart]>>,
    }
}

fn received(router: &str, interface: &str) -> String {
    format!("__name__=lalin_interface_rx_bytes_total,interface={interface},job=lalin,router={router}")
}

#[tokio::test]
async fn every_sample_arrives_once_and_in_order() {
    let (receiver, folder) = (Receiver::start(Manner::First).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |_| {});
    let mut routers = ["a", "b", "c", "d", "e"].map(|id| (id, router(&writing, id)));
    for at in 1..=20 {
        for (_, series) in &mut routers {
            series.tick(&frame(at * 1_000, &[("ether1", at * 10), ("ether2", at)]));
        }
    }
    // Received, sent and running, of two lines of five routers, twenty times.
    in_time(receiver.until(|stored| stored.len() == 3 * 2 * 5 * 20)).await;
    let stored = receiver.stored();
    for (id, _) in &routers {
        for at in 1..=20 {
            let value = stored[&(received(id, "ether1"), at * 1_000)];
            assert_eq!(f64::from_bits(value), (at * 10) as f64);
        }
    }
    assert_eq!((receiver.wrong(), receiver.again()), (0, 0));
    let counted = in_time(until(&writing, |counted| counted.stored == 600)).await;
    assert_eq!((counted.lost, counted.protocol), ([0; 5], 1));
}

#[tokio::test]
async fn the_second_version_is_spoken_with_who_proves_that_it_stores() {
    let (receiver, folder) = (Receiver::start(Manner::Second).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |_| {});
    router(&writing, "a").tick(&frame(1_000, &[("ether1", 7)]));
    in_time(receiver.until(|stored| stored.len() == 3)).await;
    assert_eq!(f64::from_bits(receiver.stored()[&(received("a", "ether1"), 1_000)]), 7.0);
    assert_eq!(receiver.versions(), ["2.0.0"]);
}

#[tokio::test]
async fn who_answers_204_without_a_proof_is_sent_the_same_by_the_first_version() {
    for manner in [Manner::Polite, Manner::First] {
        let (receiver, folder) = (Receiver::start(manner).await, TempDir::new().unwrap());
        let writing = start(&receiver, &folder, |_| {});
        let mut series = router(&writing, "a");
        series.tick(&frame(1_000, &[("ether1", 7)]));
        series.tick(&frame(2_000, &[("ether1", 8)]));
        in_time(receiver.until(|stored| stored.len() == 6)).await;
        assert_eq!(receiver.versions(), ["2.0.0", "0.1.0", "0.1.0"], "{manner:?}");
        assert_eq!(receiver.wrong(), 0);
    }
}

#[tokio::test]
async fn an_outage_loses_nothing() {
    let (receiver, folder) = (Receiver::start(Manner::Away).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    (1..=5).for_each(|at| series.tick(&frame(at * 1_000, &[("ether1", at)])));
    in_time(receiver.until_asked(3)).await;
    assert!(receiver.stored().is_empty());
    assert_eq!(writing.counted().waiting, 15);
    receiver.be(Manner::First);
    in_time(receiver.until(|stored| stored.len() == 15)).await;
    assert_eq!((receiver.wrong(), writing.counted().lost), (0, [0; 5]));
}

#[tokio::test]
async fn a_request_whose_answer_is_lost_is_sent_again_and_nothing_behind_it_before() {
    let (receiver, folder) = (Receiver::start(Manner::Mute).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    (1..=3).for_each(|at| series.tick(&frame(at * 1_000, &[("ether1", at)])));
    in_time(receiver.until_asked(2)).await;
    assert_eq!(receiver.stored().len(), 3, "the second moment waits for the first one");
    receiver.be(Manner::First);
    in_time(receiver.until(|stored| stored.len() == 9)).await;
    assert_eq!(receiver.wrong(), 0);
    assert!(receiver.again() >= 3, "it came twice, and is there once");
}

#[tokio::test]
async fn one_line_that_is_refused_costs_the_others_nothing() {
    let (receiver, folder) = (Receiver::start(Manner::Refusing("interface=bad")).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    let lines: Vec<String> = (0..40).map(|at| format!("ether{at}")).collect();
    let mut lines: Vec<(&str, u64)> = lines.iter().map(|name| (&**name, 5)).collect();
    lines.insert(17, ("bad", 6));
    series.tick(&frame(1_000, &lines));
    in_time(receiver.until(|stored| stored.len() == 40 * 3)).await;
    let counted = in_time(until(&writing, |counted| counted.lost(Lost::Refused) > 0)).await;
    assert_eq!((counted.lost(Lost::Refused), counted.assumed), (3, 0));
    assert!(receiver.requests() < 40, "{} requests", receiver.requests());
}

#[tokio::test]
async fn the_end_of_a_line_and_of_a_router_is_told() {
    let (receiver, folder) = (Receiver::start(Manner::First).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    series.tick(&frame(1_000, &[("ether1", 1), ("ether2", 2)]));
    series.tick(&frame(2_000, &[("ether1", 3)]));
    series.ended();
    series.tick(&frame(9_000, &[("ether1", 4)]));
    in_time(receiver.until(|stored| stored.contains_key(&(received("a", "ether1"), 9_000)))).await;
    let stored = receiver.stored();
    assert_eq!(stored[&(received("a", "ether2"), 2_000)], STALE, "gone with the tick in which it is not");
    assert_eq!(stored[&(received("a", "ether1"), 2_001)], STALE, "the router was not read any more");
    assert_eq!(f64::from_bits(stored[&(received("a", "ether1"), 9_000)]), 4.0);
    assert_eq!(receiver.wrong(), 0);
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_counted_and_sends_nothing() {
    let (receiver, folder) = (Receiver::start(Manner::First).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    for at in [5_000, 4_000, 5_000, 6_000] {
        series.tick(&frame(at, &[("ether1", at)]));
    }
    in_time(receiver.until(|stored| stored.len() == 6)).await;
    assert_eq!((writing.counted().lost(Lost::ClockBack), receiver.wrong()), (6, 0));
}

#[tokio::test]
async fn a_tick_of_many_lines_is_sent_in_parts() {
    let (receiver, folder) = (Receiver::start(Manner::First).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let names: Vec<String> = (0..1_500).map(|at| format!("ether{at:04}")).collect();
    let lines: Vec<(&str, u64)> = names.iter().map(|name| (&**name, 1)).collect();
    router(&writing, "a").tick(&frame(1_000, &lines));
    in_time(receiver.until(|stored| stored.len() == 4_500)).await;
    assert_eq!(receiver.requests(), 3, "of 2,000 samples at most");
}
