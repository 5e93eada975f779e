//! Users and the audit log.

use lalin_store::{Access, Actor, AuditEvent, Error, Grant, Store, Timestamp};

use crate::{NOW, secret, store};

#[tokio::test]
async fn a_user_comes_in_with_name_and_password_and_not_otherwise() {
    let store = store();
    store.add_user(" Sari ", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    let user = store.verify("SARI", secret("kata sandi")).await.unwrap().unwrap();
    assert_eq!(user.name, "Sari");
    assert!(user.access.may_change());
    assert!(store.verify("sari", secret("kata sandl")).await.unwrap().is_none());
    assert!(store.verify("budi", secret("kata sandi")).await.unwrap().is_none());
    assert!(store.verify("", secret("")).await.unwrap().is_none());
}

#[tokio::test]
async fn of_two_first_administrators_one_is_too_late() {
    let store = store();
    assert!(!store.has_administrator().await.unwrap());
    let (one, two) = tokio::join!(
        store.add_first_administrator("a", secret("kata sandi"), NOW),
        store.add_first_administrator("b", secret("kata sandi"), NOW),
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
    assert!(store.has_administrator().await.unwrap());
}

#[tokio::test]
async fn the_last_administrator_can_neither_go_nor_become_a_viewer() {
    let store = store();
    let only = store.add_user("a", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    assert!(matches!(store.remove_user(only.id).await, Err(Error::LastAdministrator)));
    assert!(matches!(store.set_access(only.id, Access::viewer()).await, Err(Error::LastAdministrator)));
    assert!(store.verify("a", secret("kata sandi")).await.unwrap().unwrap().access.may_change(), "taken back");
    store.add_user("b", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    store.remove_user(only.id).await.unwrap();
    assert!(matches!(store.remove_user(only.id).await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn a_customers_limits_are_kept() {
    let store = store();
    let line = Grant { router: "pop-1".parse().unwrap(), interface: Some("<pppoe-budi>".into()) };
    let access = Access::viewer_of(vec![line]);
    store.add_user("budi", secret("kata sandi"), access.clone(), NOW).await.unwrap();
    assert_eq!(store.users().await.unwrap()[0].access, access);
}

#[tokio::test]
async fn a_name_is_there_once_and_no_weak_password_is_taken() {
    let store = store();
    store.add_user("sari", secret("kata sandi"), Access::viewer(), NOW).await.unwrap();
    let again = store.add_user("SARI", secret("kata sandi"), Access::viewer(), NOW).await;
    assert!(matches!(again, Err(Error::Taken { .. })));
    for (name, password) in [("", "kata sandi"), ("a\u{7}b", "kata sandi"), ("ani", "pendek")] {
        let refused = store.add_user(name, secret(password), Access::viewer(), NOW).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{name}: {refused:?}");
    }
    assert_eq!(store.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_audit_log_is_bounded_in_length_and_newest_first() {
    let store = store();
    for number in 0..3 {
        let actor = Actor { name: "sari".into(), address: "::1".into() };
        let event = AuditEvent { at: Timestamp(number), actor, action: "router.add".into(), target: "x".repeat(9_000) };
        store.record(event).await.unwrap();
    }
    let entries = store.audit_log(2).await.unwrap();
    assert_eq!(entries.iter().map(|one| one.event.at.0).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(entries[0].event.target.len(), 512);
}

async fn record(store: &Store, at: i64, action: &str, (name, address): (&str, &str), target: &str) {
    let actor = Actor { name: name.into(), address: address.into() };
    store.record(AuditEvent { at: Timestamp(at), actor, action: action.into(), target: target.into() }).await.unwrap();
}

#[tokio::test]
async fn what_strangers_and_viewers_cause_is_folded_by_address_and_pushes_out_nothing_else() {
    const HOUR: i64 = 3_600_000;
    let store = store();
    record(&store, 1, "user.remove", ("sari", "192.0.2.1"), "3").await;
    for number in 0..300 {
        record(&store, 2 + number, "login.failed", ("nobody", "198.51.100.7"), &format!("guess-{number}")).await;
        record(&store, 2 + number, "login.failed", ("nobody", &format!("2001:db8::{number:x}")), "sari").await;
        record(&store, 2 + number, "logout", ("budi", "192.0.2.9"), "").await;
    }
    record(&store, 2 + HOUR, "logout", ("budi", "192.0.2.9"), "").await;
    let entries = store.audit_log(1_000).await.unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|one| {
            (one.event.action.as_str(), one.event.actor.address.as_str(), one.times, one.since.0, one.event.at.0)
        })
        .collect();
    let expected = [
        ("logout", "192.0.2.9", 1, 2 + HOUR, 2 + HOUR),
        ("logout", "192.0.2.9", 300, 2, 301),
        ("login.failed", "2001:db8::/64", 300, 2, 301),
        ("login.failed", "198.51.100.7", 300, 2, 301),
        ("user.remove", "192.0.2.1", 1, 1, 1),
    ];
    assert_eq!(seen, expected);
    assert_eq!(entries[3].event.target, "guess-299", "the last of them");
}

#[tokio::test]
async fn each_kind_of_entry_has_room_of_its_own() {
    let store = store();
    record(&store, 1, "user.add", ("sari", ""), "budi").await;
    // From ever other addresses: nothing folds.
    for number in 0..10_010_i64 {
        record(&store, 2 + number, "login.failed", ("nobody", &format!("host-{number}")), "x").await;
    }
    record(&store, 20_000, "user.add", ("sari", ""), "tono").await;
    let entries = store.audit_log(1_000).await.unwrap();
    assert_eq!((entries.len(), entries[0].event.target.as_str()), (1_000, "tono"));
    assert_eq!(store.recorded("login.failed").await.unwrap(), 10_000);
    assert_eq!(store.recorded("user.add").await.unwrap(), 2, "strangers push out nothing of it");
}

#[tokio::test]
async fn capital_and_small_letters_of_a_name_do_not_differ_in_any_script() {
    let store = store();
    for (name, other) in [("Sari", "sari"), ("Ünal", "üNAL"), ("Ольга", "ольга")] {
        let user = store.add_user(name, secret("kata sandi panjang"), Access::viewer(), NOW).await.unwrap();
        assert_eq!(store.user_named(other).await.unwrap().as_ref(), Some(&user));
        let verified = store.verify(other, secret("kata sandi panjang")).await.unwrap();
        assert_eq!(verified.map(|user| user.name).as_deref(), Some(name));
        let again = store.add_user(other, secret("kata sandi lain"), Access::viewer(), NOW).await;
        assert!(matches!(again, Err(Error::Taken { .. })), "{again:?}");
    }
    assert_eq!(store.user_named("nobody").await.unwrap(), None);
}
