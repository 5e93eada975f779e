//! What a hostile router may cost: the most memory that client and wire hold at once, counted by the allocator.
//!
//! What a caller asked for comes on top of [`CONNECTION`]: rows of replies that he has not dropped, and rows that wait in the
//! queue of a stream ([`Limits::queued_bytes`]).

use std::time::Duration;

use allocation_counter::measure;
use routeros::{Client, Command, Credentials, Error, Limits, Options, ProtocolError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

/// The bar of a connection, bytes.
const CONNECTION: u64 = 1 << 20;
/// Between client and router, each way, bytes; it is counted too.
const WIRE: usize = 16 << 10;
const KIB: u64 = 1 << 10;
/// The tag of the first command behind the login.
const TAG: &str = ".tag=2";

/// The most bytes held at once in a world where `scene` runs.
fn peak<F: Future<Output = ()>>(limits: Limits, scene: impl FnOnce(Client, Router) -> F) -> u64 {
    let counted = measure(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (near, far) = duplex(WIRE);
            let mut router = Router { wire: far, heard: Box::new([0; 512]) };
            let (credentials, options) = (Credentials::new("a", "b"), Options::default().with_limits(limits));
            let login = Client::login(near, &credentials, &options);
            let done = sentence(&["!done", ".tag=1"]);
            let (client, ()) = tokio::join!(login, router.answers(&done));
            scene(client.unwrap(), router).await;
        });
    });
    counted.bytes_max
}

struct Router {
    wire: DuplexStream,
    heard: Box<[u8; 512]>,
}

impl Router {
    /// Waits for a command and says something.
    async fn answers(&mut self, bytes: &[u8]) {
        let _ = self.wire.read(&mut self.heard[..]).await.unwrap();
        self.says(bytes, 1).await;
    }

    /// Says it so many times, or until the client has gone.
    async fn says(&mut self, bytes: &[u8], times: usize) {
        for _ in 0..times {
            if self.wire.write_all(bytes).await.is_err() {
                return;
            }
        }
    }
}

fn sentence(words: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in words {
        bytes.extend((word.len() as u32 | 0xE000_0000).to_be_bytes());
        bytes.extend(word.bytes());
    }
    bytes.push(0);
    bytes
}

fn command() -> Command {
    Command::new("/x").timeout(Duration::from_secs(3_600))
}

/// A chunk's worth of what nobody asked for.
fn noise() -> Vec<u8> {
    sentence(&["!what", &"x".repeat(500)]).repeat(70)
}

#[test]
fn a_hostile_length_costs_under_2_mib_and_is_a_typed_error_at_once() {
    let most = peak(Limits::default(), |client, mut router| async move {
        let start = Instant::now();
        let (outcome, ()) = tokio::join!(client.run(command()), router.answers(b"\xF0\x7F\xFF\xFF\xFF"));
        let fault = ProtocolError::WordTooLong { length: 0x7FFF_FFFF, limit: 128 << 10 };
        assert_eq!(outcome.unwrap_err(), Error::Malformed(fault));
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
    assert!(most < 200 * KIB, "{most}");
}

#[test]
fn a_flood_of_what_nobody_asked_for_costs_nothing() {
    let most = peak(Limits::default(), |client, mut router| async move {
        let flood = async {
            router.answers(&[]).await;
            for words in [&["!what"][..], &["!empty", TAG], &["!re", ".tag=999", "=a=b"], &["!done", ".tag=c2"], &[]] {
                router.says(&sentence(words), 20_000).await;
            }
            router.says(&noise(), 200).await;
            router.says(&sentence(&["!done", TAG]), 1).await;
        };
        let (outcome, ()) = tokio::join!(client.run(command()), flood);
        assert!(outcome.unwrap().rows.is_empty());
    });
    assert!(most < 200 * KIB, "{most}");
}

#[test]
fn a_stream_that_nobody_reads_holds_its_queue_and_no_more() {
    let most = peak(Limits::default(), |client, mut router| async move {
        let mut rows = client.stream(command()).await.unwrap();
        router.answers(&[]).await;
        router.says(&sentence(&["!re", TAG, &format!("=a={}", "x".repeat(400))]), 20_000).await;
        while let Some(Ok(_)) = rows.next().await {}
    });
    assert!(most < Limits::default().queued_bytes as u64 + CONNECTION, "{most}");
}

#[test]
fn rows_far_apart_do_not_keep_what_came_between_them() {
    // 1,000 rows of 20 bytes, 35 KB of noise between any two.
    let row = [sentence(&["!re", TAG]), noise()].concat();
    let collected = peak(Limits::default(), async |client: Client, mut router: Router| {
        let rows = async {
            router.answers(&[]).await;
            router.says(&row, 1_000).await;
            router.says(&sentence(&["!done", TAG]), 1).await;
        };
        let (outcome, ()) = tokio::join!(client.run(command()), rows);
        assert_eq!(outcome.unwrap().rows.len(), 1_000);
    });
    let streamed = peak(Limits::default(), async |client: Client, mut router: Router| {
        let _rows = client.stream(command()).await.unwrap();
        router.answers(&[]).await;
        router.says(&row, 1_000).await;
    });
    assert!(collected < CONNECTION, "collected: {collected}");
    assert!(streamed < CONNECTION, "streamed: {streamed}");
}

#[test]
fn complaints_without_end_are_bounded() {
    let trap = [sentence(&["!trap", TAG, "=message=x"]), noise()].concat();
    let most = peak(Limits::default(), async |client: Client, mut router: Router| {
        let traps = async {
            router.answers(&[]).await;
            router.says(&trap, 500).await;
            router.says(&sentence(&["!done", TAG]), 1).await;
        };
        let (outcome, ()) = tokio::join!(client.run(command()), traps);
        assert!(matches!(outcome, Err(Error::Trap { traps }) if !traps.is_empty()));
    });
    assert!(most < CONNECTION, "{most}");
}

#[test]
fn giant_sentences_stay_within_the_bar() {
    let word = "x".repeat(120_000);
    let giant = sentence(&["!what", &word, &word]);
    let row = sentence(&["!re", TAG]);
    let most = peak(Limits::default(), async |client: Client, mut router: Router| {
        let giants = async {
            router.answers(&[]).await;
            router.says(&[giant, row].concat(), 100).await;
            router.says(&sentence(&["!done", TAG]), 1).await;
        };
        let (outcome, ()) = tokio::join!(client.run(command()), giants);
        assert_eq!(outcome.unwrap().rows.len(), 100);
    });
    println!("giant sentences: {most} bytes");
    assert!(most < CONNECTION, "{most}");
}
