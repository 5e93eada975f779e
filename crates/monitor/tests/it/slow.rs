//! Long intervals and slow routers: every limit fits them; and settings that change while somebody watches.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lalin_monitor::{Label, Monitor, Router, Settings, Update};
use lalin_stats::{Failure, Reading, RouterId, Snapshot, Source, Timing};
use tokio::time::{Instant, sleep, timeout};

use crate::source::{Behaviour, RX_BPS, Steady, router};

const SECOND: Duration = Duration::from_secs(1);

/// A source that says what it needs.
struct Slow(Arc<Steady>, Timing);

#[async_trait]
impl Source for Slow {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let asked = Instant::now();
        let Reading { data, freshness, .. } = self.0.read().await?;
        let snapshot = Snapshot { asked, answered: Instant::now(), ..(*data).clone() };
        Ok(Reading { freshness, ..Reading::fresh(Arc::new(snapshot)) })
    }

    fn timing(&self) -> Timing {
        self.1
    }
}

fn slow(needed: Duration, limit: Duration) -> (Arc<Steady>, Arc<Slow>) {
    let steady = Steady::new();
    steady.set(|script| script.latency = needed);
    (steady.clone(), Arc::new(Slow(steady, Timing { needed: Some(needed), limit: Some(limit), longest: None })))
}

/// Polls for so long, once in `every`; the longest that one poll took.
async fn polled(router: &Router, every: Duration, times: usize) -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..times {
        let asked = Instant::now();
        router.poll().await;
        longest = longest.max(asked.elapsed());
        sleep(every).await;
    }
    longest
}

#[tokio::test(start_paused = true)]
async fn at_a_long_interval_no_poll_waits_and_one_failed_read_is_not_unreachable() {
    let source = Steady::new();
    let router = router(source.clone(), 30 * SECOND);
    router.poll().await;
    let longest = polled(&router, 2 * SECOND, 60).await;
    assert!(longest < SECOND / 10, "{longest:?}");
    assert_eq!(router.status().state.code(), "live");
    source.set(|script| script.behaviour = Behaviour::Fail);
    let mut seen = Vec::new();
    for _ in 0..60 {
        let code = router.poll().await.state.code();
        if seen.last().is_none_or(|(last, _)| *last != code) {
            seen.push((code, router.status().age().unwrap()));
        }
        sleep(2 * SECOND).await;
    }
    let codes: Vec<_> = seen.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["live", "stale", "unreachable"], "{seen:?}");
    assert!(seen[2].1 >= 90 * SECOND, "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_router_that_needs_longer_than_three_intervals_has_rates_and_is_live() {
    let (_steady, source) = slow(4 * SECOND, 8 * SECOND);
    let router = router(source, SECOND);
    let mut subscription = router.subscribe(None, Duration::ZERO);
    let mut rates = Vec::new();
    while rates.len() < 8 {
        if let Update::Tick(frame) = timeout(20 * SECOND, subscription.next()).await.unwrap().unwrap() {
            rates.push(frame.rates.last().unwrap().rx.map(|rate| rate.get()));
        }
    }
    let known = rates[1..].iter().flatten().filter(|rate| rate.abs_diff(RX_BPS) < RX_BPS / 10).count();
    assert!(known >= 6, "{rates:?}");
    let longest = polled(&router, SECOND, 30).await;
    assert!(longest < SECOND / 10, "a poll waits for no read: {longest:?}");
    let status = router.status();
    assert_eq!((status.state.code(), status.timing.needed), ("live", Some(4 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn what_the_router_needs_is_told_when_its_limit_changes() {
    let (_steady, source) = slow(4 * SECOND, 8 * SECOND);
    let router = router(source, 2 * SECOND);
    let mut subscription = router.subscribe(None, Duration::ZERO);
    let told = async {
        loop {
            if let Some(Update::State(status)) = subscription.next().await
                && status.timing.limit == Some(8 * SECOND)
            {
                return status;
            }
        }
    };
    let status = timeout(60 * SECOND, told).await.unwrap();
    assert_eq!((status.timing.needed, status.interval), (Some(4 * SECOND), 2 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn another_interval_and_name_keep_the_past_and_the_subscription_and_hold_at_once() {
    let source = Steady::new();
    let monitor = Monitor::new(Settings { interval: 60 * SECOND, ..Settings::default() });
    let id: RouterId = "r".parse().unwrap();
    let router = monitor.add(id.clone(), Label::new("before", "test"), source.clone());
    let mut subscription = router.subscribe(None, Duration::ZERO);
    sleep(3 * SECOND).await;
    let reads = source.reads();
    assert_eq!(reads, 2, "the warm-up");
    let settings = Settings { interval: SECOND, ..Settings::default() };
    assert!(monitor.change(&id, Label::new("after", "test"), settings));
    sleep(10 * SECOND).await;
    assert!((9..=12).contains(&(source.reads() - reads)), "{}", source.reads());
    assert_eq!((&*router.label().name, router.settings().interval), ("after", SECOND));
    let (mut seqs, mut told) = (Vec::new(), false);
    while let Ok(Some(update)) = timeout(SECOND / 100, subscription.next()).await {
        match update {
            Update::Tick(frame) => seqs.push(frame.seq),
            Update::State(status) => told |= status.interval == SECOND,
            Update::Window(_) => {}
        }
    }
    assert!(told && seqs.len() >= 10, "{seqs:?}");
    assert!(seqs.is_sorted() && seqs[0] == 1, "one life: {seqs:?}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_router_is_told_when_it_is_added() {
    let monitor = Arc::new(Monitor::new(Settings::default()));
    let id: RouterId = "r".parse().unwrap();
    let waiting = tokio::spawn({
        let (monitor, id) = (monitor.clone(), id.clone());
        async move { monitor.added(&id).await }
    });
    sleep(SECOND).await;
    assert!(!waiting.is_finished());
    monitor.add("other".parse().unwrap(), Label::new("x", "x"), Steady::new());
    sleep(SECOND).await;
    assert!(!waiting.is_finished());
    let added = monitor.add(id, Label::new("r", "r"), Steady::new());
    assert!(Arc::ptr_eq(&waiting.await.unwrap(), &added));
}
