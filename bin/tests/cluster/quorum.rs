//! Two of three NATS servers stand still: what is held goes on, nothing can be changed, and all heals by itself.

use std::time::Duration;

use crate::nodes::Cluster;
use crate::routers::Routers;
use crate::sizes::{PATIENCE, until};
use crate::viewers::{Viewer, all_go_on};

/// Longer than a lease.
const HELD_OVER: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_quorum_what_is_held_goes_on_and_nothing_is_changed() {
    let mut cluster = Cluster::start(1, 2).await;
    let routers = Routers::start(6).await;
    routers.add_at(&cluster.webs[0]).await;
    cluster.webs[0].shows_live(routers.count(), PATIENCE).await;
    let viewers: Vec<_> = (0..routers.count()).map(|at| Viewer::open(cluster.addresses(), &format!("r{at}"))).collect();
    all_go_on(&viewers, 2, PATIENCE).await;
    let session = cluster.webs[0].log_in().await;
    let (logins, begun) = (routers.logins(), viewers.iter().map(|viewer| viewer.seen().end()).collect::<Vec<_>>());

    for killed in [0, 1] {
        cluster.nats.kill(killed);
    }
    let web = &cluster.webs[0];
    // The change goes to nobody who could take it, and it is said why.
    until("a change is refused in words", PATIENCE, async || {
        let answer = web.send("PATCH", "/api/v1/routers/r0", &session, r#"{"notes": "malam"}"#).await.unwrap();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status() == 503 && text.contains("state-old") { Ok(()) } else { Err(answer.head + &text) }
    })
    .await;
    until("it says that what it shows may be old", PATIENCE, async || {
        let ready = web.get("/readyz?verbose").await.unwrap();
        let text = String::from_utf8_lossy(&ready.body).into_owned();
        if text.contains(r#""isOld":true"#) { Ok(()) } else { Err(text) }
    })
    .await;
    // For longer than any lease lasts the routers are asked by who asked them before.
    all_go_on(&viewers, HELD_OVER, PATIENCE).await;
    for (viewer, begun) in viewers.iter().zip(begun) {
        let gap = viewer.seen().longest_gap(begun);
        assert!(gap < 10_000, "{gap} ms without a value");
    }
    assert_eq!(routers.logins(), logins, "each router kept its session");
    let held = web.send("GET", "/api/v1/routers/r0", &session, "").await.unwrap();
    assert!(held.status() == 200, "what was known is shown: {}", held.head);

    for killed in [0, 1] {
        cluster.nats.restart(killed);
    }
    cluster.nats.healthy().await;
    let web = &cluster.webs[0];
    until("changes are taken again", PATIENCE, async || {
        let answer = web.send("PATCH", "/api/v1/routers/r0", &session, r#"{"notes": "pagi"}"#).await.unwrap();
        if answer.status() == 200 { Ok(()) } else { Err(answer.head) }
    })
    .await;
    web.shows_live(routers.count(), PATIENCE).await;
    all_go_on(&viewers, 2, PATIENCE).await;
    for viewer in &viewers {
        assert_eq!(viewer.seen().opened, 1, "no viewer had to come back");
    }
    routers.had_one_session(Duration::from_secs(3));
}
