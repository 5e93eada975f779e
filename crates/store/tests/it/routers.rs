//! Routers: kept as they were set, changed, removed, refused.

use std::time::Duration;

use lalin_config::{RouterOrigin, RouterSettings, Secret};
use lalin_store::{EncryptionKey, Error, Store, StoredRouter, Timestamp};

use crate::{NOW, store};

pub fn router(password: &str) -> RouterSettings {
    RouterSettings {
        name: Some("POP Sukamaju".into()),
        password: Some(Secret::new(password.to_owned())),
        interval: Some(Duration::from_secs(2)),
        wan: vec!["ether1".into(), "pppoe-out1".into()],
        tags: vec!["sukamaju".into(), "pop".into()],
        notes: "tiang 4\nkunci di warung".into(),
        origin: RouterOrigin::Stored,
        ..RouterSettings::new("pop-1".parse().unwrap(), "192.168.88.1", 8728, "lalin")
    }
}

/// The routers that are kept, all of which can be read.
pub async fn routers(store: &Store) -> Vec<StoredRouter> {
    store.routers().await.unwrap().into_iter().map(Result::unwrap).collect()
}

fn password(router: &StoredRouter) -> &str {
    router.settings.password.as_ref().unwrap().expose()
}

#[tokio::test]
async fn a_router_is_kept_as_it_was_set() {
    let store = store();
    store.add_router(router("rahasia"), NOW).await.unwrap();
    let kept = &routers(&store).await[0];
    assert_eq!(kept.settings.id.as_str(), "pop-1");
    assert_eq!(kept.settings.tags, ["sukamaju", "pop"]);
    assert_eq!(kept.settings.notes, "tiang 4\nkunci di warung");
    assert_eq!(kept.settings.interval, Some(Duration::from_secs(2)));
    assert_eq!(password(kept), "rahasia");
    assert_eq!(kept.settings, router("rahasia"));
    assert!(!format!("{kept:?}").contains("rahasia"));
}

#[tokio::test]
async fn a_change_keeps_the_password_unless_it_names_a_new_one() {
    let store = store();
    store.add_router(router("lama"), NOW).await.unwrap();
    let renamed = RouterSettings { name: Some("POP 1".into()), password: None, ..router("") };
    let later = Timestamp(NOW.0 + 5);
    let kept = store.change_router(renamed, later).await.unwrap();
    assert_eq!((kept.created, kept.changed), (NOW, later));
    assert_eq!(password(&routers(&store).await[0]), "lama");
    store.change_router(router("baru"), later).await.unwrap();
    assert_eq!(password(&routers(&store).await[0]), "baru");
}

#[tokio::test]
async fn a_router_is_there_once_and_can_be_removed_once() {
    let store = store();
    let id = || "pop-1".parse().unwrap();
    store.add_router(router(""), NOW).await.unwrap();
    assert!(matches!(store.add_router(router(""), NOW).await, Err(Error::Taken { .. })));
    store.remove_router(id()).await.unwrap();
    assert!(matches!(store.remove_router(id()).await, Err(Error::Unknown { .. })));
    assert!(matches!(store.change_router(router(""), NOW).await, Err(Error::Unknown { .. })));
    assert!(store.routers().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_router_is_refused() {
    let store = store();
    let bad = [
        RouterSettings { host: " ".into(), ..router("") },
        RouterSettings { port: 0, ..router("") },
        RouterSettings { user: String::new(), ..router("") },
        RouterSettings { tags: vec!["a\nb".into()], ..router("") },
        RouterSettings { notes: "x".repeat(20_000), ..router("") },
        RouterSettings { wan: vec!["a\nb".into()], ..router("") },
        RouterSettings { wan: vec!["a".into(); 17], ..router("") },
    ];
    for router in bad {
        let refused = store.add_router(router, NOW).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_router_that_this_version_cannot_read_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let store = Store::open(&path, EncryptionKey::random().unwrap()).unwrap();
    store.add_router(router("rahasia"), NOW).await.unwrap();
    let later = RouterSettings { id: "pop-2".parse().unwrap(), ..router("rahasia") };
    store.add_router(later, Timestamp(NOW.0 + 1)).await.unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute("UPDATE routers SET tls = 'quantum' WHERE id = 'pop-1'", []).unwrap();
    let [unreadable, readable] = store.routers().await.unwrap().try_into().unwrap();
    let unreadable = unreadable.unwrap_err();
    assert_eq!(unreadable.id.as_str(), "pop-1");
    assert!(unreadable.reason.starts_with("tls: ") && !unreadable.reason.contains("rahasia"), "{unreadable:?}");
    assert_eq!(readable.unwrap().settings.id.as_str(), "pop-2");
}
