//! Viewers on other machines than the one that asks the router, over real servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use futures_util::StreamExt;
use lalin_cluster::live::{Live, Questions};
use lalin_monitor::{Label, Monitor, Router, Settings, Subscription, Update, epoch_of};
use lalin_stats::{Counters, Failure, Frame, Interface, Reading, Row, Snapshot, Source};
use lalin_test_nats::{NatsServers, Version};
use tokio::time::{Instant, timeout};

use crate::support::{connect, until};

const PATIENCE: Duration = Duration::from_secs(20);
const ALL: Duration = Duration::from_secs(600);

/// A router with one line, which counts its reads.
struct Counting {
    reads: AtomicU64,
    begun: Instant,
}

#[async_trait]
impl Source for Counting {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let bytes = u64::try_from(self.begun.elapsed().as_micros()).unwrap();
        let rows = vec![Row::new(Arc::new(Interface::new("*1", "ether1", "ether")), Counters::bytes(bytes, 2 * bytes))];
        let unix_ms = u64::try_from(unix.as_millis()).unwrap();
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), unix_ms, rows))))
    }
}

/// A machine of the cluster that knows one router.
struct Node {
    live: Live,
    router: Arc<Router>,
    _monitor: Monitor,
}

/// With the fastest interval there is for a person, so that the test is short.
fn settings() -> Settings {
    Settings { interval: Duration::from_millis(200), warm_up: Duration::from_millis(100), ..Settings::default() }
}

async fn node(servers: &NatsServers, name: &str) -> Node {
    let connection = connect(servers, name).await;
    let questions: Questions = Arc::new(|_, kind, _| Box::pin(async move { Err(format!("nobody knows {kind}")) }));
    let live = Live::start(connection.client().clone(), "c", None, questions);
    let monitor = Monitor::new(settings());
    let (router, feed) = monitor.add_followed("pop.1".parse().unwrap(), Label::new("POP", "test"), settings());
    live.follow(router.id().clone(), None, feed);
    Node { live, router, _monitor: monitor }
}

impl Node {
    fn claims(&self, source: &Arc<Counting>, epoch: u64) {
        self.router.sample(source.clone(), epoch);
        self.live.hold(self.router.clone(), epoch);
    }

    async fn loses(&self) {
        let feed = self.router.follow().await;
        self.live.follow(self.router.id().clone(), None, feed);
    }
}

async fn tick(viewer: &mut Subscription) -> Arc<Frame> {
    let next = async {
        loop {
            if let Update::Tick(frame) = viewer.next().await.expect("the subscription goes on") {
                return frame;
            }
        }
    };
    timeout(PATIENCE, next).await.expect("a tick")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_on_two_machines_see_the_rates_of_a_third_which_moves_under_them_and_nothing_travels_unwanted() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let mut spy = servers.client().await.subscribe("lalin.c.=.router.pop=1.live").await.unwrap();
    let (first, second) = (node(&servers, "a").await, node(&servers, "b").await);
    let (one, other) = (node(&servers, "web-1").await, node(&servers, "web-2").await);
    let source = Arc::new(Counting { reads: AtomicU64::new(0), begun: Instant::now() });
    first.claims(&source, 1);
    // Watched where it is held, and nowhere else.
    let mut own = first.router.subscribe(None, ALL);
    for _ in 0..10 {
        tick(&mut own).await;
    }
    assert_eq!(first.live.counts().sent, 0, "nobody wants it");
    let said = timeout(Duration::from_millis(1), spy.next()).await;
    assert!(said.is_ok(), "only whose turn it is");
    assert!(timeout(Duration::from_millis(1), spy.next()).await.is_err());

    let (mut here, mut there) = (one.router.subscribe(None, ALL), other.router.subscribe(None, ALL));
    let (seen, also) = (tick(&mut here).await, tick(&mut there).await);
    for frame in [&seen, &also] {
        let mut same = tick(&mut own).await;
        while same.seq < frame.seq {
            same = tick(&mut own).await;
        }
    }
    let window = |node: &Node| {
        let series = node.router.recent_window(ALL).series(|_, _| true, |_| true);
        series.into_iter().map(|series| (series.identity, series.rx)).collect::<Vec<_>>()
    };
    let same = async || {
        let [held, far] = [window(&first), window(&one)];
        let short = far.first().map_or(0, |(_, rx)| rx.len());
        short > 5 && held[0].0 == far[0].0 && held[0].1[..short] == far[0].1[..]
    };
    until("the same lines and rates as where it is held", PATIENCE, same).await;
    let before = source.reads.load(Ordering::SeqCst);
    let begun = Instant::now();
    for _ in 0..10 {
        tick(&mut here).await;
    }
    let reads = source.reads.load(Ordering::SeqCst) - before;
    let most = begun.elapsed().as_millis() / 200 + 2;
    assert!(u128::from(reads) <= most, "{reads} reads for three who watch, not more than {most}");

    // Handed over under the viewers.
    first.loses().await;
    second.claims(&source, 2);
    let moved = Instant::now();
    for viewer in [&mut here, &mut there, &mut own] {
        while epoch_of(tick(viewer).await.seq) != 2 {}
    }
    assert!(moved.elapsed() < Duration::from_secs(5), "{:?}", moved.elapsed());
    let gaps: Vec<_> = one.router.recent_window(ALL).gaps().map(|gap| gap.reason.code()).collect();
    assert_eq!(gaps.iter().filter(|code| **code == "moved").count(), 1, "{gaps:?}");
    println!("{:?} to move; {:?}; {:?}", moved.elapsed(), second.live.counts(), one.live.counts());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_watches_is_told_that_nobody_asks_the_router_until_somebody_does() {
    let servers = NatsServers::start(1, Version::V2_12).await;
    let (holder, web) = (node(&servers, "a").await, node(&servers, "web").await);
    let source = Arc::new(Counting { reads: AtomicU64::new(0), begun: Instant::now() });
    holder.claims(&source, 1);
    let mut viewer = web.router.subscribe(None, ALL);
    tick(&mut viewer).await;
    holder.loses().await;
    until("what was read last is old", PATIENCE, async || web.router.status().state.code() == "stale").await;
    holder.claims(&source, 2);
    while epoch_of(tick(&mut viewer).await.seq) != 2 {}
    assert_eq!(web.router.status().state.code(), "live");
}
