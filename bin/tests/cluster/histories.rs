//! A collector that records is killed and comes back: what it had recorded is at the web node once, and so is what was
//! recorded in its place.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::nodes::{Cluster, Node, Sampled};
use crate::routers::Routers;
use crate::sizes::{PATIENCE, until};

/// What `ether1` of each router receives, bytes a second.
const RATE: u64 = 125_000;
/// Longer than any router is without a holder, so that a loss of what was recorded before is seen beside that.
const BEFORE: u64 = 30;
/// What is missed beside the time without a session, s: up to the first sample, and an interval at either end.
const EDGES: u64 = 12;
const COUNT: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_collector_recorded_before_it_was_killed_is_counted_once() {
    let mut cluster = Cluster::start_with(1, 2, Sampled { history: true, ..Sampled::default() }).await;
    let routers = Routers::start(COUNT).await;
    let begun = received(&routers);
    routers.add_at(&cluster.webs[0]).await;
    until("both record", PATIENCE, async || {
        let held = cluster.held().await;
        if held.len() == 2 { Ok(()) } else { Err(held) }
    })
    .await;
    // Nothing is handed over until it is back.
    cluster.webs[0].kill().await;
    let first = received(&routers);
    until("there is something to lose", PATIENCE, async || {
        let more: Vec<u64> = received(&routers).iter().zip(&first).map(|(now, first)| now - first).collect();
        if more.iter().all(|more| *more > BEFORE * RATE) { Ok(()) } else { Err(more) }
    })
    .await;

    cluster.collectors[0].kill().await;
    let killed = Instant::now();
    until("its sessions are gone", PATIENCE, async || {
        let sessions = routers.sessions();
        if sessions.contains(&0) { Ok(()) } else { Err(sessions) }
    })
    .await;
    routers.are_asked(PATIENCE).await;
    let (missed, then) = (killed.elapsed().as_secs() + 1 + EDGES, received(&routers));
    assert!(missed < BEFORE + EDGES, "{missed} s");
    cluster.collectors[0].start();
    cluster.webs[0].start();
    cluster.webs[0].serves().await;
    let name = cluster.collectors[0].name.clone();
    cluster.joined(&[&name]).await;

    let goal: Vec<u64> = then.iter().zip(&begun).map(|(then, begun)| then - begun - missed * RATE).collect();
    until("all that was recorded is at the web node", PATIENCE, async || {
        let counted = counted(&cluster.webs[0]).await;
        let most: Vec<u64> = received(&routers).iter().zip(&begun).map(|(now, begun)| now - begun).collect();
        assert!(counted.iter().zip(&most).all(|(counted, most)| counted <= most), "twice: {counted:?} of {most:?}");
        if counted.iter().zip(&goal).all(|(counted, goal)| counted >= goal) { Ok(()) } else { Err((counted, &goal)) }
    })
    .await;
    routers.had_one_session(Duration::from_secs(3));
}

/// What `ether1` of each router has received, bytes: the truth.
fn received(routers: &Routers) -> Vec<u64> {
    (0..COUNT).map(|at| routers.handle(at).counters("ether1").unwrap().0).collect()
}

/// What a node counts of it.
async fn counted(web: &Node) -> Vec<u64> {
    let mut counted = Vec::with_capacity(COUNT);
    for at in 0..COUNT {
        let answer = web.get(&format!("/api/v1/usage?router=r{at}&interface=ether1&by=day")).await;
        let answer: Value = serde_json::from_slice(&answer.unwrap().body).unwrap_or_default();
        let periods = answer["periods"].as_array().cloned().unwrap_or_default();
        counted.push(periods.iter().filter_map(|period| period["rxBytes"].as_u64()).sum());
    }
    counted
}
