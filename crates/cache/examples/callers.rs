//! A slow source, a hundred callers, one read; then the file is gone: `cargo run -p lalin-cache --example callers`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use lalin_cache::{Cached, Error, Event, Freshness, Observer, Reading, Source, Timeout, async_trait};
use tokio::time::{Instant, sleep};

type FileError = Error<std::io::Error>;

/// A file on a slow disk.
struct SlowFile(PathBuf);

#[async_trait]
impl Source for SlowFile {
    type Data = String;
    type Error = FileError;

    async fn read(&self) -> Result<Reading<String, FileError>, FileError> {
        sleep(Duration::from_millis(300)).await;
        Ok(Reading::new(tokio::fs::read_to_string(&self.0).await?))
    }
}

/// Counts what the cache does, as a metric would.
#[derive(Default)]
struct Counts {
    reads: AtomicU32,
    shared: AtomicU32,
    hits: AtomicU32,
}

impl Observer<String, FileError> for Counts {
    fn on_event(&self, event: &Event<'_, String, FileError>) {
        let count = match event {
            Event::Miss => &self.reads,
            Event::SharedRead => &self.shared,
            Event::Hit { .. } => &self.hits,
            _ => return,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let path = std::env::temp_dir().join(format!("lalin-cache-{}.txt", std::process::id()));
    tokio::fs::write(&path, "21.5").await?;

    let counts = Arc::new(Counts::default());
    let limited = Arc::new(Timeout::new(Arc::new(SlowFile(path.clone())), Timeout::LIMIT));
    let cached =
        Cached::new(limited, Cached::LIFE).with_max_stale(Duration::from_secs(60)).with_observer(counts.clone());

    let began = Instant::now();
    let good = join_all((0..100).map(|_| cached.read())).await.iter().filter(|outcome| outcome.is_ok()).count();
    println!("{good} callers answered in {} ms", began.elapsed().as_millis());
    let _ = cached.read().await;
    let [reads, shared, hits] = [&counts.reads, &counts.shared, &counts.hits].map(|n| n.load(Ordering::Relaxed));
    println!("{reads} read, {shared} waited for it, {hits} from memory");

    tokio::fs::remove_file(&path).await?;
    println!("the file is gone; five seconds later the data is old:");
    sleep(Cached::LIFE).await;
    match cached.read().await {
        Ok(Reading { data, freshness: Freshness::Stale(why), .. }) => println!("{data} is stale, because {why}"),
        Ok(Reading { data, .. }) => println!("{data}"),
        Err(why) => println!("nothing: {why}"),
    }
    Ok(())
}
