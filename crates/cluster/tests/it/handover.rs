//! A collector's history comes to the centre over real servers, whatever happens to them.

use std::sync::Arc;
use std::time::Duration;

use lalin_cluster::handover::{Collector, Following, OverNats, Pace, Serving};
use lalin_history::{By, History, LineName, LineReading, Lines, Settings, Tick, UsageQuery, Zone};
use lalin_stats::Counters;
use lalin_test_nats::{NatsServers, Version};
use tokio::sync::watch;

use crate::support::{connect, until};

const BEGIN: i64 = 1_795_000_000_000;

fn history() -> (tempfile::TempDir, Arc<History>) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { zone: Zone::utc(), thins: false, ..Settings::new(folder.path()) };
    (folder, Arc::new(History::open(settings).unwrap()))
}

fn record(history: &History, numbers: std::ops::Range<i64>) {
    for number in numbers {
        let reading = |line: usize| LineReading {
            name: LineName::interface(&format!("ether{line}")),
            shown: format!("ether{line}").into(),
            incarnation: 1,
            born: false,
            counters: Counters::bytes(number as u64 * 1_000, 0),
        };
        let (wall_ms, mono_ms) = (BEGIN + number * 10_000, number as u64 * 10_000);
        let (router, readings) = ("r1".parse().unwrap(), (0..20).map(reading).collect());
        assert!(history.recorder().record(Tick { router, wall_ms, mono_ms, interval_ms: 10_000, readings }));
    }
    history.flush().unwrap();
}

fn numbers(history: &History) -> Vec<i64> {
    let reader = history.reader();
    let Some(line) = reader.find(&"r1".parse().unwrap(), &LineName::interface("ether7")).unwrap() else {
        return Vec::new();
    };
    let mut numbers = Vec::new();
    let each = &mut |sample: lalin_history::Sample| {
        numbers.push((sample.at_ms - BEGIN) / 10_000);
        true
    };
    reader.samples(line.id, 0, i64::MAX / 2, each).unwrap();
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_collector_recorded_is_at_the_centre_once_and_in_order_across_the_loss_of_servers() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let ((_a, recorded), (folder, centre)) = (history(), history());
    let (collector, web) = (connect(&servers, "collector").await, connect(&servers, "web").await);
    let _serving = Serving::start(&collector, &recorded);
    let one = Collector { node: "collector".into(), site: None };
    let often = Duration::from_millis(200);
    let pace = Pace { each: often, retry: often, longest: often, ..Pace::default() };
    let (_sender, collectors) = watch::channel(Arc::from([one.clone()]));
    let asks = Arc::new(OverNats::new(web.clone(), None));
    let following = Following::start(centre.clone(), asks.clone(), collectors.clone(), |_, _| true, pace);
    record(&recorded, 0..500);
    until("it follows", Duration::from_secs(20), async || numbers(&centre).len() == 500).await;
    servers.kill(0);
    servers.kill(1);
    servers.kill(2);
    record(&recorded, 500..3_000);
    until("it is known to fail", Duration::from_secs(20), async || following.lags().now()[&one].failed.is_some()).await;
    for server in 0..3 {
        servers.restart(server);
    }
    until("it catches up", Duration::from_secs(60), async || numbers(&centre).len() == 3_000).await;
    assert_eq!(numbers(&centre), (0..3_000).collect::<Vec<_>>());

    // The centre starts anew, and goes on from its own cursor.
    drop(following);
    drop(centre);
    let settings = Settings { zone: Zone::utc(), ..Settings::new(folder.path()) };
    let centre = Arc::new(open_again(settings).await);
    let following = Following::start(centre.clone(), asks, collectors, |_, _| true, pace);
    record(&recorded, 3_000..3_010);
    until("it goes on", Duration::from_secs(20), async || numbers(&centre).len() == 3_010).await;
    assert_eq!(following.lags().now()[&one].ticks, 10, "nothing was sent a second time");
}

/// What of the line is counted, in steps of the counter.
fn counted(history: &History) -> u64 {
    let reader = history.reader();
    let line = reader.find(&"r1".parse().unwrap(), &LineName::interface("ether7")).unwrap().unwrap();
    let (from_ms, to_ms) = (BEGIN - 40 * 86_400_000, BEGIN + 40 * 86_400_000);
    let query = UsageQuery { lines: Lines::One(line.id), by: By::Month, from_ms, to_ms, offset: 0, limit: 1 };
    let usage = reader.usage(&query).unwrap();
    let totals = usage.lines.iter().flat_map(|line| &line.periods).map(|period| period.totals);
    totals.map(|totals| totals.rx_bytes + totals.unmeasured_rx_bytes).sum::<u64>() / 1_000
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_moved_has_one_past_at_the_centre_whichever_collector_was_away_meanwhile() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let ((_a, first), (_b, second), (_c, centre)) = (history(), history(), history());
    let web = connect(&servers, "web").await;
    let (one, two) = (connect(&servers, "one").await, connect(&servers, "two").await);
    let collector = |node: &str| Collector { node: node.into(), site: None };
    let often = Duration::from_millis(200);
    let pace = Pace { each: often, retry: often, longest: often, ..Pace::default() };
    let (_sender, collectors) = watch::channel(Arc::from([collector("one"), collector("two")]));
    let asks = Arc::new(OverNats::new(web, None));
    let following = Following::start(centre.clone(), asks, collectors, |_, _| true, pace);
    let serving = Serving::start(&one, &first);
    let _serving = Serving::start(&two, &second);
    record(&first, 0..50);
    until("it follows", Duration::from_secs(20), async || numbers(&centre).len() == 50).await;

    // The first one cannot be reached any more and goes on; then the router moves to the second one.
    drop(serving);
    record(&first, 50..100);
    assert!(second.recorder().begins_anew("r1".parse().unwrap()));
    record(&second, 101..200);
    until("the second is followed", Duration::from_secs(20), async || numbers(&centre).len() == 149).await;
    let away = || following.lags().now()[&collector("one")].failed.is_some();
    until("what is missing is known to be", Duration::from_secs(20), async || away()).await;

    // No server answers for a while.
    (0..3).for_each(|server| servers.stop(server));
    record(&second, 200..1_200);
    let unheard = || following.lags().now()[&collector("two")].failed.is_some();
    until("it is known to fail", Duration::from_secs(30), async || unheard()).await;
    assert_eq!(numbers(&centre).len(), 149);
    (0..3).for_each(|server| servers.cont(server));
    // And the first one has it again.
    assert!(first.recorder().begins_anew("r1".parse().unwrap()));
    record(&first, 1_201..1_300);
    let _serving = Serving::start(&one, &first);
    let all: Vec<i64> = (0..100).chain(101..1_200).chain(1_201..1_300).collect();
    until("all of it", Duration::from_secs(60), async || numbers(&centre).len() >= all.len()).await;
    // Each sample is there once, and where its time is, though a part came late.
    assert!(numbers(&centre) == all);
    centre.flush().unwrap();
    // Each turn counts from its own first sample on.
    assert_eq!(counted(&centre), 99 + 1_098 + 98);
}

/// Whoever held the folder has ended when nobody asks it any more.
async fn open_again(settings: Settings) -> History {
    loop {
        match History::open(settings.clone()) {
            Ok(history) => return history,
            Err(lalin_history::Error::Locked(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
