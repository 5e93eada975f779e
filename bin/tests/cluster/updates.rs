//! A rolling update: one node after the other is told to stop and started again, under viewers, and nobody's curve breaks.

use std::time::Duration;

use crate::nodes::{Cluster, Node};
use crate::routers::Routers;
use crate::sizes::{self, PATIENCE, until};
use crate::viewers::{Viewer, all_go_on};

/// The longest gap in a curve, ms.
const GAP: u64 = 5_000;
const VIEWERS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_update_of_all_nodes_leaves_no_long_gap_in_any_curve() {
    let mut cluster = Cluster::start(2, 3).await;
    let routers = Routers::start(sizes::routers()).await;
    routers.add_at(&cluster.webs[0]).await;
    for web in &cluster.webs {
        web.shows_live(routers.count(), PATIENCE).await;
    }
    let viewers: Vec<_> = (0..VIEWERS)
        .map(|at| {
            let mut addresses = cluster.addresses();
            addresses.rotate_left(at % 2);
            Viewer::open(addresses, &format!("r{}", at % routers.count()))
        })
        .collect();
    all_go_on(&viewers, 2, PATIENCE).await;
    let begun: Vec<_> = viewers.iter().map(|viewer| viewer.seen().end()).collect();

    for at in 0..cluster.collectors.len() {
        let name = cluster.collectors[at].name.clone();
        cluster.collectors[at].terminate();
        cluster.collectors[at].ended().await;
        let held = cluster.held().await;
        assert!(held.iter().all(|(node, _)| *node != name), "it has handed over all it held: {held:?}");
        cluster.collectors[at].start();
        cluster.joined(&[&name]).await;
        all_go_on(&viewers, 1, PATIENCE).await;
    }
    for at in 0..cluster.webs.len() {
        let web = &mut cluster.webs[at];
        web.terminate();
        drains(web).await;
        web.ended().await;
        web.start();
        web.serves().await;
        all_go_on(&viewers, 1, PATIENCE).await;
    }

    all_go_on(&viewers, 2, PATIENCE).await;
    for (at, (viewer, begun)) in viewers.iter().zip(begun).enumerate() {
        let seen = viewer.seen();
        let gap = seen.longest_gap(begun);
        assert!(gap <= GAP, "viewer {at}: {gap} ms without a value: {:?}", seen.curve.range(begun..));
    }
    routers.had_one_session(Duration::from_secs(3));
}

/// A node that is told to stop says so to load balancers while it still answers.
async fn drains(web: &Node) {
    until("it says that it stops, and still answers", PATIENCE, async || match web.get("/readyz").await {
        Some(answer) if answer.status() == 503 => Ok(()),
        Some(answer) => Err(answer.head),
        None => panic!("it ended without saying so: {}", web.logged()),
    })
    .await;
}
