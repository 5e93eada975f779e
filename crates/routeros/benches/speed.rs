//! How fast rows are decoded, and how fast they reach a caller over loopback: `cargo bench -p routeros`.
//!
//! The reply is that of `rows`. What these numbers are beside other clients' says `cargo xtask bench codec`.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod rows;

use bytes::BytesMut;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use routeros::{Client, Codec, Command, Credentials, Limits, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_util::codec::{Decoder, Encoder};

use rows::{KEYS, ROWS, look, reply, rows};

fn main() {
    divan::main();
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
        let (mut codec, mut sum) = (Codec::new(Limits::default()), 0);
        while let Some(sentence) = codec.decode(&mut bytes).unwrap() {
            sentence.attributes().for_each(|pair| look(&mut sum, pair));
        }
        black_box(sum);
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
            let prints = command.windows(6).any(|window| window == b"/print");
            answers.extend(reply(if prints { &rows } else { &[] }, &command[at..command.len() - 1]));
        }
        if stream.write_all(&answers).await.is_err() {
            return;
        }
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
            let mut sum = 0;
            for row in &reply.rows {
                row.attributes().for_each(|pair| look(&mut sum, pair));
            }
            black_box(sum);
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
