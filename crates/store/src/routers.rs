//! The routers that were added in the page or by the API. Those of the configuration file are not here.

use std::time::Duration;

use lalin_stats::RouterId;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use zeroize::Zeroizing;

use crate::{EncryptionKey, Error, Store, Timestamp};

/// A router as somebody adds or changes it.
#[derive(Clone)]
pub struct NewRouter {
    /// What people call it.
    pub name: String,
    /// Address or host name.
    pub host: String,
    /// The port of its API.
    pub port: u16,
    /// As whom to log in.
    pub user: String,
    /// The password. When a router is changed, `None` keeps the one it has.
    pub password: Option<Zeroizing<String>>,
    /// How its certificate is trusted; `off` for no TLS. The text is its reader's business.
    pub tls: String,
    /// How often it is sampled, where it differs from the rest.
    pub interval: Option<Duration>,
    /// Site, POP and the like.
    pub tags: Vec<String>,
    /// Whatever else there is to say.
    pub notes: String,
    /// Whether it is watched at all.
    pub enabled: bool,
}

/// A router as it is kept. `Debug` shows no password.
#[derive(Clone)]
pub struct StoredRouter {
    /// By which it is known everywhere.
    pub id: RouterId,
    /// What was said of it; the password is there.
    pub said: NewRouter,
    /// When it was added.
    pub created: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

const COLUMNS: &str = "id, name, host, port, user, password, tls, interval_ms, tags, notes, enabled, created, changed";

impl Store {
    /// Every router, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error::WrongKey`] when a password cannot be decrypted, [`Error::Database`].
    pub async fn routers(&self) -> Result<Vec<StoredRouter>, Error> {
        self.read(|db, key| {
            let mut all = db.prepare(&format!("SELECT {COLUMNS} FROM routers ORDER BY created, id"))?;
            let rows = all.query_map([], |row| Ok(read(row, key)))?;
            rows.map(|row| row?).collect()
        })
        .await
    }

    /// Adds a router.
    ///
    /// # Errors
    /// [`Error::Taken`] when the id is, [`Error::Invalid`], [`Error::Database`].
    pub async fn add_router(&self, id: RouterId, router: NewRouter, now: Timestamp) -> Result<StoredRouter, Error> {
        router.check()?;
        self.write(move |db, key| {
            if one(db, key, &id)?.is_some() {
                return Err(Error::Taken { what: "a router" });
            }
            let password = router.password.clone().unwrap_or_default();
            write(
                db,
                key,
                &StoredRouter {
                    id,
                    said: NewRouter { password: Some(password), ..router },
                    created: now,
                    changed: now,
                },
            )
        })
        .await
    }

    /// Changes a router; all of it but what is `None`.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Invalid`], [`Error::Database`].
    pub async fn change_router(&self, id: RouterId, router: NewRouter, now: Timestamp) -> Result<StoredRouter, Error> {
        router.check()?;
        self.write(move |db, key| {
            let old = one(db, key, &id)?.ok_or(Error::Unknown { what: "router" })?;
            let password = router.password.clone().or(old.said.password);
            write(
                db,
                key,
                &StoredRouter { id, said: NewRouter { password, ..router }, created: old.created, changed: now },
            )
        })
        .await
    }

    /// Forgets a router.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_router(&self, id: RouterId) -> Result<(), Error> {
        self.write(move |db, _| match db.execute("DELETE FROM routers WHERE id = ?1", [id.as_str()])? {
            0 => Err(Error::Unknown { what: "router" }),
            _ => Ok(()),
        })
        .await
    }
}

fn one(db: &Transaction<'_>, key: &EncryptionKey, id: &RouterId) -> Result<Option<StoredRouter>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM routers WHERE id = ?1");
    db.query_row(&sql, [id.as_str()], |row| Ok(read(row, key))).optional()?.transpose()
}

fn write(db: &Transaction<'_>, key: &EncryptionKey, router: &StoredRouter) -> Result<StoredRouter, Error> {
    let StoredRouter { id, said, created, changed } = router;
    let password = said.password.as_ref().map_or(&[][..], |password| password.as_bytes());
    let interval = said.interval.map(|interval| i64::try_from(interval.as_millis()).unwrap_or(i64::MAX));
    db.execute(
        &format!("INSERT OR REPLACE INTO routers ({COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"),
        params![
            id.as_str(),
            said.name,
            said.host,
            said.port,
            said.user,
            key.seal(&place(id), password)?,
            said.tls,
            interval,
            said.tags.join("\n"),
            said.notes,
            said.enabled,
            created.0,
            changed.0,
        ],
    )?;
    Ok(router.clone())
}

fn read(row: &Row<'_>, key: &EncryptionKey) -> Result<StoredRouter, Error> {
    let id: String = row.get("id")?;
    let id: RouterId = id.parse().map_err(|_| Error::Invalid { field: "id", reason: "is none" })?;
    let sealed: Vec<u8> = row.get("password")?;
    let opened = key.open(&place(&id), &sealed)?;
    let password = std::str::from_utf8(&opened).map_err(|_| Error::WrongKey)?;
    let tags: String = row.get("tags")?;
    let interval: Option<i64> = row.get("interval_ms")?;
    Ok(StoredRouter {
        said: NewRouter {
            name: row.get("name")?,
            host: row.get("host")?,
            port: row.get("port")?,
            user: row.get("user")?,
            password: Some(Zeroizing::new(password.to_owned())),
            tls: row.get("tls")?,
            interval: interval.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis),
            tags: tags.lines().map(str::to_owned).collect(),
            notes: row.get("notes")?,
            enabled: row.get("enabled")?,
        },
        id,
        created: Timestamp(row.get("created")?),
        changed: Timestamp(row.get("changed")?),
    })
}

/// A password cannot be moved to another router's row.
fn place(id: &RouterId) -> String {
    format!("router {id} password")
}

impl NewRouter {
    fn check(&self) -> Result<(), Error> {
        let invalid = |field, reason| Err(Error::Invalid { field, reason });
        if self.host.trim().is_empty() || self.host.len() > 253 {
            return invalid("address", "is empty or too long");
        }
        if self.port == 0 {
            return invalid("port", "is between 1 and 65535");
        }
        if self.user.is_empty() || self.user.len() > 255 {
            return invalid("user", "is empty or too long");
        }
        if self.name.len() > 255 || self.notes.len() > 16_384 {
            return invalid("name or notes", "too long");
        }
        if self.tags.len() > 32 || self.tags.iter().any(|tag| tag.is_empty() || tag.len() > 64 || tag.contains('\n')) {
            return invalid("tags", "at most 32 of 1 to 64 bytes");
        }
        Ok(())
    }
}

impl std::fmt::Debug for NewRouter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, host, port, user, enabled, .. } = self;
        f.debug_struct("NewRouter")
            .field("name", name)
            .field("host", host)
            .field("port", port)
            .field("user", user)
            .field("enabled", enabled)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for StoredRouter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredRouter").field("id", &self.id).field("said", &self.said).finish_non_exhaustive()
    }
}
