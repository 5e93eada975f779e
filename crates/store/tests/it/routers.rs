//! Routers: kept as said, changed, removed, refused.

use std::time::Duration;

use lalin_store::{Error, NewRouter, Timestamp};

use crate::{NOW, secret, store};

pub fn router(password: &str) -> NewRouter {
    NewRouter {
        name: "POP Sukamaju".into(),
        host: "192.168.88.1".into(),
        port: 8728,
        user: "lalin".into(),
        password: Some(secret(password)),
        tls: "off".into(),
        interval: Some(Duration::from_secs(2)),
        tags: vec!["sukamaju".into(), "pop".into()],
        notes: "tiang 4\nkunci di warung".into(),
        enabled: true,
    }
}

#[tokio::test]
async fn a_router_is_kept_as_it_was_said() {
    let store = store();
    store.add_router("pop-1".parse().unwrap(), router("rahasia"), NOW).await.unwrap();
    let kept = &store.routers().await.unwrap()[0];
    assert_eq!(kept.id.as_str(), "pop-1");
    assert_eq!(kept.said.tags, ["sukamaju", "pop"]);
    assert_eq!(kept.said.notes, "tiang 4\nkunci di warung");
    assert_eq!(kept.said.interval, Some(Duration::from_secs(2)));
    assert_eq!(kept.said.password.as_ref().unwrap().as_str(), "rahasia");
    assert!(!format!("{kept:?}").contains("rahasia"));
}

#[tokio::test]
async fn a_change_keeps_the_password_unless_it_names_a_new_one() {
    let store = store();
    let id = || "pop-1".parse().unwrap();
    store.add_router(id(), router("lama"), NOW).await.unwrap();
    let renamed = NewRouter { name: "POP 1".into(), password: None, ..router("") };
    let later = Timestamp(NOW.0 + 5);
    let kept = store.change_router(id(), renamed, later).await.unwrap();
    assert_eq!((kept.created, kept.changed), (NOW, later));
    assert_eq!(store.routers().await.unwrap()[0].said.password.as_ref().unwrap().as_str(), "lama");
    store.change_router(id(), router("baru"), later).await.unwrap();
    assert_eq!(store.routers().await.unwrap()[0].said.password.as_ref().unwrap().as_str(), "baru");
}

#[tokio::test]
async fn a_router_is_there_once_and_can_be_removed_once() {
    let store = store();
    let id = || "pop-1".parse().unwrap();
    store.add_router(id(), router(""), NOW).await.unwrap();
    assert!(matches!(store.add_router(id(), router(""), NOW).await, Err(Error::Taken { .. })));
    store.remove_router(id()).await.unwrap();
    assert!(matches!(store.remove_router(id()).await, Err(Error::Unknown { .. })));
    assert!(matches!(store.change_router(id(), router(""), NOW).await, Err(Error::Unknown { .. })));
    assert!(store.routers().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_router_is_refused() {
    let store = store();
    let bad = [
        NewRouter { host: " ".into(), ..router("") },
        NewRouter { port: 0, ..router("") },
        NewRouter { user: String::new(), ..router("") },
        NewRouter { tags: vec!["a\nb".into()], ..router("") },
        NewRouter { notes: "x".repeat(20_000), ..router("") },
    ];
    for router in bad {
        let refused = store.add_router("pop-1".parse().unwrap(), router, NOW).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
}
