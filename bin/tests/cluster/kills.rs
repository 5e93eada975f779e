//! A process of each kind is killed: the routers are live again within the bar, none ever has two sessions for long, and no
//! viewer needs a touch.

use std::time::Duration;

use tokio::time::Instant;

use crate::nodes::Cluster;
use crate::routers::Routers;
use crate::sizes::{self, PATIENCE, until};
use crate::viewers::{Viewer, all_go_on};

/// After a collector's death.
const COLLECTOR: Duration = Duration::from_secs(15);
/// After a NATS server's.
const NATS: Duration = Duration::from_secs(20);
/// How long two sessions may stand on a router.
const TWO_SESSIONS: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn whichever_process_is_killed_every_router_is_soon_live_again() {
    let mut cluster = Cluster::start(2, 3).await;
    let routers = Routers::start(sizes::routers()).await;
    routers.add_at(&cluster.webs[0]).await;
    cluster.webs[0].shows_live(routers.count(), PATIENCE).await;
    cluster.webs[1].shows_live(routers.count(), PATIENCE).await;
    let viewers: Vec<_> = (0..routers.count())
        .map(|at| {
            let mut addresses = cluster.addresses();
            addresses.rotate_left(at % 2);
            Viewer::open(addresses, &format!("r{at}"))
        })
        .collect();
    all_go_on(&viewers, 1, PATIENCE).await;
    for round in 0..sizes::rounds() {
        let streams = || viewers.iter().map(|viewer| viewer.seen().opened).collect::<Vec<_>>();

        let (victim, before) = (round % 3, streams());
        cluster.collectors[victim].kill().await;
        let took = live_again(&routers, &viewers, COLLECTOR).await;
        println!("round {round}: collector {victim} killed: live again after {took:?}");
        assert_eq!(streams(), before, "no viewer had to come back");
        cluster.collectors[victim].start();
        let name = cluster.collectors[victim].name.clone();
        cluster.joined(&[&name]).await;

        let before = streams();
        // The one that leads the leases now and then, and others.
        let victim = if round % 2 == 0 { cluster.nats.leader_of("KV_lalin_test_nodes").await } else { round % 3 };
        cluster.nats.kill(victim);
        let took = live_again(&routers, &viewers, NATS).await;
        println!("round {round}: NATS server {victim} killed: live again after {took:?}");
        assert_eq!(streams(), before, "no viewer had to come back");
        cluster.nats.restart(victim);
        cluster.nats.healthy().await;

        let victim = round % 2;
        cluster.webs[victim].kill().await;
        let took = live_again(&routers, &viewers, COLLECTOR).await;
        println!("round {round}: web node {victim} killed: live again after {took:?}");
        cluster.webs[victim].start();
        cluster.webs[victim].serves().await;
    }
    routers.had_one_session(TWO_SESSIONS);
    until("each router has one session", PATIENCE, async || {
        let sessions = routers.sessions();
        if sessions.iter().all(|sessions| *sessions == 1) { Ok(()) } else { Err(sessions) }
    })
    .await;
}

/// Waits until each router has a session and each viewer new values of it; how long that took.
async fn live_again(routers: &Routers, viewers: &[Viewer], limit: Duration) -> Duration {
    let begun = Instant::now();
    routers.are_asked(limit).await;
    all_go_on(viewers, 1, limit.saturating_sub(begun.elapsed())).await;
    begun.elapsed()
}
