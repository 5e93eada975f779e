//! Each router is asked by one node, once a sample, whoever watches it from where.

use std::collections::BTreeMap;
use std::slice::from_ref;
use std::time::Duration;

use tokio::time::Instant;

use crate::nodes::Cluster;
use crate::routers::Routers;
use crate::sizes::{self, PATIENCE, until};
use crate::viewers::{Viewer, all_go_on};

/// How far the times of one sample may be apart on two nodes with one clock, ms.
const APART: u64 = 250;

#[tokio::test(flavor = "multi_thread")]
async fn every_router_is_asked_by_one_node_and_shown_by_all() {
    let cluster = Cluster::start(2, 3).await;
    let routers = Routers::start(sizes::routers()).await;
    routers.add_at(&cluster.webs[0]).await;
    for web in &cluster.webs {
        web.shows_live(routers.count(), PATIENCE).await;
    }
    // Whoever claimed first gives some away yet.
    until("each collector has a share, and each router one session", PATIENCE, async || {
        let (held, sessions) = (cluster.held().await, routers.sessions());
        assert!(held.iter().all(|(node, _)| node.starts_with("collect-")), "only collectors ask: {held:?}");
        let all = held.iter().map(|(_, routers)| *routers).sum::<u64>() == routers.count() as u64;
        let shared = held.len() == 3 && all && sessions.iter().all(|sessions| *sessions == 1);
        if shared { Ok(()) } else { Err((held, sessions)) }
    })
    .await;

    // One viewer, and then eleven more, some here and some there.
    let [here, there] = [0, 1].map(|at| vec![cluster.webs[at].address.clone()]);
    let first = Viewer::open(here.clone(), "r0");
    all_go_on(from_ref(&first), 2, PATIENCE).await;
    let alone = asked(&routers, &first).await;
    let others: Vec<_> =
        (0..11).map(|at| Viewer::open(if at % 2 == 0 { &there } else { &here }.clone(), "r0")).collect();
    all_go_on(&others, 1, PATIENCE).await;
    let together = asked(&routers, &first).await;
    for (prints, samples) in [alone, together] {
        // The sample at either edge may fall on the other side of it.
        assert!(prints.abs_diff(samples) <= 2, "{prints} prints for {samples} samples");
    }

    // What both saw of a sample is the same; its time is each node's own.
    until("both have seen the same samples", PATIENCE, async || {
        let (one, other) = (ticks(&first), ticks(&others[0]));
        let both: Vec<_> = one.iter().filter_map(|(seq, seen)| Some((seq, seen, other.get(seq)?))).collect();
        for (seq, (here, rx), (there, same)) in &both {
            assert_eq!(rx, same, "sample {seq}");
            assert!(here.abs_diff(*there) <= APART, "sample {seq}: {here} and {there}");
        }
        if both.len() >= 5 { Ok(()) } else { Err(both.len()) }
    })
    .await;
    assert_eq!(first.seen().opened, 1, "nobody's stream broke");
    routers.had_one_session(Duration::ZERO);
}

/// By their number: time and rate.
fn ticks(viewer: &Viewer) -> BTreeMap<u64, (u64, Option<String>)> {
    let seen = viewer.seen();
    let ticks = seen.curve.iter().filter(|(_, point)| point.seq > 0);
    ticks.map(|(t, point)| (point.seq, (*t, point.rx.map(|rx| rx.to_string())))).collect()
}

/// How often the router was read, and how many samples a viewer saw, over some samples.
async fn asked(routers: &Routers, viewer: &Viewer) -> (u64, u64) {
    let begun = Instant::now();
    let (prints, samples) = (routers.handle(0).usage().prints, viewer.seen().curve.len());
    all_go_on(from_ref(viewer), 6, PATIENCE).await;
    assert!(begun.elapsed() > Duration::from_secs(3), "six samples of a second each");
    (routers.handle(0).usage().prints - prints, (viewer.seen().curve.len() - samples) as u64)
}
