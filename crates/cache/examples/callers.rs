//! A slow router, a hundred callers, one read: `cargo run -p lalin-cache --example callers`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use lalin_cache::{Cached, Timeout};
use lalin_stats::{Failure, Reading, Snapshot, StatsSource};
use tokio::time::Instant;

#[derive(Default)]
struct SlowRouter {
    reads: AtomicU32,
}

#[async_trait::async_trait]
impl StatsSource for SlowRouter {
    async fn read(&self) -> Result<Reading, Failure> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), 0, Vec::new()))))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let router = Arc::new(SlowRouter::default());
    let limited = Arc::new(Timeout::new(router.clone(), Timeout::LIMIT));
    let cached = Cached::new(limited, Cached::LIFE);

    let began = Instant::now();
    let outcomes = join_all((0..100).map(|_| cached.read())).await;
    let good = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let reads = router.reads.load(Ordering::Relaxed);
    println!("{good} callers answered in {} ms by {reads} read", began.elapsed().as_millis());
}
