//! The data directory: first starts, what was lost, one server, rights.

use std::fs;
use std::path::Path;

use lalin_store::{Access, EncryptionKey, Error, ServerLock, Store};

use crate::{NOW, secret};

fn open(folder: &Path) -> Result<Store, Error> {
    Store::open_folder(folder, None, None)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}

#[tokio::test]
async fn a_first_start_makes_everything_and_the_next_one_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a/b");
    let store = open(&data).unwrap();
    store.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    drop(store);
    assert!(open(&data).unwrap().has_administrator().await.unwrap());
    assert_eq!(names(&data), ["lalin.db", "lalin.key", "lalin.opening"], "nothing half made is left");
}

#[test]
fn first_starts_at_once_have_one_key_and_one_database() {
    let folder = tempfile::tempdir().unwrap();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..20).map(|_| scope.spawn(|| open(folder.path()))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    for store in opened {
        store.unwrap();
    }
    open(folder.path()).unwrap();
}

#[test]
fn an_empty_key_without_data_is_replaced_and_with_data_it_is_said_which_file_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("lalin.key");
    // As a first start on a full disk left it.
    fs::write(&key, "").unwrap();
    open(folder.path()).unwrap();
    let text = fs::read_to_string(&key).unwrap();
    assert_eq!(text.trim().len(), 64);
    fs::write(&key, "").unwrap();
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(refused, Error::NoKey { .. }) && refused.to_string().contains("lalin.key"), "{refused}");
    fs::remove_file(&key).unwrap();
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(refused, Error::KeyLost { .. }) && refused.to_string().contains("lalin.key"), "{refused}");
    assert!(!key.exists(), "no other key is put in its place");
    fs::write(&key, text).unwrap();
    open(folder.path()).unwrap();
}

#[test]
fn an_emptied_database_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let path = folder.path().join("lalin.db");
    let emptied = || fs::write(&path, "").unwrap();
    let without_tables = || {
        fs::remove_file(&path).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    };
    for (how, lose) in [("emptied", &emptied as &dyn Fn()), ("without tables", &without_tables)] {
        lose();
        for key in [None, Some(EncryptionKey::random().unwrap())] {
            let refused = Store::open_folder(folder.path(), key, None).unwrap_err();
            assert!(matches!(refused, Error::Emptied { .. }), "{how}: {refused:?}");
            assert!(refused.to_string().contains("lalin.db"), "{refused}");
        }
    }
    // What the sentence says, done.
    fs::remove_file(&path).unwrap();
    open(folder.path()).unwrap();
}

#[test]
fn one_server_uses_a_folder_and_commands_work_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let lock = ServerLock::take(folder.path()).unwrap();
    let store = Store::open_folder(folder.path(), None, Some(&lock)).unwrap();
    let refused = ServerLock::take(folder.path()).unwrap_err();
    let own = std::process::id();
    assert!(matches!(refused, Error::Running { process: Some(process), .. } if process == own), "{refused:?}");
    assert!(refused.to_string().contains(&format!("process {own}")), "{refused}");
    open(folder.path()).unwrap();
    drop((store, lock));
    ServerLock::take(folder.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn rights_that_are_too_wide_are_narrowed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    for name in ["lalin.key", "lalin.db"] {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let _store = open(folder.path()).unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}
