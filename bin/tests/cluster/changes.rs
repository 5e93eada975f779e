//! What is changed at one web node is so at the other within a second: routers, sessions, and what was taken back.

use std::time::Duration;

use crate::nodes::Cluster;
use crate::routers::{self, Routers};
use crate::sizes::{PATIENCE, until};

/// In health.
const FOLLOWED: Duration = Duration::from_secs(1);
/// A first session and a first sample come after that.
const ASKED: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_at_one_node_is_followed_by_all() {
    let cluster = Cluster::start(2, 2).await;
    let first = Routers::start(4).await;
    first.add_at(&cluster.webs[0]).await;
    for web in &cluster.webs {
        web.shows_live(first.count(), PATIENCE).await;
    }
    let [one, other] = &cluster.webs[..] else { panic!("two web nodes") };
    let session = one.log_in().await;

    let added = routers::start(routers::LINES, "127.0.0.1").await;
    let answer = one.send("POST", "/api/v1/routers", &session, &routers::body("new", &added)).await.unwrap();
    assert!(answer.status() == 201, "{}", answer.head);
    until("the other node knows the new router", FOLLOWED, async || {
        let states = other.states().await;
        if states.iter().any(|(id, _)| id == "new") { Ok(()) } else { Err(states) }
    })
    .await;
    other.shows_live(first.count() + 1, ASKED).await;
    assert_eq!(added.handle().usage().open_sessions, 1);

    // A session of one is a session of the other.
    let me = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).unwrap()["state"].clone();
    let is_in = async |web: &crate::nodes::Node| {
        let answer = web.send("GET", "/api/v1/me", &session, "").await.unwrap();
        me(&answer.body)
    };
    until("the other node knows the session", FOLLOWED, async || {
        let state = is_in(other).await;
        if state == "in" { Ok(()) } else { Err(state) }
    })
    .await;
    let answer = other.send("DELETE", "/api/v1/routers/new", &session, "").await.unwrap();
    assert!(answer.status() == 204, "{}", answer.head);
    until("the first node forgets the router", FOLLOWED, async || {
        let states = one.states().await;
        if states.iter().all(|(id, _)| id != "new") { Ok(()) } else { Err(states) }
    })
    .await;
    until("its session is closed", ASKED, async || match added.handle().usage().open_sessions {
        0 => Ok(()),
        open => Err(open),
    })
    .await;

    let answer = one.send("POST", "/api/v1/logout", &session, "").await.unwrap();
    assert!(answer.status() < 300, "{}", answer.head);
    until("the other node knows that it was ended", FOLLOWED, async || {
        let state = is_in(other).await;
        if state == "in" { Err(state) } else { Ok(()) }
    })
    .await;
    let refused = other.send("DELETE", "/api/v1/routers/r0", &session, "").await.unwrap();
    assert!(refused.status() == 401, "{}", refused.head);
    first.had_one_session(Duration::ZERO);
}
