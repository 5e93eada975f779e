//! A full, a locked and a read-only disk: what reads goes on, what writes says why not, and it heals by itself.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use lalin_store::{Access, EncryptionKey, Error, NewToken, SecretToken, Session, Store, Timestamp, TokenKind, User};
use rusqlite::Connection;

use crate::routers::router;
use crate::{NOW, secret};

/// Long after the last use was noted: this use would be written down.
const LATER: Timestamp = Timestamp(NOW.0 + 3_600_000);
/// Tells a test that it runs with mounts of its own.
const INSIDE: &str = "LALIN_TEST_OWN_MOUNTS";

/// Whether this is the copy of the test that may mount; otherwise runs that copy to its end.
fn has_own_mounts(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount"]);
        command
    };
    if !unshare().arg("true").status().is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("CI").is_none(), "{test} needs user namespaces, which are not allowed here");
        eprintln!("NOT TESTED: {test} needs user namespaces, which are not allowed here");
        return false;
    }
    let copy = std::env::current_exe().unwrap();
    let inner = unshare().arg(copy).args(["--exact", test, "--nocapture"]).env(INSIDE, "1").output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&inner.stdout), String::from_utf8_lossy(&inner.stderr));
    assert!(inner.status.success() && said.contains("1 passed"), "{said}");
    false
}

fn mount(arguments: &[&str], at: &Path) {
    assert!(Command::new("mount").args(arguments).arg(at).status().unwrap().success(), "mount {arguments:?}");
}

/// Writes until there is no room; whoever removes the file makes room again.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("fill");
    let mut file = fs::File::create(&path).unwrap();
    while file.write_all(&[0; 4_096]).is_ok() {}
    while file.write_all(&[0; 16]).is_ok() {}
    path
}

/// What somebody who is logged in needs.
struct People {
    store: Store,
    key: EncryptionKey,
    user: User,
    secret: SecretToken,
    token: SecretToken,
}

impl People {
    async fn of(path: &Path) -> Self {
        let key = EncryptionKey::random().unwrap();
        let store = Store::open(path, key.clone()).unwrap();
        let user = store.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
        store.add_router(router("rahasia"), NOW).await.unwrap();
        let secret = store.begin_session(user.id, NOW).await.unwrap();
        let token =
            NewToken { kind: TokenKind::Api, name: "x".into(), access: Access::viewer(), expires: None, maker: None };
        let (_, token) = store.add_token(token, NOW).await.unwrap();
        Self { store, key, user, secret, token }
    }

    async fn session(&self, secret: &SecretToken) -> Option<Session> {
        self.store.session(secret, LATER).await.unwrap()
    }

    /// Everything that reads, also where a use would be noted.
    async fn everything_reads(&self) {
        let store = &self.store;
        assert_eq!(self.session(&self.secret).await.unwrap().user, self.user);
        assert!(store.token(&self.token, LATER).await.unwrap().is_some());
        assert_eq!(store.users().await.unwrap().len(), 1);
        assert_eq!(store.tokens().await.unwrap()[0].used, Some(LATER));
        assert_eq!(store.routers().await.unwrap().len(), 1);
        assert!(store.has_administrator().await.unwrap());
        assert!(store.audit_log(10).await.unwrap().is_empty());
        assert!(store.verify("sari", secret("kata sandi")).await.unwrap().is_some());
    }

    async fn add(&self, name: &str) -> Result<User, Error> {
        self.store.add_user(name, secret("kata sandi"), Access::viewer(), NOW).await
    }

    /// People come and go, though it cannot be written.
    async fn logs_in_and_out(&self) {
        let begun = self.store.begin_session(self.user.id, LATER).await.unwrap();
        assert_eq!(self.session(&begun).await.unwrap().user, self.user);
        self.store.end_session(&begun).await.unwrap();
        assert!(self.session(&begun).await.is_none());
        assert!(self.session(&self.secret).await.is_some());
    }
}

#[tokio::test]
async fn a_full_disk_stops_what_writes_and_nothing_else() {
    if !has_own_mounts("unwritable::a_full_disk_stops_what_writes_and_nothing_else") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    mount(&["-t", "tmpfs", "-o", "size=1m", "none"], folder.path());
    let path = folder.path().join("lalin.db");
    let mut people = People::of(&path).await;
    let filled = fill(folder.path());
    people.everything_reads().await;
    assert!(matches!(people.add("budi").await, Err(Error::Full)));
    let refused = people.store.set_password(people.user.id, secret("kata sandi baru")).await;
    assert!(matches!(refused, Err(Error::Full)));
    people.logs_in_and_out().await;
    let kept = people.store.begin_session(people.user.id, LATER).await.unwrap();

    // The server starts again on the full disk, after an orderly end and after none.
    let key = people.key.clone();
    drop(people.store);
    people.store = Store::open(&path, key.clone()).unwrap();
    people.everything_reads().await;
    assert!(matches!(people.add("budi").await, Err(Error::Full)));
    assert!(people.session(&kept).await.is_none(), "that one ended with the process");
    let kept = people.store.begin_session(people.user.id, LATER).await.unwrap();

    fs::remove_file(filled).unwrap();
    people.add("budi").await.unwrap();
    assert!(people.session(&kept).await.is_some());
    drop(people.store);
    people.store = Store::open(&path, key).unwrap();
    assert!(people.session(&kept).await.is_some(), "it was written when there was room");
    assert_eq!(people.session(&people.secret).await.unwrap().seen, LATER, "so was the use");
}

#[test]
fn a_first_start_on_a_full_disk_leaves_nothing_half_made() {
    if !has_own_mounts("unwritable::a_first_start_on_a_full_disk_leaves_nothing_half_made") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    mount(&["-t", "tmpfs", "-o", "size=1m", "none"], folder.path());
    let filled = fill(folder.path());
    let room = |bytes: u64| {
        let file = fs::File::options().write(true).open(&filled).unwrap();
        let full = file.metadata().unwrap().len();
        file.set_len(full - bytes).unwrap();
    };
    let refused = Store::open_folder(folder.path(), None, None).unwrap_err();
    assert!(refused.to_string().contains("lalin.key"), "{refused}");
    assert!(!folder.path().join("lalin.key").exists());
    // Room for the key, and then for a part of the database.
    for _ in 0..3 {
        room(4_096);
        let refused = Store::open_folder(folder.path(), None, None).unwrap_err();
        assert!(refused.to_string().contains("lalin.db"), "{refused}");
        assert!(!folder.path().join("lalin.db").exists());
    }
    fs::remove_file(&filled).unwrap();
    Store::open_folder(folder.path(), None, None).unwrap();
}

#[tokio::test]
async fn a_folder_that_can_only_be_read_is_read_until_it_can_be_written() {
    if !has_own_mounts("unwritable::a_folder_that_can_only_be_read_is_read_until_it_can_be_written") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let mut people = People::of(&path).await;
    // What a crash leaves is the file with its log; an orderly end leaves the file alone.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["lalin.db", "lalin.db-wal", "lalin.db-shm"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let key = people.key.clone();
    drop(people.store);
    for folder in [folder.path(), crashed.path()] {
        mount(&["--bind", folder.to_str().unwrap()], folder);
        mount(&["-o", "remount,bind,ro"], folder);
        people.store = Store::open(&folder.join("lalin.db"), key.clone()).unwrap();
        people.everything_reads().await;
        assert!(matches!(people.add("budi").await, Err(Error::ReadOnly)));
        people.logs_in_and_out().await;
        let begun = people.store.begin_session(people.user.id, LATER).await.unwrap();
        mount(&["-o", "remount,bind,rw"], folder);
        people.add("budi").await.unwrap();
        let names: Vec<_> = people.store.users().await.unwrap().into_iter().map(|user| user.name).collect();
        assert_eq!(names, ["budi", "sari"], "readers see what was written");
        assert!(people.session(&begun).await.is_some());
    }
}

#[tokio::test]
async fn a_locked_database_shuts_nobody_out_and_writers_in_a_queue_take_no_readers_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let people = People::of(&path).await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // More than tokio has blocking threads.
    let writers: Vec<_> = (0..600)
        .map(|id| {
            let store = people.store.clone();
            tokio::spawn(async move { store.remove_token(1_000 + id).await })
        })
        .collect();
    people.everything_reads().await;
    for writer in writers {
        assert!(matches!(writer.await.unwrap(), Err(Error::Busy)));
    }
    people.logs_in_and_out().await;
    people.everything_reads().await;
    other.execute_batch("ROLLBACK").unwrap();
    people.add("budi").await.unwrap();
}

#[tokio::test]
async fn a_session_in_memory_ends_with_a_new_password_and_with_its_user() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let people = People::of(&path).await;
    let budi = people.add("budi").await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let sari = people.store.begin_session(people.user.id, LATER).await.unwrap();
    let budis = people.store.begin_session(budi.id, LATER).await.unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    // By another program, as `lalin user` does it.
    let beside = Store::open(&path, people.key.clone()).unwrap();
    beside.set_password(people.user.id, secret("kata sandi baru")).await.unwrap();
    beside.remove_user(budi.id).await.unwrap();
    assert!(people.session(&sari).await.is_none());
    assert!(people.session(&budis).await.is_none());
    let gone = people.store.begin_session(budi.id, LATER.after(Duration::from_secs(1))).await;
    assert!(matches!(gone, Err(Error::Unknown { .. })));
}
