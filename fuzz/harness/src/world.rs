//! A world for one input: a single thread, and a clock that stands still while anybody has something to do.

#![expect(unexpected_cfgs, reason = "tokio_unstable is tokio's own; the fuzzer sets it")]

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

/// Nothing takes that long unless it takes for ever.
const FOR_EVER: Duration = Duration::from_secs(24 * 3_600);

/// How many bytes fit between the two sides. Narrow pipes are slow, so there are few of them.
pub(crate) fn pipe(kind: u8) -> usize {
    match kind % 16 {
        0 => 1,
        1 => 7,
        2 => 100,
        4 => 2_000,
        _ => 64 << 10,
    }
}

/// Runs until the end, which must come. What was spawned and is still there ends with it.
pub(crate) fn run(future: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true);
    // The order in which `select!` looks at its branches is random otherwise, and no crash found twice.
    #[cfg(tokio_unstable)]
    builder.rng_seed(tokio::runtime::RngSeed::from_bytes(b"always the same"));
    let Ok(runtime) = builder.build() else { panic!("a runtime needs nothing that could be missing") };
    let ended = runtime.block_on(async { timeout(FOR_EVER, future).await });
    assert!(ended.is_ok(), "it hangs");
}

/// Waits until the other side has closed its end, reading what it still says.
pub(crate) async fn hears_the_end(reader: &mut (impl AsyncRead + Unpin), limit: Duration) {
    let silence = async {
        let mut bytes = [0; 4_096];
        while reader.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
    };
    assert!(timeout(limit, silence).await.is_ok(), "nobody holds the connection, and it is not closed");
}
