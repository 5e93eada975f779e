//! Several nodes while all is well: on every version of the server that is tested.

use lalin_cluster::{SharedState, SiteWriter};
use lalin_config::RouterSettings;
use lalin_store::{
    Access, Actor, AuditEvent, Credential, CredentialState, EncryptionKey, Error, LineChange, LineScope, Store,
    Timestamp,
};
use lalin_test_nats::{NatsServers, Version};

use crate::routers::{router, routers};
use crate::{NOW, Node, PATIENCE, connection, secret, until};

#[tokio::test(flavor = "multi_thread")]
async fn nodes_share_what_is_changed_and_tell_conflicts_on_the_recommended_server() {
    share(Version::V2_12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_share_what_is_changed_and_tell_conflicts_on_the_oldest_server() {
    share(Version::V2_10).await;
}

async fn share(version: Version) {
    let servers = NatsServers::start(3, version).await;
    let key = EncryptionKey::random().unwrap();
    let one = Node::join(servers.urls(), "c", "web-1", &key).await;
    let other = Node::join(servers.urls(), "c", "web-2", &key).await;
    let (mut changed, access) = (other.store.routers_changed(), other.store.access_changes());

    one.store.add_router(router("rahasia"), NOW).await.unwrap();
    let seen = until("the other node hears of the router", || async { routers(&other.store).await.len() == 1 }).await;
    eprintln!("{version:?}: a change was seen after {seen:?}");
    assert_eq!(routers(&other.store).await[0].settings, router("rahasia"));
    assert!(changed.has_changed().unwrap());
    changed.borrow_and_update();

    // Two who edit what they saw: the second is told.
    let renamed = |name: &str| RouterSettings { name: Some(name.into()), password: None, ..router("") };
    let (first, second) = (Timestamp(NOW.0 + 1), Timestamp(NOW.0 + 2));
    let (a, b) = tokio::join!(
        one.store.change_router_seen(renamed("POP Utara"), Some(NOW), first),
        other.store.change_router_seen(renamed("POP Selatan"), Some(NOW), second),
    );
    let conflicts = [&a, &b].into_iter().filter(|one| matches!(one, Err(Error::Conflict))).count();
    assert_eq!((u8::from(a.is_ok()) + u8::from(b.is_ok()), conflicts), (1, 1), "{a:?} {b:?}");

    // Many at once, of both: each is there in the end, with a number of its own.
    let add = |store: &Store, name: String| {
        let store = store.clone();
        async move { store.add_alert_rule(format!("{{\"name\":\"{name}\"}}")).await.unwrap() }
    };
    let ones = async {
        for n in 0..20 {
            add(&one.store, format!("a{n}")).await;
        }
    };
    let others = async {
        for n in 0..20 {
            add(&other.store, format!("b{n}")).await;
        }
    };
    tokio::join!(ones, others);
    for node in [&one, &other] {
        until("both know all forty", || async { node.store.alert_rules().await.unwrap().len() == 40 }).await;
    }

    revocation(&one, &other).await;
    assert!(access.has_changed().unwrap(), "open streams are told");
    audit(&one, &other).await;
    site(&one, &servers).await;
    moved_in_and_out(&servers).await;
    drop(servers);
}

async fn revocation(one: &Node, other: &Node) {
    one.store.add_user("tono", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    let sari = one.store.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    let session = one.store.begin_session(sari.id, NOW).await.unwrap();
    // No node has to be the one that somebody came in by.
    assert!(other.store.session(&session, NOW).await.unwrap().is_some());
    one.store.remove_user(sari.id).await.unwrap();
    // Not what was heard: what is true.
    other.store.catch_up().await.unwrap();
    assert!(other.store.session(&session, NOW).await.unwrap().is_none());
    assert!(other.store.verify("sari", secret("kata sandi")).await.unwrap().is_none());
    let states = other.store.credential_states(vec![Credential::session(&session, sari.id)], NOW).await.unwrap();
    assert!(matches!(states[0], CredentialState::Ended(_)), "{states:?}");
}

async fn audit(one: &Node, other: &Node) {
    for (number, node) in [one, other, one].into_iter().enumerate() {
        let actor = Actor { name: "sari".into(), address: "192.0.2.7".into() };
        let at = Timestamp(NOW.0 + i64::try_from(number).unwrap());
        let event = AuditEvent { at, actor, action: "router.add".into(), target: format!("pop-{number}") };
        node.store.record(event).await.unwrap();
    }
    for node in [one, other] {
        until("both have the whole log", || async { node.store.audit_log(10).await.unwrap().len() == 3 }).await;
    }
    assert_eq!(one.store.audit_log(10).await.unwrap(), other.store.audit_log(10).await.unwrap());
}

async fn site(one: &Node, servers: &NatsServers) {
    let key = one.store.add_site("sukamaju").await.unwrap();
    let _writer = SiteWriter::begin(&one.connection, &one.store);
    let alias = LineChange { alias: Some(Some("Uplink".into())), ..LineChange::default() };
    one.store.change_line(LineScope::Everyone, "pop-1".parse().unwrap(), "ether1".into(), alias).await.unwrap();
    let at_site = connection(servers.urls(), "c", "pop", Some("sukamaju")).await;
    let collector = Store::in_memory(key).unwrap();
    let _state = SharedState::begin_at_site(&at_site, &collector, "sukamaju");
    // Its first tag that is a site is this one.
    until("the site knows its router", || async { routers(&collector).await.len() == 1 }).await;
    assert_eq!(routers(&collector).await[0].settings.password.as_ref().unwrap().expose(), "rahasia");
    until("and what is said of its line", || async { collector.lines().await.unwrap().len() == 1 }).await;
    assert!(collector.users().await.unwrap().is_empty(), "no account is at a site");
    assert!(matches!(collector.add_router(router("x"), NOW).await, Err(Error::ReadOnly | Error::Taken { .. })));
    let untagged = RouterSettings { tags: Vec::new(), password: None, ..router("") };
    one.store.change_router(untagged, Timestamp(NOW.0 + 9)).await.unwrap();
    until("the site forgets it", || async { routers(&collector).await.is_empty() }).await;
}

async fn moved_in_and_out(servers: &NatsServers) {
    let alone = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    alone.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    for number in 0..100 {
        let id = format!("pop-{number}").parse().unwrap();
        alone.add_router(RouterSettings { id, ..router("rahasia") }, NOW).await.unwrap();
    }
    let key = EncryptionKey::random().unwrap();
    let node = Node::join(servers.urls(), "moved", "n1", &key).await;
    let copied = node.store.copy_from(&alone, false).await.unwrap();
    assert_eq!((copied.routers, copied.users), (100, 1));
    assert!(matches!(node.store.copy_from(&alone, false).await, Err(Error::NotEmpty)));
    // A node that starts later reads all of it.
    let later = Node::join(servers.urls(), "moved", "n2", &key).await;
    assert_eq!(routers(&later.store).await.len(), 100);
    let out = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    out.copy_from(&later.store, false).await.unwrap();
    assert_eq!(routers(&out).await[99].settings.password.as_ref().unwrap().expose(), "rahasia");
    assert!(out.verify("sari", secret("kata sandi")).await.unwrap().is_some());
    later.connection.client().flush().await.unwrap();
    assert!(later.store.state_age().unwrap() < PATIENCE);
}
