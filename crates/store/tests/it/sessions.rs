//! Sessions: opened by their secret token alone, and over when they should be.

use std::time::Duration;

use lalin_store::{Access, Error, SESSION_IDLE, SESSION_LIFE, SecretToken, Store, UserId};

use crate::{NOW, secret, store};

async fn user(store: &Store) -> UserId {
    store.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap().id
}

#[tokio::test]
async fn a_ticket_opens_its_session_and_no_other_does() {
    let store = store();
    let user = user(&store).await;
    let secret = store.begin_session(user, NOW).await.unwrap();
    assert_eq!(store.session(&secret, NOW).await.unwrap().unwrap().user.id, user);
    for wrong in ["", "x", &secret.expose()[1..], &format!("{}x", secret.expose())] {
        assert!(store.session(&SecretToken::presented(wrong), NOW).await.unwrap().is_none(), "{wrong}");
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_the_end_anyway() {
    let store = store();
    let user = user(&store).await;
    let secret = store.begin_session(user, NOW).await.unwrap();
    let nearly = SESSION_IDLE - Duration::from_secs(1);
    let mut now = NOW;
    while now.after(nearly) < NOW.after(SESSION_LIFE) {
        now = now.after(nearly);
        assert!(store.session(&secret, now).await.unwrap().is_some(), "it was used in time");
    }
    assert!(store.session(&secret, NOW.after(SESSION_LIFE)).await.unwrap().is_none());
    let idle = store.begin_session(user, NOW).await.unwrap();
    assert!(store.session(&idle, NOW.after(SESSION_IDLE)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_logout_ends_one_session_a_new_password_all_of_them() {
    let store = store();
    let user = user(&store).await;
    let (one, two) = (store.begin_session(user, NOW).await.unwrap(), store.begin_session(user, NOW).await.unwrap());
    store.end_session(&one).await.unwrap();
    assert!(store.session(&one, NOW).await.unwrap().is_none());
    assert!(store.session(&two, NOW).await.unwrap().is_some());
    store.set_password(user, secret("kata sandi baru")).await.unwrap();
    assert!(store.session(&two, NOW).await.unwrap().is_none());
    assert!(store.verify("sari", secret("kata sandi")).await.unwrap().is_none());
    assert!(store.verify("sari", secret("kata sandi baru")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_user_who_is_gone_has_no_session() {
    let store = store();
    store.add_user("admin", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    let user = user(&store).await;
    let secret = store.begin_session(user, NOW).await.unwrap();
    store.remove_user(user).await.unwrap();
    assert!(store.session(&secret, NOW).await.unwrap().is_none());
    assert!(matches!(store.begin_session(user, NOW).await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn the_sessions_of_a_user_are_bounded() {
    let store = store();
    let user = user(&store).await;
    let first = store.begin_session(user, NOW).await.unwrap();
    for minute in 1..=40 {
        store.begin_session(user, NOW.after(Duration::from_secs(60 * minute))).await.unwrap();
    }
    let later = NOW.after(Duration::from_secs(60 * 41));
    assert!(store.session(&first, later).await.unwrap().is_none());
}

/// Opens the file as another process does.
fn elsewhere(folder: &tempfile::TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.path().join("lalin.db")).unwrap()
}

#[tokio::test]
async fn a_known_session_asks_no_disk_and_what_another_process_ends_is_over_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let store = Store::open(&path, lalin_store::EncryptionKey::random().unwrap()).unwrap();
    let user = user(&store).await;
    let secret = store.begin_session(user, NOW).await.unwrap();
    assert!(store.session(&secret, NOW).await.unwrap().is_some());
    let begun = std::time::SystemTime::now();
    elsewhere(&folder).execute("DELETE FROM sessions", []).unwrap();
    let mut asked = 0;
    while store.session(&secret, NOW).await.unwrap().is_some() {
        asked += 1;
        tokio::task::yield_now().await;
        assert!(begun.elapsed().unwrap() < Duration::from_secs(30), "it is never noticed");
    }
    assert!(asked > 10, "each was looked up in the file: {asked}");
    assert!(!store.access_changes().borrow().eq(&0), "whoever waits for changes is told");
}

#[tokio::test]
async fn the_first_administrator_and_a_revoked_token_count_at_once() {
    let store = store();
    assert!(!store.has_administrator().await.unwrap());
    let user = user(&store).await;
    assert!(store.has_administrator().await.unwrap());
    let token = lalin_store::NewToken {
        kind: lalin_store::TokenKind::Api,
        name: "billing".to_owned(),
        access: Access::viewer(),
        expires: Some(NOW.after(Duration::from_secs(60))),
        maker: Some(user),
    };
    let (token, secret) = store.add_token(token, NOW).await.unwrap();
    for _ in 0..2 {
        assert!(store.token(&secret, NOW).await.unwrap().is_some());
    }
    assert!(
        store.token(&secret, NOW.after(Duration::from_secs(60))).await.unwrap().is_none(),
        "it is over, known or not"
    );
    store.remove_token(token.id).await.unwrap();
    assert!(store.token(&secret, NOW).await.unwrap().is_none());
}
