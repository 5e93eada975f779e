//! Who asks which router: taking part, leaving, dying, and going on without quorum.

use std::sync::Arc;
use std::time::Duration;

use lalin_cluster::{Holdings, LostReason, NodeSettings, Roles, RouterPlace, Settings};
use lalin_test_nats::{NatsServers, Version};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::collectors::{Collector, Log, SOON, What, each_once, places, routers};
use crate::support::{connect, settings, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routers_are_shared_moved_gently_and_handed_over() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let (log, list) = (Log::default(), routers(30));
    let a = Collector::start(&servers, "a", &log, &list).await;
    until("one collector holds all", SOON, async || each_once(&[&a], 30)).await;
    assert_eq!(
        a.holdings.holder_of(&"r.7".parse().unwrap()).map(|held| (held.node, held.epoch)),
        Some(("a".into(), 1))
    );
    assert_eq!(a.holdings.holder_of(&"unknown".parse().unwrap()), None);

    // A second one takes nothing from a living holder, and is given one router at a time.
    let b = Collector::start(&servers, "b", &log, &list).await;
    until("the second one is given some", SOON, async || b.held().len() >= 3).await;
    assert!(each_once(&[&a, &b], 30) || a.held().len() + b.held().len() == 29, "more than one is on its way");
    let moved = log
        .lines()
        .iter()
        .filter(|line| line.what == What::Lost(LostReason::Moved))
        .map(|line| line.at)
        .collect::<Vec<_>>();
    assert!(moved.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(1900)), "{moved:?}");

    // A router leaves the list, another comes with the tag of a site, which is nobody's affair here.
    let mut fewer = places(29).to_vec();
    fewer.push(RouterPlace { id: "elsewhere".parse().unwrap(), site: Some("s1".into()) });
    list.send_replace(Arc::from(fewer));
    until("it is let go", SOON, async || each_once(&[&a, &b], 29)).await;

    // Draining: all at once, as good as.
    let begun = Instant::now();
    a.holdings.drain().await;
    until("the other one has them", SOON, async || b.held().len() == 29 && a.held().is_empty()).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    until("all know that it drains", SOON, async || b.holdings.nodes().iter().any(|node| node.draining)).await;

    // The last one ends: its routers are free at once for the next.
    b.holdings.shutdown().await;
    assert!(b.held().is_empty() && !b.holdings.fence().is_open());
    let begun = Instant::now();
    let c = Collector::start(&servers, "c", &log, &list).await;
    until("a new one takes what was let go", SOON, async || each_once(&[&c], 29)).await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(log.count(|line| matches!(line.what, What::Lost(LostReason::Expired | LostReason::Taken))), 0);
    log.check_epochs();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_centre_knows_which_node_of_a_site_asks_a_router_and_believes_no_other_site_nor_a_dead_one() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let (log, router) = (Log::default(), "r.1".parse().unwrap());
    let place = |id: &str, site: Option<&str>| RouterPlace { id: id.parse().unwrap(), site: site.map(Into::into) };
    let all = [place("r.0", None), place("r.1", Some("s1"))];
    // The other site says of a router of the first one that it is its own.
    let [centre, first, other] = [&all[..], &all[1..], &[place("r.1", Some("s2"))]];
    let [centre, first, other] = [centre, first, other].map(|places| watch::channel(Arc::from(places)).0);
    let at = |site: &str, node: &str| Settings { site: Some(site.into()), ..settings(&servers, node) };
    let one = Collector::start_with(at("s1", "one"), &log, &first).await;
    let liar = Collector::start_with(at("s2", "liar"), &log, &other).await;
    until("both ask it", SOON, async || one.held().len() == 1 && liar.held().len() == 1).await;
    let a = Collector::start(&servers, "a", &log, &centre).await;

    let web = NodeSettings { node: "web".into(), site: None, roles: Roles { web: true, collect: false }, weight: 1.0 };
    let web = Holdings::start(connect(&servers, "web").await, web, centre.subscribe());
    until("the site's node is known", SOON, async || web.asks(&router, Some("s1")).is_some()).await;
    assert_eq!(web.asks(&router, Some("s1")).as_deref(), Some("one"));
    until("the centre's too", SOON, async || web.asks(&"r.0".parse().unwrap(), None).as_deref() == Some("a")).await;
    assert_eq!((web.asks(&router, None), web.holder_of(&router)), (None, None));

    // It dies, and there is nobody else at the site.
    drop(one);
    until("nobody asks it", SOON, async || web.asks(&router, Some("s1")).is_none()).await;
    let two = Collector::start_with(at("s1", "two"), &log, &first).await;
    until("the next one is known", SOON, async || web.asks(&router, Some("s1")).as_deref() == Some("two")).await;
    two.holdings.shutdown().await;
    until("it was let go", SOON, async || web.asks(&router, Some("s1")).is_none()).await;
    drop((a, liar));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_holders_fence_is_closed_before_another_claims() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let (log, list) = (Log::default(), routers(12));
    let (thaw, frozen) = std::sync::mpsc::channel::<()>();
    let (freeze, told) = tokio::sync::oneshot::channel::<()>();
    // A runtime of its own whose only thread hangs when told so: tasks stand still, threads do not.
    let holder = {
        let (log, list, urls) = (log.clone(), list.clone(), settings(&servers, "a"));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let a = Collector::start_with(urls, &log, &list).await;
                told.await.unwrap();
                frozen.recv().unwrap();
                // Awake again: it takes part anew.
                until("a new lease", SOON, async || a.holdings.fence().is_open()).await;
                until("it is given a router", SOON, async || !a.held().is_empty()).await;
                a.holdings.shutdown().await;
            });
        })
    };
    until("the first one holds all", SOON, async || log.count(|line| line.what == What::Claimed(1)) == 12).await;
    let b = Collector::start(&servers, "b", &log, &routers(12)).await;
    until("the second one is there", SOON, async || b.holdings.nodes().iter().filter(|node| node.lives).count() == 2)
        .await;
    // Before it is given anything.
    let frozen_at = Instant::now();
    freeze.send(()).unwrap();
    until("the second one holds all", SOON, async || b.held().len() == 12).await;
    let taken = frozen_at.elapsed();
    println!("taken over after {:.1} s", taken.as_secs_f64());
    assert!(taken < Duration::from_secs(13), "{taken:?}");
    thaw.send(()).unwrap();
    holder.join().expect("the first one's end");
    let lines = log.lines();
    let closed = lines.iter().find(|line| line.node == "a" && line.what == What::Closed).expect("a closed fence").at;
    let late = lines.iter().filter(|line| line.node == "b" && matches!(line.what, What::Claimed(_)));
    for claim in late {
        let moved = lines
            .iter()
            .any(|line| line.node == "a" && line.router == claim.router && line.what == What::Lost(LostReason::Moved));
        assert!(claim.at > closed || moved, "{claim:?} before {closed:?}");
    }
    // It took nothing back that was not handed to it.
    for claim in lines.iter().filter(|line| line.node == "a" && line.at > frozen_at + taken) {
        if let What::Claimed(_) = claim.what {
            let handed =
                |line: &&crate::collectors::Line| line.node == "b" && line.router == claim.router && line.at < claim.at;
            assert!(lines.iter().filter(handed).any(|line| line.what == What::Lost(LostReason::Moved)), "{claim:?}");
        }
    }
    log.check_epochs();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_loses_a_router_when_the_leaders_server_dies() {
    for version in Version::ALL {
        let mut servers = NatsServers::start(3, version).await;
        let (log, list) = (Log::default(), routers(20));
        let a = Collector::start(&servers, "a", &log, &list).await;
        let b = Collector::start(&servers, "b", &log, &list).await;
        until("all are held", SOON, async || each_once(&[&a, &b], 20)).await;
        // So that no router is on its way when it begins.
        until("each has its share", SOON, async || a.held().len() <= 11 && b.held().len() <= 11).await;
        let leader = servers.leader_of("KV_lalin_c_nodes").await;
        let killed = Instant::now();
        servers.kill(leader);
        servers.healthy().await;
        let renewed = Duration::from_secs(7);
        until("the leases are renewed", SOON, async || [&a, &b].iter().all(|n| n.holdings.fence().left() > renewed))
            .await;
        println!("{version:?}: renewed again {:.1} s after the kill", killed.elapsed().as_secs_f64());
        // One may be handed over just now, for an even share: that is no loss.
        until("all are held again", SOON, async || each_once(&[&a, &b], 20)).await;
        assert_eq!(log.count(|line| matches!(line.what, What::Lost(LostReason::Expired | LostReason::Taken))), 0);
        log.check_epochs();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_quorum_all_go_on_until_one_is_silent_and_it_heals() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let (log, list) = (Log::default(), routers(10));
    let a = Collector::start(&servers, "a", &log, &list).await;
    let b = Collector::start(&servers, "b", &log, &list).await;
    until("all are held", SOON, async || each_once(&[&a, &b], 10)).await;
    let know = |one: &Collector| one.holdings.nodes().iter().filter(|node| node.lives).count() == 2;
    until("they know of each other", SOON, async || know(&a) && know(&b)).await;
    // So that no router is on its way when it begins.
    until("each has its share", SOON, async || a.held().len() == 5 && b.held().len() == 5).await;
    servers.kill(0);
    servers.kill(1);
    // Well past what a lease allows.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(14) {
        assert!(each_once(&[&a, &b], 10), "stopped {:.1} s after the servers", begun.elapsed().as_secs_f64());
        sleep(Duration::from_millis(100)).await;
    }
    // One of them falls silent: nobody knows any more what it does.
    drop(b);
    let silent = Instant::now();
    until("the other one stops", SOON, async || a.held().is_empty()).await;
    assert!(silent.elapsed() < Duration::from_secs(11), "{:?}", silent.elapsed());
    servers.restart(0);
    servers.restart(1);
    until("the one that is left holds all", Duration::from_secs(60), async || each_once(&[&a], 10)).await;
    log.check_epochs();
}
