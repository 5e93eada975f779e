//! The hot paths, for counting their instructions: `instructions PATH ROUNDS` does one of them so many times, always with
//! the same input. Two counts with different rounds, subtracted, are those of the rounds alone.
//!
//! `cargo xtask bench instructions` runs it under callgrind. `decode` is a reply of 1,000 interfaces, `tick` a sample of
//! as many on its way to a subscriber, `encode` a tick with the answer of `/api/interface-stats` and a stream's event.
//! The profile `counted` builds it as quick as those rooms, which the program itself is not.

#![allow(clippy::unwrap_used, reason = "a measurement fails by panicking")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use bytes::BytesMut;
use lalin_http::{Api, ApiSettings};
use lalin_monitor::{Label, Monitor, Settings, Subscription, Update};
use lalin_stats::{Counters, Failure, Interface, Reading, Row, Snapshot, Source};
use routeros::{Codec, Limits};
use tokio::time::Instant;
use tokio_util::codec::Decoder;

const LINES: usize = 1_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [path, rounds] = &words[..] else { panic!("instructions decode|tick|encode ROUNDS") };
    let rounds: usize = rounds.parse().unwrap();
    match path.as_str() {
        "decode" => decode(rounds),
        "tick" => actix_web::rt::System::new().block_on(tick(rounds)),
        "encode" => actix_web::rt::System::new().block_on(encode(rounds)),
        _ => panic!("decode, tick or encode"),
    }
}

// ===== decode =====

fn decode(rounds: usize) {
    let received = reply();
    for _ in 0..rounds {
        let (mut bytes, mut codec, mut sum) = (BytesMut::from(&received[..]), Codec::new(Limits::default()), 0);
        while let Some(sentence) = codec.decode(&mut bytes).unwrap() {
            sentence.attributes().for_each(|(key, value)| sum += key.len() + value.len());
        }
        black_box(sum);
    }
}

/// What a router answers to `/interface/print`.
fn reply() -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 1..=LINES {
        let words = [
            "!re".to_owned(),
            ".tag=1".to_owned(),
            format!("=.id=*{n:X}"),
            format!("=name=ether{n}"),
            "=type=ether".to_owned(),
            "=mtu=1500".to_owned(),
            "=actual-mtu=1500".to_owned(),
            format!("=mac-address=0C:00:E6:1F:{:02X}:{:02X}", n >> 8, n & 255),
            format!("=rx-byte={}", 900_000_000_000 + n),
            format!("=tx-byte={}", 40_000_000_000 + n),
            format!("=rx-packet={}", 700_000_000 + n),
            format!("=tx-packet={}", 50_000_000 + n),
            "=rx-drop=0".to_owned(),
            "=tx-drop=0".to_owned(),
            "=tx-queue-drop=3".to_owned(),
            "=running=true".to_owned(),
            "=disabled=false".to_owned(),
            format!("=comment=Pelanggan {n}"),
        ];
        for word in words {
            // All are shorter than 128 bytes, whose length is one byte.
            bytes.push(word.len() as u8);
            bytes.extend_from_slice(word.as_bytes());
        }
        bytes.push(0);
    }
    bytes
}

// ===== tick =====

/// A router whose counters have grown by the same with each read.
struct Steady {
    interfaces: Vec<Arc<Interface>>,
    reads: AtomicU64,
}

impl Steady {
    fn new() -> Self {
        let interface = |n: usize| {
            let mut interface = Interface::new(&format!("*{n:X}"), &format!("ether{n}"), "ether");
            interface.comment = Some(format!("Pelanggan {n}").into());
            interface.running = true;
            Arc::new(interface)
        };
        Self { interfaces: (1..=LINES).map(interface).collect(), reads: AtomicU64::new(0) }
    }
}

#[async_trait::async_trait]
impl Source for Steady {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let read = self.reads.fetch_add(1, Ordering::Relaxed);
        let row = |(n, interface): (usize, &Arc<Interface>)| {
            let bytes = 900_000_000_000 + read * 250_000 * (n as u64 % 100);
            Row::new(interface.clone(), Counters::bytes(bytes, bytes / 10))
        };
        let rows = self.interfaces.iter().enumerate().map(row).collect();
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), 1_700_000_000_000 + read * 2_000, rows))))
    }
}

fn monitor() -> (Arc<Monitor>, Subscription) {
    tokio::time::pause();
    let monitor = Arc::new(Monitor::new(Settings::default()));
    let label = Label::new("Kantor", "192.0.2.1:8728");
    let router = monitor.add("a".parse().unwrap(), label, Arc::new(Steady::new()));
    let subscription = router.subscribe(None, Duration::ZERO);
    (monitor, subscription)
}

async fn next_tick(subscription: &mut Subscription) {
    while let Some(update) = subscription.next().await {
        if let Update::Tick(frame) = update {
            black_box(frame);
            return;
        }
    }
    panic!("no tick");
}

async fn tick(rounds: usize) {
    let (_monitor, mut subscription) = monitor();
    for _ in 0..rounds {
        next_tick(&mut subscription).await;
    }
}

// ===== encode =====

async fn encode(rounds: usize) {
    let (monitor, mut subscription) = monitor();
    let api = Api::new(monitor, ApiSettings::default());
    let service = init_service(App::new().configure(api.routes())).await;
    next_tick(&mut subscription).await;
    let request = TestRequest::get().uri("/api/v1/stream?window=0").to_request();
    let mut stream = Box::pin(call_service(&service, request).await.into_body());
    for _ in 0..rounds {
        next_tick(&mut subscription).await;
        let request = TestRequest::get().uri("/api/interface-stats").to_request();
        let answer = call_service(&service, request).await;
        assert_eq!(answer.status(), 200);
        black_box(read_body(answer).await.len());
        loop {
            let event = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await;
            let event = event.unwrap().unwrap_or_else(|_| panic!("the stream ended"));
            if event.windows(11).any(|bytes| bytes == b"event: tick") {
                break;
            }
        }
    }
}
