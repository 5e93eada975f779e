//! Several nodes: what one changes the others know, of two who change the same one is told, and nothing that was taken
//! from somebody comes back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lalin_config::RouterSettings;
use lalin_store::{
    Access, Actor, AuditEvent, EncryptionKey, Error, Grant, LineChange, LineScope, NewToken, SharedKind, SharedPart,
    Store, Timestamp, TokenKind, UserId,
};

use crate::routers::{router, routers};
use crate::rows::{Common, hear};
use crate::{NOW, secret};

async fn administrator(store: &Store, name: &str) -> UserId {
    store.add_user(name, secret("kata sandi"), Access::administrator(), NOW).await.unwrap().id
}

fn api(maker: UserId) -> NewToken {
    let name = "billing".to_owned();
    NewToken { kind: TokenKind::Api, name, access: Access::viewer(), expires: None, maker: Some(maker) }
}

fn alias(text: &str) -> LineChange {
    LineChange { alias: Some(Some(text.into())), ..LineChange::default() }
}

#[tokio::test]
async fn what_one_node_changes_the_other_knows_and_whoever_waits_is_told() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let (mut routers_changed, access) = (other.0.routers_changed(), other.0.access_changes());
    let mut lines = other.0.changed_by_others(SharedKind::Lines);
    let sari = administrator(&one.0, "sari").await;
    let session = one.0.begin_session(sari, NOW).await.unwrap();
    let (_, token) = one.0.add_token(api(sari), NOW).await.unwrap();
    one.0.add_router(router("rahasia"), NOW).await.unwrap();
    one.0.change_line(LineScope::Everyone, "pop-1".parse().unwrap(), "ether1".into(), alias("Uplink")).await.unwrap();
    one.0.set_embed_origins(vec!["https://a.example".into()]).await.unwrap();
    hear(&other.0, &other.1).await;
    assert!(other.0.verify("sari", secret("kata sandi")).await.unwrap().is_some());
    assert_eq!(other.0.session(&session, NOW).await.unwrap().unwrap().user.id, sari);
    assert!(other.0.token(&token, NOW).await.unwrap().is_some());
    let known = &routers(&other.0).await[0];
    assert_eq!(known.settings, router("rahasia"), "with its password, under the cluster's key");
    assert_eq!(other.0.lines().await.unwrap()[0].settings.alias.as_deref(), Some("Uplink"));
    assert_eq!(other.0.embed_origins().await.unwrap(), ["https://a.example"]);
    assert!(routers_changed.has_changed().unwrap() && lines.has_changed().unwrap() && access.has_changed().unwrap());
    routers_changed.borrow_and_update();
    lines.borrow_and_update();
    // A change of the line alone is none of the routers.
    one.0.change_line(LineScope::Everyone, "pop-1".parse().unwrap(), "ether1".into(), alias("WAN")).await.unwrap();
    hear(&other.0, &other.1).await;
    assert!(!routers_changed.has_changed().unwrap() && lines.has_changed().unwrap());
    one.0.set_embed_origins(Vec::new()).await.unwrap();
    one.0.remove_router("pop-1".parse().unwrap()).await.unwrap();
    hear(&other.0, &other.1).await;
    assert!(routers(&other.0).await.is_empty() && other.0.lines().await.unwrap().is_empty());
    assert!(other.0.embed_origins().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_taken_from_somebody_at_one_node_opens_nothing_at_the_other() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let sari = administrator(&one.0, "sari").await;
    administrator(&one.0, "tono").await;
    let session = one.0.begin_session(sari, NOW).await.unwrap();
    let (_, token) = one.0.add_token(api(sari), NOW).await.unwrap();
    hear(&other.0, &other.1).await;
    assert!(other.0.session(&session, NOW).await.unwrap().is_some());
    assert!(other.0.token(&token, NOW).await.unwrap().is_some());
    let mut access = other.0.access_changes();
    access.borrow_and_update();
    one.0.remove_user(sari).await.unwrap();
    // Whoever changes something asks first what is true, whatever was heard until then.
    other.0.catch_up().await.unwrap();
    assert!(access.has_changed().unwrap(), "open streams are told");
    assert!(other.0.session(&session, NOW).await.unwrap().is_none());
    assert!(other.0.token(&token, NOW).await.unwrap().is_none());
    let left = common.keys();
    assert!(!left.iter().any(|key| key.starts_with("sessions.") || key.starts_with("tokens.")), "{left:?}");
}

#[tokio::test]
async fn a_session_that_was_ended_is_not_brought_back_by_a_node_that_saw_it_used() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let sari = administrator(&one.0, "sari").await;
    let session = one.0.begin_session(sari, NOW).await.unwrap();
    hear(&other.0, &other.1).await;
    one.0.end_session(&session).await.unwrap();
    // The other has not heard of it, and writes down that the session was used.
    let later = NOW.after(Duration::from_secs(600));
    assert!(other.0.session(&session, later).await.unwrap().is_some());
    // What its background has to write is written before this.
    drop(other);
    let (fresh, way) = common.node_with_way();
    hear(&fresh, &way).await;
    assert!(fresh.session(&session, later).await.unwrap().is_none());
    assert!(!common.keys().iter().any(|key| key.starts_with("sessions.")));
}

#[tokio::test]
async fn numbers_that_two_nodes_give_at_once_become_two_and_one_that_was_somebodys_is_nobody_elses() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let sari = administrator(&one.0, "sari").await;
    // The other has heard of nothing: its next number is the same.
    let budi = administrator(&other.0, "budi").await;
    assert_ne!(sari, budi);
    let names = |store: Store| async move {
        store.users().await.unwrap().into_iter().map(|user| user.name).collect::<Vec<_>>()
    };
    assert_eq!(names(other.0.clone()).await, ["budi", "sari"]);
    assert!(matches!(
        one.0.add_user("budi", secret("kata sandi"), Access::viewer(), NOW).await,
        Err(Error::Taken { .. })
    ));
    other.0.remove_user(budi).await.unwrap();
    let (fresh, way) = common.node_with_way();
    hear(&fresh, &way).await;
    let tono = administrator(&fresh, "tono").await;
    assert!(tono.0 > budi.0, "{tono:?} after {budi:?}");
}

#[tokio::test]
async fn of_two_administrators_who_remove_each_other_at_two_nodes_one_stays() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let (sari, budi) = (administrator(&one.0, "sari").await, administrator(&one.0, "budi").await);
    hear(&other.0, &other.1).await;
    one.0.remove_user(sari).await.unwrap();
    let second = other.0.remove_user(budi).await;
    assert!(matches!(second, Err(Error::LastAdministrator)), "{second:?}");
    assert!(matches!(other.0.set_access(budi, Access::viewer()).await, Err(Error::LastAdministrator)));
    assert!(other.0.has_administrator().await.unwrap());
}

#[tokio::test]
async fn a_new_password_and_new_rights_at_two_nodes_are_both_kept() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    administrator(&one.0, "sari").await;
    let budi = administrator(&one.0, "budi").await;
    hear(&other.0, &other.1).await;
    one.0.set_password(budi, secret("kata sandi baru")).await.unwrap();
    let line = Access::viewer_of(vec![Grant { router: "pop-1".parse().unwrap(), interface: None }]);
    other.0.set_access(budi, line.clone()).await.unwrap();
    hear(&one.0, &one.1).await;
    let user = one.0.verify("budi", secret("kata sandi baru")).await.unwrap().unwrap();
    assert_eq!(user.access, line);
    assert!(one.0.verify("budi", secret("kata sandi")).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_edits_what_somebody_else_changed_meanwhile_is_told() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    one.0.add_router(router("rahasia"), NOW).await.unwrap();
    hear(&other.0, &other.1).await;
    let renamed = |name: &str| RouterSettings { name: Some(name.into()), password: None, ..router("") };
    let (first, second) = (Timestamp(NOW.0 + 1), Timestamp(NOW.0 + 2));
    one.0.change_router_seen(renamed("POP Utara"), Some(NOW), first).await.unwrap();
    let told = other.0.change_router_seen(renamed("POP Selatan"), Some(NOW), second).await;
    assert!(matches!(told, Err(Error::Conflict)), "{told:?}");
    let known = &routers(&other.0).await[0];
    assert_eq!((known.settings.name.as_deref(), known.changed), (Some("POP Utara"), first), "it knows what is there");
    other.0.change_router_seen(renamed("POP Selatan"), Some(first), second).await.unwrap();
    hear(&one.0, &one.1).await;
    assert_eq!(routers(&one.0).await[0].settings.name.as_deref(), Some("POP Selatan"));
}

#[tokio::test]
async fn without_the_others_everything_is_read_and_nothing_changed_until_they_are_back() {
    let common = Common::new();
    let (store, way) = common.node_with_way();
    let sari = administrator(&store, "sari").await;
    let session = store.begin_session(sari, NOW).await.unwrap();
    way.is_cut.store(true, Ordering::Relaxed);
    assert!(store.state_age().unwrap() > lalin_store::STATE_OLD);
    assert!(store.session(&session, NOW).await.unwrap().is_some());
    assert!(store.verify("sari", secret("kata sandi")).await.unwrap().is_some());
    let refused = store.add_router(router("rahasia"), NOW).await;
    assert!(matches!(refused, Err(Error::StateOld)), "{refused:?}");
    assert!(matches!(store.catch_up().await, Err(Error::StateOld)));
    assert!(refused.unwrap_err().to_string().contains("nothing was changed"));
    // People come and go, at this node alone.
    let begun = store.begin_session(sari, NOW).await.unwrap();
    assert!(store.session(&begun, NOW).await.unwrap().is_some());
    store.end_session(&session).await.unwrap();
    assert!(store.session(&session, NOW).await.unwrap().is_none());
    way.is_cut.store(false, Ordering::Relaxed);
    store.add_router(router("rahasia"), NOW).await.unwrap();
    // What was put off is written in the background.
    drop(store);
    let (fresh, way) = common.node_with_way();
    hear(&fresh, &way).await;
    assert!(fresh.session(&begun, NOW).await.unwrap().is_some());
    assert!(fresh.session(&session, NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn an_answer_that_is_lost_is_said_and_what_was_written_all_the_same_is_known_when_it_is_heard_of() {
    let common = Common::new();
    let (store, way) = common.node_with_way();
    way.is_deaf.store(true, Ordering::Relaxed);
    let told = store.add_router(router("rahasia"), NOW).await;
    assert!(matches!(told, Err(Error::Unanswered)), "{told:?}");
    assert!(routers(&store).await.is_empty(), "it is not known to be there");
    way.is_deaf.store(false, Ordering::Relaxed);
    hear(&store, &way).await;
    assert_eq!(routers(&store).await.len(), 1);
    assert!(matches!(store.add_router(router("rahasia"), NOW).await, Err(Error::Taken { .. })));
}

#[tokio::test]
async fn the_audit_log_is_one_for_all_nodes() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let record = |store: Store, at: i64, action: &'static str, who: &'static str| async move {
        let actor = Actor { name: who.into(), address: "192.0.2.7".into() };
        store.record(AuditEvent { at: Timestamp(at), actor, action: action.into(), target: "x".into() }).await.unwrap();
    };
    record(one.0.clone(), 1, "router.add", "sari").await;
    record(other.0.clone(), 2, "login.failed", "budi").await;
    record(one.0.clone(), 3, "login.failed", "budi").await;
    record(other.0.clone(), 4, "user.add", "sari").await;
    hear(&one.0, &one.1).await;
    hear(&other.0, &other.1).await;
    let (ones, others) = (one.0.audit_log(10).await.unwrap(), other.0.audit_log(10).await.unwrap());
    assert_eq!(ones, others);
    let seen: Vec<_> = ones.iter().map(|entry| (entry.event.action.as_str(), entry.times)).collect();
    assert_eq!(seen, [("user.add", 1), ("login.failed", 2), ("router.add", 1)], "folded in the same way");
    assert_eq!(common.count(SharedPart::Audit), 4);
}

#[tokio::test]
async fn a_machines_store_is_moved_in_and_out_with_every_secret_under_its_new_key() {
    let alone = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    let sari = administrator(&alone, "sari").await;
    let session = alone.begin_session(sari, NOW).await.unwrap();
    let (_, token) = alone.add_token(api(sari), NOW).await.unwrap();
    alone.add_router(router("rahasia"), NOW).await.unwrap();
    alone.change_line(LineScope::Person(sari), "pop-1".parse().unwrap(), "ether1".into(), alias("Saya")).await.unwrap();
    let secrets = [("token".to_owned(), secret("rahasia-123"))].into();
    alone.add_alert_channel("{}".into(), secrets).await.unwrap();
    alone.seed_alert_rules(vec!["{}".into()]).await.unwrap();
    let actor = Actor { name: "sari".into(), address: String::new() };
    let event = AuditEvent { at: NOW, actor, action: "router.add".into(), target: "pop-1".into() };
    alone.record(event).await.unwrap();

    let common = Common::new();
    let (node, _) = common.node_with_way();
    let copied = node.copy_from(&alone, false).await.unwrap();
    assert_eq!((copied.routers, copied.users, copied.entries), (1, 1, 1));
    let (other, way) = common.node_with_way();
    hear(&other, &way).await;
    let check = |store: Store, session: lalin_store::SecretToken, token: lalin_store::SecretToken| async move {
        assert_eq!(routers(&store).await[0].settings, router("rahasia"));
        assert!(store.session(&session, NOW).await.unwrap().is_some());
        assert!(store.token(&token, NOW).await.unwrap().is_some());
        assert_eq!(store.lines().await.unwrap().len(), 1);
        let channels = store.alert_channels().await.unwrap();
        assert_eq!(channels[0].secrets["token"].as_str(), "rahasia-123");
        assert_eq!(store.alert_rules().await.unwrap().len(), 1);
        assert_eq!(store.audit_log(10).await.unwrap()[0].event.target, "pop-1");
    };
    check(other.clone(), session.clone(), token.clone()).await;
    let again = node.copy_from(&alone, false).await;
    assert!(matches!(again, Err(Error::NotEmpty)), "{again:?}");
    node.copy_from(&alone, true).await.unwrap();
    hear(&other, &way).await;
    assert_eq!(routers(&other).await.len(), 1);

    let out = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    out.copy_from(&other, false).await.unwrap();
    check(out, session, token).await;
}

#[tokio::test]
async fn a_write_that_changes_nothing_and_a_call_that_is_refused_write_no_row() {
    let common = Common::new();
    let store = common.node();
    let sari = administrator(&store, "sari").await;
    let before = common.count(SharedPart::State);
    assert!(matches!(store.remove_user(sari).await, Err(Error::LastAdministrator)));
    assert!(matches!(store.remove_token(7).await, Err(Error::Unknown { .. })));
    store.rename_lines("pop-1".parse().unwrap(), vec![("a".into(), "b".into())]).await.unwrap();
    assert_eq!(common.count(SharedPart::State), before);
    assert!(store.verify("sari", secret("kata sandi")).await.unwrap().is_some());
}

fn by_sari(action: &str, target: &str) -> AuditEvent {
    let actor = Actor { name: "sari".into(), address: "192.0.2.7".into() };
    AuditEvent { at: NOW, actor, action: action.into(), target: target.into() }
}

async fn told(store: &Store) -> Vec<String> {
    store.audit_log(10).await.unwrap().into_iter().rev().map(|entry| entry.event.target).collect()
}

#[tokio::test]
async fn who_made_a_change_is_written_before_it_once_and_without_that_nothing_is_changed() {
    let common = Common::new();
    let (one, other) = (common.node_with_way(), common.node_with_way());
    let add = |store: &Store, name: &'static str| {
        let store = store.clone();
        async move {
            let adding = store.add_user(name, secret("kata sandi"), Access::administrator(), NOW);
            store.audited(by_sari("user.add", name), adding).await
        }
    };
    add(&one.0, "sari").await.unwrap();
    hear(&other.0, &other.1).await;
    assert_eq!((told(&one.0).await, told(&other.0).await), (vec!["sari".into()], vec!["sari".to_owned()]));

    // What is not allowed is no change, and nobody made one.
    assert!(matches!(add(&one.0, "sari").await, Err(Error::Taken { .. })));
    assert_eq!(told(&one.0).await, ["sari"]);
    // Nothing is changed that cannot be told.
    one.1.refuses_entries.store(true, Ordering::Relaxed);
    assert!(matches!(add(&one.0, "budi").await, Err(Error::StateOld)));
    one.1.refuses_entries.store(false, Ordering::Relaxed);
    hear(&other.0, &other.1).await;
    assert!(other.0.user_named("budi").await.unwrap().is_none() && one.0.user_named("budi").await.unwrap().is_none());
    // The entry comes first: it is there although the change came to nothing.
    one.1.refuses_changes.store(true, Ordering::Relaxed);
    assert!(matches!(add(&one.0, "tono").await, Err(Error::Unanswered)));
    one.1.refuses_changes.store(false, Ordering::Relaxed);
    hear(&one.0, &one.1).await;
    assert_eq!(told(&one.0).await, ["sari", "tono"]);
    assert!(one.0.user_named("tono").await.unwrap().is_none());
    // Two at once: each runs as often as it has to, and is told once.
    one.0.set_embed_origins(vec!["https://a.example".into()]).await.unwrap();
    let origins = vec!["https://b.example".to_owned()];
    let changing = other.0.set_embed_origins(origins.clone());
    other.0.audited(by_sari("embed.origins", "b"), changing).await.unwrap();
    assert_eq!(told(&other.0).await, ["sari", "tono", "b"]);
    // What changes nothing in the store is told all the same.
    let nothing = async { Ok::<(), Error>(()) };
    other.0.audited(by_sari("log.level", "debug"), nothing).await.unwrap();
    hear(&one.0, &one.1).await;
    assert_eq!(told(&one.0).await, ["sari", "tono", "b", "debug"]);

    // A machine alone: afterwards, and only what was changed.
    let alone = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    add(&alone, "sari").await.unwrap();
    assert!(matches!(add(&alone, "sari").await, Err(Error::Taken { .. })));
    assert_eq!(told(&alone).await, ["sari"]);
}
