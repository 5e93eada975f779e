//! The file itself: a restart, the wrong key, nothing readable in it.

use std::fs;

use lalin_store::{Access, EncryptionKey, Error, Store};

use crate::routers::{router, routers};
use crate::{NOW, secret};

#[tokio::test]
async fn what_was_written_is_there_after_a_restart_and_needs_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let key = EncryptionKey::random().unwrap();
    {
        let store = Store::open(&path, key.clone()).unwrap();
        store.add_router(router("rahasia"), NOW).await.unwrap();
        store.add_user("Sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    }
    assert!(matches!(Store::open(&path, EncryptionKey::random().unwrap()), Err(Error::WrongKey)));
    let store = Store::open(&path, key).unwrap();
    let routers = routers(&store).await;
    assert_eq!(routers[0].settings.password.as_ref().unwrap().expose(), "rahasia");
    assert!(store.verify("sari", secret("kata sandi")).await.unwrap().is_some());
}

#[tokio::test]
async fn no_secret_is_in_the_file_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let store = Store::open(&path, EncryptionKey::random().unwrap()).unwrap();
    store.add_router(router("rahasia-router"), NOW).await.unwrap();
    let user = store.add_user("sari", secret("rahasia-orang"), Access::administrator(), NOW).await.unwrap();
    let secret = store.begin_session(user.id, NOW).await.unwrap();
    drop(store);
    let mut read = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let bytes = fs::read(file.path()).unwrap();
        read += bytes.len();
        for secret in ["rahasia-router", "rahasia-orang", secret.expose()] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {:?}", file.file_name());
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
        }
    }
    assert!(read > 1_000, "the file was looked at");
}

#[test]
fn a_file_that_is_none_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(folder.path(), EncryptionKey::random().unwrap()).unwrap_err();
    assert!(matches!(&error, Error::Open { .. }), "{error:?}");
    let path = folder.path().join("lalin.db");
    fs::write(&path, "this is no database, and long enough to be looked at as one. ".repeat(20)).unwrap();
    assert!(Store::open(&path, EncryptionKey::random().unwrap()).is_err());
}
