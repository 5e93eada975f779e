//! Alerts of several machines over real NATS servers: judged by one, sent by one, remembered by all.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod machine;
#[allow(dead_code, reason = "another suite asks more of it")]
#[path = "../../../alerts/tests/it/receiver.rs"]
mod receiver;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lalin_alerts::{Acknowledged, PastQuery, State};
use lalin_test_nats::{NatsServers, Version};

use machine::{Machine, Owners, Spy, until};
use receiver::{Receiver, Reply, Request};

const REMARK: &str = "(mungkin terkirim dua kali)";

fn ok(_: &Request) -> Reply {
    (200, r#"{"ok":true,"result":{"message_id":1}}"#.to_owned()).into()
}

/// Messages; Telegram's earlier ones are edited beside that, which tells nobody.
fn messages(receiver: &Receiver) -> Vec<Request> {
    receiver.requests().into_iter().filter(|request| !request.line.contains("edit")).collect()
}

fn hooks(receiver: &Receiver) -> Vec<Request> {
    messages(receiver).into_iter().filter(|request| request.line.contains("/hook")).collect()
}

fn keys(receiver: &Receiver) -> BTreeSet<String> {
    hooks(receiver).iter().map(|request| request.header("webhook-id").unwrap().to_owned()).collect()
}

/// The machine `a` holds the router, and tells that it is down.
async fn first_tells(first: &Machine, owners: &Owners, up: &Arc<AtomicBool>, receiver: &Receiver) {
    owners.give("a", 1);
    first.samples(up, 1);
    first.until_judged().await;
    up.store(false, Ordering::SeqCst);
    receiver.wait_for(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_moves_with_its_router_is_sent_by_one_machine_and_seen_by_all() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let receiver = Receiver::start(ok).await;
    let (owners, spy) = (Arc::new(Owners::default()), Spy::start(&servers).await);
    let first = Machine::start(&servers, "a", &owners, &receiver.url("")).await;
    let second = Machine::start(&servers, "b", &owners, &receiver.url("")).await;
    let web = Machine::start(&servers, "web", &owners, &receiver.url("")).await;
    let up = Arc::new(AtomicBool::new(true));

    first_tells(&first, &owners, &up, &receiver).await;
    for machine in [&first, &second, &web] {
        until("it stands everywhere", async || machine.states() == [State::Firing]).await;
    }
    // On the page of one that never held the router, and it is written down where it is held.
    let id = web.active()[0].id.to_string();
    let by = Acknowledged { by: "budi".into(), at: 7 };
    let taken = web.alerting.acknowledge(&id, Some(by.clone())).await.expect("the holder answers");
    assert_eq!(taken.acknowledged, Some(by.clone()));
    for machine in [&first, &second, &web] {
        until("who looks after it", async || machine.active()[0].acknowledged == Some(by.clone())).await;
    }
    assert!(web.alerting.acknowledge("nothing", None).await.is_none());

    // Handed over in peace.
    spy.until_all_sent(1).await;
    first.lets_go().await;
    owners.give("b", 2);
    second.samples(&up, 2);
    assert_eq!(second.active()[0].acknowledged, Some(by));
    up.store(true, Ordering::SeqCst);
    until("four messages", async || messages(&receiver).len() >= 4).await;
    for machine in [&first, &second, &web] {
        until("it is over everywhere", async || machine.states().is_empty()).await;
        let past = async || machine.alerting.database().past(PastQuery { limit: 10, ..PastQuery::default() }).await;
        until("remembered by all", async || past().await.unwrap().alerts.len() == 1).await;
        assert_eq!(&*past().await.unwrap().alerts[0].id, id);
    }
    assert_eq!((messages(&receiver).len(), keys(&receiver).len()), (4, 2), "{:?}", messages(&receiver));
    assert_eq!([first.sent(), second.sent(), web.sent()], [2, 2, 0]);
    assert!(messages(&receiver).iter().all(|request| !request.body.contains(REMARK)), "{:?}", messages(&receiver));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_fire_and_send_it_is_sent_by_the_next_with_the_same_key() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    // What the first machine sends may have arrived, and it never hears so.
    let dies = Arc::new(AtomicBool::new(true));
    let hangs = dies.clone();
    let receiver =
        Receiver::start(move |request| if hangs.load(Ordering::SeqCst) { Reply::hanging() } else { ok(request) }).await;
    let (owners, spy) = (Arc::new(Owners::default()), Spy::start(&servers).await);
    let first = Machine::start(&servers, "a", &owners, &receiver.url("")).await;
    let second = Machine::start(&servers, "b", &owners, &receiver.url("")).await;
    let up = Arc::new(AtomicBool::new(true));
    first_tells(&first, &owners, &up, &receiver).await;
    drop(first);
    dies.store(false, Ordering::SeqCst);

    owners.give("b", 2);
    second.samples(&up, 2);
    until("four messages", async || messages(&receiver).len() >= 4).await;
    spy.until_all_sent(1).await;
    assert_eq!(second.states(), [State::Firing]);
    // The same to whoever knows keys, and the one double where there is none says what it may be.
    let hooks = hooks(&receiver);
    assert_eq!((hooks.len(), keys(&receiver).len()), (2, 1));
    assert_eq!(hooks[0].body, hooks[1].body);
    let chats = messages(&receiver).into_iter().filter(|request| !request.line.contains("/hook"));
    let chats: Vec<bool> = chats.map(|request| request.body.contains(REMARK)).collect();
    assert_eq!(chats, [false, true]);
    // Nothing of it is sent again, whoever holds the router next.
    second.lets_go().await;
    let third = Machine::start(&servers, "c", &owners, &receiver.url("")).await;
    owners.give("c", 3);
    third.samples(&up, 3);
    up.store(true, Ordering::SeqCst);
    until("six messages", async || messages(&receiver).len() >= 6).await;
    assert_eq!((messages(&receiver).len(), keys(&receiver).len()), (6, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_whose_fence_closed_sends_nothing_of_what_it_no_longer_holds() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let refuses = Arc::new(AtomicBool::new(true));
    let refused = refuses.clone();
    let receiver =
        Receiver::start(
            move |request| {
                if refused.load(Ordering::SeqCst) { Reply::from((503, String::new())) } else { ok(request) }
            },
        )
        .await;
    let (owners, spy) = (Arc::new(Owners::default()), Spy::start(&servers).await);
    let first = Machine::start(&servers, "a", &owners, &receiver.url("")).await;
    let second = Machine::start(&servers, "b", &owners, &receiver.url("")).await;
    let up = Arc::new(AtomicBool::new(true));
    first_tells(&first, &owners, &up, &receiver).await;
    until("both wait", async || first.waiting() == 2).await;
    // It goes on sampling, as a machine does that does not know yet.
    owners.give("b", 2);
    refuses.store(false, Ordering::SeqCst);
    until("nothing waits there any more", async || first.waiting() == 0).await;
    assert_eq!((first.sent(), messages(&receiver).len()), (0, 2), "{:?}", messages(&receiver));
    second.samples(&up, 2);
    until("four messages", async || messages(&receiver).len() >= 4).await;
    until("both are sent", async || second.sent() == 2).await;
    // What the first one sees does not count any more.
    up.store(true, Ordering::SeqCst);
    until("six messages", async || messages(&receiver).len() >= 6).await;
    until("both ends are sent", async || second.sent() == 4).await;
    spy.until_all_sent(0).await;
    assert_eq!((first.sent(), first.waiting(), keys(&receiver).len()), (0, 0, 2));
    assert_eq!(messages(&receiver).len(), 6, "{:?}", messages(&receiver));
}
