//! A centre's history takes in what the collectors recorded.
//!
//! One task a collector, so that one that is cut off delays no other. It asks, takes in, and asks again at once while there
//! is more; then it rests.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use lalin_history::{HandedTicks, History};
use lalin_stats::RouterId;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;

use super::{Answer, Ask, Collector, Lags};
use crate::error::Error;

/// How often it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two questions where there was no more.
    pub each: Duration,
    /// After the first question without an answer; doubled from there on.
    pub retry: Duration,
    /// The longest between two questions.
    pub longest: Duration,
    /// How much is asked for at once, before it is compressed.
    pub bytes: u32,
}

impl Default for Pace {
    fn default() -> Self {
        let each = Duration::from_secs(5);
        Self { each, retry: Duration::from_secs(1), longest: Duration::from_secs(30), bytes: 512 << 10 }
    }
}

/// Asks a collector. A trait, so that a test can be the network.
#[async_trait]
pub trait Asks: Send + Sync + 'static {
    /// The answer of one collector.
    async fn ask(&self, collector: &Collector, ask: &Ask) -> Result<Answer, Error>;
}

/// Whether a router is of a site: what another site says of it does not count.
type IsOf = Arc<dyn Fn(&RouterId, Option<&str>) -> bool + Send + Sync>;

/// Follows until it is dropped.
#[derive(Debug)]
pub struct Following {
    lags: Lags,
    _task: AbortOnDropHandle<()>,
}

impl Following {
    /// Takes in what these collectors recorded of the routers of their sites.
    pub fn start(
        history: Arc<History>,
        asks: Arc<dyn Asks>,
        collectors: watch::Receiver<Arc<[Collector]>>,
        is_of: impl Fn(&RouterId, Option<&str>) -> bool + Send + Sync + 'static,
        pace: Pace,
    ) -> Self {
        let lags = Lags::default();
        let one = One { history, asks, is_of: Arc::new(is_of), pace, lags: lags.clone() };
        Self { lags, _task: AbortOnDropHandle::new(tokio::spawn(follow_all(one, collectors).boxed())) }
    }

    /// How far each collector is taken in, now and later.
    pub fn lags(&self) -> Lags {
        self.lags.clone()
    }
}

async fn follow_all(one: One, mut collectors: watch::Receiver<Arc<[Collector]>>) {
    let mut tasks: HashMap<Collector, AbortOnDropHandle<()>> = HashMap::new();
    loop {
        let now = collectors.borrow_and_update().clone();
        // A collector that is gone for now is not asked; its cursors stay in the history.
        tasks.retain(|collector, _| now.contains(collector));
        one.lags.follow(&now);
        for collector in now.iter() {
            tasks
                .entry(collector.clone())
                .or_insert_with(|| AbortOnDropHandle::new(tokio::spawn(one.clone().follow(collector.clone()).boxed())));
        }
        if collectors.changed().await.is_err() {
            return;
        }
    }
}

/// What it takes to follow one collector.
#[derive(Clone)]
struct One {
    history: Arc<History>,
    asks: Arc<dyn Asks>,
    is_of: IsOf,
    pace: Pace,
    lags: Lags,
}

/// What one question led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// Something was taken in, and there is more.
    Took,
    /// There is more, and it cannot be had yet: the collector reads its own journal.
    Waits,
    /// All that was recorded is here.
    Whole,
}

/// The history of a collector, and how far it is taken in.
struct Known {
    source: u64,
    cursors: HashMap<RouterId, u64>,
}

impl One {
    async fn follow(self, collector: Collector) {
        let mut known = None;
        let mut retry = self.pace.retry;
        loop {
            let begun = Instant::now();
            let asked = self.round(&collector, &mut known).await;
            let wait = match &asked {
                Ok(Round::Took) => Duration::ZERO,
                Ok(Round::Waits | Round::Whole) => self.pace.each,
                Err(_) => retry,
            };
            retry = if asked.is_ok() { self.pace.retry } else { (retry * 2).min(self.pace.longest) };
            self.tell(&collector, begun, asked);
            sleep(wait).await;
        }
    }

    fn tell(&self, collector: &Collector, begun: Instant, asked: Result<Round, Error>) {
        self.lags.change(collector, |lag| match asked {
            Ok(round) => {
                (lag.more, lag.failed) = (round != Round::Whole, None);
                if round == Round::Whole {
                    (lag.whole, lag.is_known) = (begun, true);
                }
            }
            Err(error) => {
                let why = error.to_string();
                if lag.failed.is_none() {
                    tracing::warn!(node = collector.node, why, "the history of a node is not taken in for now");
                }
                lag.failed = Some(why);
            }
        });
    }

    /// One question.
    async fn round(&self, collector: &Collector, known: &mut Option<Known>) -> Result<Round, Error> {
        let Some(Known { source, cursors }) = known else {
            let Answer { source, .. } = self.asks.ask(collector, &Ask::default()).await?;
            let history = self.history.clone();
            let cursors = blocking(move || history.cursors(source)).await?;
            *known = Some(Known { source, cursors });
            return Ok(Round::Took);
        };
        let ask = Ask { source: *source, cursors: cursors.clone(), bytes: self.pace.bytes };
        let answer = self.asks.ask(collector, &ask).await?;
        if answer.source != *source {
            // Its folder is another one now.
            *known = None;
            return Ok(Round::Took);
        }
        let round = match (answer.more, answer.batches.is_empty()) {
            (false, _) => Round::Whole,
            (true, false) => Round::Took,
            (true, true) => Round::Waits,
        };
        for batch in answer.batches {
            if batch.source() != *source {
                return Err(Error::Handover("a node handed over what another one recorded".to_owned()));
            }
            let (router, last) = (batch.router().clone(), batch.last());
            if !(self.is_of)(&router, collector.site.as_deref()) {
                // Not asked for again before the next start; it may have been moved to this site by then.
                tracing::debug!(node = collector.node, %router, "left out: the router is of another site");
                cursors.insert(router, last);
                continue;
            }
            let reached = self.take(collector, batch).await?;
            if reached < last {
                *known = None;
                return Err(Error::Handover("the history did not take in what was handed over".to_owned()));
            }
            cursors.insert(router, reached);
        }
        Ok(round)
    }

    async fn take(&self, collector: &Collector, batch: HandedTicks) -> Result<u64, Error> {
        let (history, count) = (self.history.clone(), batch.count());
        let reached = blocking(move || history.append(batch)).await?;
        self.lags.change(collector, |lag| lag.ticks += count as u64);
        Ok(reached)
    }
}

async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, lalin_history::Error> + Send + 'static,
) -> Result<T, Error> {
    let ended = |_| Error::Handover("the history has ended".to_owned());
    spawn_blocking(run).await.map_err(ended)?.map_err(|error| Error::Handover(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use lalin_history::{HandOver, LineName, LineReading, Settings, Tick, Zone};
    use lalin_stats::Counters;
    use tokio::time::timeout;

    use super::super::serving::taken;
    use super::*;

    /// Collectors in this process, and a link that can be cut.
    #[derive(Default)]
    struct Link {
        hands: HashMap<String, Arc<tokio::sync::Mutex<HandOver>>>,
        cut: AtomicBool,
    }

    #[async_trait]
    impl Asks for Link {
        async fn ask(&self, collector: &Collector, ask: &Ask) -> Result<Answer, Error> {
            let ask = Ask::from_bytes(&ask.to_bytes()?)?;
            if self.cut.load(Ordering::Relaxed) {
                sleep(Duration::from_secs(1)).await;
                return Err(Error::NoAnswer);
            }
            let answer = taken(&self.hands[&collector.node], &ask, ask.bytes as usize).await?;
            Answer::from_bytes(&answer.to_bytes()?)
        }
    }

    fn history() -> (tempfile::TempDir, Arc<History>) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { zone: Zone::utc(), thins: false, ..Settings::new(folder.path()) };
        (folder, Arc::new(History::open(settings).unwrap()))
    }

    const BEGIN: i64 = 1_795_000_000_000;

    fn record(history: &History, router: &str, number: i64) {
        let counters = Counters::bytes(number as u64 * 1_000, 0);
        let name = LineName::interface("ether1");
        let reading = LineReading { name, shown: "ether1".into(), incarnation: 1, born: false, counters };
        let (wall_ms, mono_ms) = (BEGIN + number * 10_000, number as u64 * 10_000);
        let router = router.parse().unwrap();
        assert!(history.recorder().record(Tick {
            router,
            wall_ms,
            mono_ms,
            interval_ms: 10_000,
            readings: vec![reading]
        }));
    }

    fn times(history: &History, router: &str) -> Vec<i64> {
        let line = history.reader().find(&router.parse().unwrap(), &LineName::interface("ether1")).unwrap();
        let mut times = Vec::new();
        if let Some(line) = line {
            let each = &mut |sample: lalin_history::Sample| {
                times.push((sample.at_ms - BEGIN) / 10_000);
                true
            };
            history.reader().samples(line.id, 0, i64::MAX / 2, each).unwrap();
        }
        times
    }

    async fn until(what: &str, is: impl Fn() -> bool) {
        let all = timeout(Duration::from_secs(600), async {
            while !is() {
                sleep(Duration::from_millis(500)).await;
            }
        });
        all.await.unwrap_or_else(|_| panic!("{what}"));
    }

    fn collector(node: &str, site: &str) -> Collector {
        Collector { node: node.to_owned(), site: Some(site.to_owned()) }
    }

    fn starts(
        centre: &Arc<History>,
        link: &Arc<Link>,
        of: &[Collector],
    ) -> (Following, watch::Sender<Arc<[Collector]>>) {
        let (sender, collectors) = watch::channel(of.into());
        let is_of = |router: &RouterId, site: Option<&str>| site.is_some_and(|site| router.as_str().starts_with(site));
        (Following::start(centre.clone(), link.clone(), collectors, is_of, Pace::default()), sender)
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_that_is_cut_for_ten_minutes_costs_no_tick_and_doubles_none() {
        let ((_a, site), (_b, centre)) = (history(), history());
        let mut link = Link::default();
        link.hands.insert("node".into(), Arc::new(tokio::sync::Mutex::new(site.hand_over())));
        let link = Arc::new(link);
        let (following, _sender) = starts(&centre, &link, &[collector("node", "s1")]);
        for number in 0..6 {
            record(&site, "s1-a", number);
        }
        until("it follows", || times(&centre, "s1-a").len() == 6).await;
        link.cut.store(true, Ordering::Relaxed);
        let cut = Instant::now();
        for number in 6..66 {
            record(&site, "s1-a", number);
            sleep(Duration::from_secs(10)).await;
        }
        assert_eq!((cut.elapsed().as_secs(), times(&centre, "s1-a").len()), (600, 6));
        assert!(following.lags().now()[&collector("node", "s1")].failed.is_some());
        let behind = following.lags().most().unwrap();
        assert!((600..=606).contains(&behind.seconds) && behind.node == "node", "{behind:?}");
        link.cut.store(false, Ordering::Relaxed);
        until("it catches up", || times(&centre, "s1-a").len() == 66).await;
        assert_eq!(times(&centre, "s1-a"), (0..66).collect::<Vec<_>>());
        assert_eq!(following.lags().now()[&collector("node", "s1")].failed, None);
        assert!(following.lags().most().unwrap().seconds <= 5);
    }

    /// A collector that has just been started: its journal is being read, and what is in it cannot be handed over yet.
    #[derive(Default)]
    struct Reading {
        is_done: AtomicBool,
        asked: AtomicUsize,
    }

    #[async_trait]
    impl Asks for Reading {
        async fn ask(&self, _: &Collector, _: &Ask) -> Result<Answer, Error> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Ok(Answer { source: 9, more: !self.is_done.load(Ordering::Relaxed), ..Answer::default() })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_collector_that_reads_its_own_journal_is_not_said_to_be_taken_in_nor_asked_without_end() {
        let (_folder, centre) = history();
        let reading = Arc::new(Reading::default());
        let (_sender, collectors) = watch::channel(Arc::from([collector("node", "s1")]));
        let following = Following::start(centre, reading.clone(), collectors, |_, _| true, Pace::default());
        let lags = following.lags();
        until("it is asked", || reading.asked.load(Ordering::Relaxed) > 2).await;
        let known = || lags.most().is_some_and(|behind| !behind.unknown);
        assert!(!known(), "as soon as it answers");
        assert_eq!(lags.now()[&collector("node", "s1")].told(), None);
        sleep(Duration::from_secs(60)).await;
        assert!(!known() && lags.most().unwrap().seconds >= 60, "{:?}", lags.most());
        assert!(lags.now()[&collector("node", "s1")].told() > Some(Duration::from_secs(60)));
        let asked = reading.asked.load(Ordering::Relaxed);
        assert!(asked <= 16, "{asked} times");
        reading.is_done.store(true, Ordering::Relaxed);
        until("it is known", known).await;
        assert!(lags.most().unwrap().seconds <= 5);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_site_says_of_another_sites_router_is_left_out_and_a_node_that_is_gone_is_not_asked() {
        let ((_a, site), (_b, centre)) = (history(), history());
        let mut link = Link::default();
        for node in ["one", "two"] {
            link.hands.insert(node.into(), Arc::new(tokio::sync::Mutex::new(site.hand_over())));
        }
        let (following, sender) = starts(&centre, &Arc::new(link), &[collector("one", "s1"), collector("two", "s1")]);
        for number in 0..4 {
            record(&site, "s1-a", number);
            record(&site, "s2-b", number);
        }
        // Two nodes that claim to be the same history: each tick is there once all the same.
        until("it follows", || times(&centre, "s1-a").len() == 4).await;
        sleep(Duration::from_secs(60)).await;
        assert_eq!(times(&centre, "s1-a"), [0, 1, 2, 3]);
        assert!(times(&centre, "s2-b").is_empty());
        sender.send(Arc::new([])).unwrap();
        until("nobody is asked", || following.lags().now().is_empty()).await;
        record(&site, "s1-a", 4);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(times(&centre, "s1-a").len(), 4);
    }
}
