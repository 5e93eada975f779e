//! How fast rows are decoded, and how fast they reach a caller over loopback: `cargo bench -p routeros`.
//!
//! The reply is a print of 1,000 interfaces with 28 attributes each, about 460 bytes a row.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use bytes::BytesMut;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use routeros::{Client, Codec, Command, Credentials, Limits, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_util::codec::{Decoder, Encoder};

const ROWS: usize = 1_000;

const KEYS: [&str; 28] = [
    ".id",
    "name",
    "default-name",
    "type",
    "mtu",
    "actual-mtu",
    "l2mtu",
    "max-l2mtu",
    "mac-address",
    "last-link-up-time",
    "link-downs",
    "rx-byte",
    "tx-byte",
    "rx-packet",
    "tx-packet",
    "rx-drop",
    "tx-drop",
    "tx-queue-drop",
    "rx-error",
    "tx-error",
    "fp-rx-byte",
    "fp-tx-byte",
    "fp-rx-packet",
    "fp-tx-packet",
    "running",
    "slave",
    "disabled",
    "comment",
];

fn main() {
    divan::main();
}

fn word(word: &[u8], to: &mut Vec<u8>) {
    assert!(word.len() < 0x80);
    to.push(word.len() as u8);
    to.extend_from_slice(word);
}

/// What follows a row's tag, and a row's end.
fn attributes(number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for key in KEYS {
        let value = match key {
            ".id" => format!("*{number:X}"),
            "name" | "default-name" => format!("ether{number}"),
            "type" => "ether".into(),
            "running" => "true".into(),
            "mac-address" => "02:00:00:00:00:01".into(),
            key if key.contains("byte") => "9007199254".into(),
            _ => "1500".into(),
        };
        word(format!("={key}={value}").as_bytes(), &mut bytes);
    }
    bytes.push(0);
    bytes
}

/// A whole reply to the command of this tag word.
fn reply(rows: &[Vec<u8>], tag: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows {
        word(b"!re", &mut bytes);
        word(tag, &mut bytes);
        bytes.extend_from_slice(row);
    }
    word(b"!done", &mut bytes);
    word(tag, &mut bytes);
    bytes.push(0);
    bytes
}

fn rows() -> Vec<Vec<u8>> {
    (0..ROWS).map(attributes).collect()
}

#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    let received = reply(&rows(), b".tag=1");
    bencher.counter(ItemsCount::new(ROWS)).with_inputs(|| BytesMut::from(&received[..])).bench_values(|mut bytes| {
        let mut codec = Codec::new(Limits::default());
        while let Some(sentence) = codec.decode(&mut bytes).unwrap() {
            black_box(sentence);
        }
    });
}

#[divan::bench]
fn decode_and_walk_every_attribute(bencher: Bencher<'_, '_>) {
    let received = reply(&rows(), b".tag=1");
    bencher.counter(ItemsCount::new(ROWS)).with_inputs(|| BytesMut::from(&received[..])).bench_values(|mut bytes| {
        let mut codec = Codec::new(Limits::default());
        while let Some(sentence) = codec.decode(&mut bytes).unwrap() {
            for attribute in sentence.attributes() {
                black_box(attribute);
            }
        }
    });
}

#[divan::bench]
fn encode_a_print(bencher: Bencher<'_, '_>) {
    let command = Command::new("/interface/print").proplist(&KEYS);
    let (mut codec, mut bytes) = (Codec::new(Limits::default()), BytesMut::new());
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        bytes.clear();
        codec.encode(black_box(&command), &mut bytes).unwrap();
    });
}

/// A router on loopback that answers every `/print` with all rows and anything else with `!done`.
async fn answer(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let (rows, mut received) = (rows(), Vec::new());
    while stream.read_buf(&mut received).await.is_ok_and(|read| read > 0) {
        let mut answers = Vec::new();
        while let Some(end) = received.iter().position(|byte| *byte == 0) {
            let command: Vec<u8> = received.drain(..=end).collect();
            let at = command.windows(5).rposition(|window| window == b".tag=").unwrap();
            let rows = if command.ends_with_print() { &rows[..] } else { &[] };
            answers.extend(reply(rows, &command[at..command.len() - 1]));
        }
        if stream.write_all(&answers).await.is_err() {
            return;
        }
    }
}

trait Print {
    fn ends_with_print(&self) -> bool;
}

impl Print for Vec<u8> {
    fn ends_with_print(&self) -> bool {
        self.windows(6).any(|window| window == b"/print")
    }
}

/// A client of it; the router has a thread of its own, the client one.
fn connected() -> (Runtime, Runtime, Client) {
    let threads = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (router, runtime) = (threads(), tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let listener = router.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    router.spawn(async move { answer(listener.accept().await.unwrap().0).await });
    let credentials = Credentials::new("admin", "");
    let client = runtime.block_on(Client::connect("127.0.0.1", port, &credentials, &Options::default())).unwrap();
    (router, runtime, client)
}

#[divan::bench]
fn print_over_loopback_and_walk_every_attribute(bencher: Bencher<'_, '_>) {
    let (_router, runtime, client) = connected();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        runtime.block_on(async {
            let reply = client.run(Command::new("/interface/print")).await.unwrap();
            assert_eq!(reply.rows.len(), ROWS);
            for attribute in reply.rows.iter().flat_map(|row| row.attributes()) {
                black_box(attribute);
            }
        });
    });
}

#[divan::bench(args = [1, 64])]
fn round_trips_with_so_many_in_flight(bencher: Bencher<'_, '_>, commands: usize) {
    let (_router, runtime, client) = connected();
    bencher.counter(ItemsCount::new(commands)).bench_local(|| {
        runtime.block_on(async {
            let all = (0..commands).map(|_| client.run(Command::new("/system/identity/get")));
            for reply in futures_util::future::join_all(all).await {
                reply.unwrap();
            }
        });
    });
}
