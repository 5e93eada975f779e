//! Servers that die: what is changed meanwhile, what is refused with words, and that all heals by itself.

use std::time::Duration;

use lalin_config::RouterSettings;
use lalin_store::{Access, EncryptionKey, Error, STATE_OLD, Store};
use lalin_test_nats::{NatsServers, Version};
use tokio::time::{Instant, sleep};

use crate::routers::{router, routers};
use crate::{NOW, Node, PATIENCE, secret, until};

fn named(id: &str) -> RouterSettings {
    RouterSettings { id: id.parse().unwrap(), ..router("rahasia") }
}

/// Adds a router as somebody does who tries again when they are told to, and tells how long it took.
async fn add(store: &Store, id: &str) -> Duration {
    let begun = Instant::now();
    loop {
        match store.add_router(named(id), NOW).await {
            // The answer to an attempt before was lost, and it was made all the same.
            Ok(_) | Err(Error::Taken { .. }) => return begun.elapsed(),
            Err(error) => assert!(error.is_unwritable() && begun.elapsed() < PATIENCE, "{error:?}"),
        }
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_leader_delays_changes_and_loses_none() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let key = EncryptionKey::random().unwrap();
    let one = Node::join(servers.urls(), "c", "web-1", &key).await;
    let other = Node::join(servers.urls(), "c", "web-2", &key).await;
    add(&one.store, "before").await;
    let leader = servers.leader_of("KV_lalin_c_state").await;
    servers.kill(leader);
    // Nothing of what is known is lost to whoever looks.
    assert_eq!(routers(&one.store).await.len(), 1);
    let taken = add(&one.store, "during").await;
    let seen = until("the other hears of it", || async { routers(&other.store).await.len() == 2 }).await;
    eprintln!("leader killed: a change was taken after {taken:?}, and seen {seen:?} later");
    assert!(seen < Duration::from_secs(10), "{seen:?}");
    servers.restart(leader);
    add(&other.store, "after").await;
    until("and back", || async { routers(&one.store).await.len() == 3 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_majority_everything_is_read_nothing_changed_and_afterwards_all_is_well_again() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let key = EncryptionKey::random().unwrap();
    let one = Node::join(servers.urls(), "c", "web-1", &key).await;
    let other = Node::join(servers.urls(), "c", "web-2", &key).await;
    let sari = one.store.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    let session = one.store.begin_session(sari.id, NOW).await.unwrap();
    add(&one.store, "before").await;
    until("the other knows", || async { routers(&other.store).await.len() == 1 }).await;
    let leader = servers.leader_of("KV_lalin_c_state").await;
    let lost = [leader, (leader + 1) % 3];
    lost.iter().for_each(|index| servers.kill(*index));
    until("the copy is known to be old", || async { other.store.state_age().unwrap() > STATE_OLD }).await;
    let refused = other.store.add_router(named("during"), NOW).await.unwrap_err();
    assert!(matches!(refused, Error::StateOld), "{refused:?}");
    assert!(refused.to_string().contains("nothing was changed"), "{refused}");
    assert_eq!(routers(&other.store).await.len(), 1, "what is known is read");
    assert!(other.store.session(&session, NOW).await.unwrap().is_some());
    assert!(other.store.verify("sari", secret("kata sandi")).await.unwrap().is_some());
    let begun = other.store.begin_session(sari.id, NOW).await.unwrap();
    assert!(other.store.session(&begun, NOW).await.unwrap().is_some(), "people come in at this node");
    lost.iter().for_each(|index| servers.restart(*index));
    until("it is new again", || async { other.store.state_age().unwrap() <= STATE_OLD }).await;
    add(&other.store, "after").await;
    until("both know", || async { routers(&one.store).await.len() == 2 }).await;
    until("and the session is everybody's", || async { one.store.session(&begun, NOW).await.unwrap().is_some() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_lost_the_others_is_not_believed() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let key = EncryptionKey::random().unwrap();
    let node = Node::join(servers.urls(), "c", "web-1", &key).await;
    add(&node.store, "before").await;
    let leader = servers.leader_of("KV_lalin_c_state").await;
    // It goes on answering what it has, first as the leader and then without one.
    let lost = [(leader + 1) % 3, (leader + 2) % 3];
    lost.iter().for_each(|index| servers.kill(*index));
    let begun = Instant::now();
    let age = || node.store.state_age().unwrap();
    until("it has given up leading, and the copy is as old", || async { age() > LEADS_ALONE }).await;
    // Since then nothing that it said made the copy any newer.
    assert!(age() + 2 * STATE_OLD > begun.elapsed(), "{:?} after {:?}", age(), begun.elapsed());
    lost.iter().for_each(|index| servers.restart(*index));
    until("it is new again", || async { node.store.state_age().unwrap() <= STATE_OLD }).await;
}

/// A server gives up leading within this time.
const LEADS_ALONE: Duration = Duration::from_secs(25);
