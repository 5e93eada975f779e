//! The routers that were added in the page or by the API. Those of the configuration file are not here.

use std::time::Duration;

use lalin_config::{INTERVALS, RouterOrigin, RouterSettings, Secret, TlsPolicy};
use lalin_stats::RouterId;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::{EncryptionKey, Error, Store, Timestamp, lines};

/// A router's settings as they are kept. `Debug` shows no password.
#[derive(Clone, Debug)]
pub struct StoredRouter {
    /// The settings, with the password.
    pub settings: RouterSettings,
    /// When it was added.
    pub created: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// A router that this version cannot read; the others are not held up by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRouter {
    /// Which one.
    pub id: RouterId,
    /// Why.
    pub reason: String,
}

const COLUMNS: &str =
    "id, name, host, port, user, password, tls, interval_ms, tags, notes, enabled, created, changed, wan";

impl Store {
    /// Every router, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error::WrongKey`] when a password cannot be decrypted, [`Error::Database`].
    pub async fn routers(&self) -> Result<Vec<Result<StoredRouter, UnreadableRouter>>, Error> {
        self.read(|db, key| {
            let mut all = db.prepare(&format!("SELECT {COLUMNS} FROM routers ORDER BY created, id"))?;
            let rows = all.query_map([], |row| Ok(read(row, key)))?;
            rows.map(|row| row?).collect()
        })
        .await
    }

    /// One router; `None` where there is none, or none that this version can read.
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::Database`].
    pub async fn router(&self, id: &RouterId) -> Result<Option<StoredRouter>, Error> {
        let id = id.clone();
        self.read(move |db, key| {
            let sql = format!("SELECT {COLUMNS} FROM routers WHERE id = ?1");
            let found = db.query_row(&sql, [id.as_str()], |row| Ok(read(row, key))).optional()?;
            Ok(found.transpose()?.and_then(Result::ok))
        })
        .await
    }

    /// Adds a router.
    ///
    /// # Errors
    /// [`Error::Taken`] when the id is, [`Error::Invalid`], [`Error::Database`].
    pub async fn add_router(&self, settings: RouterSettings, now: Timestamp) -> Result<StoredRouter, Error> {
        check(&settings)?;
        self.write(move |db, key| {
            if old(db, key, &settings.id)?.is_some() {
                return Err(Error::Taken { what: "a router" });
            }
            write(db, key, &StoredRouter { settings, created: now, changed: now })
        })
        .await
    }

    /// Changes a router's settings; without a password it keeps the one that it has.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Invalid`], [`Error::Database`].
    pub async fn change_router(&self, settings: RouterSettings, now: Timestamp) -> Result<StoredRouter, Error> {
        self.change_router_seen(settings, None, now).await
    }

    /// [`Store::change_router`] by somebody who saw the router as it was when it was changed last at `seen`.
    ///
    /// # Errors
    /// [`Error::Conflict`] where somebody else changed it since, and those of [`Store::change_router`].
    pub async fn change_router_seen(
        &self,
        settings: RouterSettings,
        seen: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<StoredRouter, Error> {
        check(&settings)?;
        self.write(move |db, key| {
            let (created, changed, password) = old(db, key, &settings.id)?.ok_or(Error::Unknown { what: "router" })?;
            if seen.is_some_and(|seen| seen != changed) {
                return Err(Error::Conflict);
            }
            // Later than before, also where two nodes' clocks differ: by it a change is noticed.
            let now = Timestamp(now.0.max(changed.0.saturating_add(i64::from(seen.is_some()))));
            let password = settings.password.clone().or(Some(password));
            write(db, key, &StoredRouter { settings: RouterSettings { password, ..settings }, created, changed: now })
        })
        .await
    }

    /// Forgets a router, and what was said of its lines.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_router(&self, id: RouterId) -> Result<(), Error> {
        self.write(move |db, _| match db.execute("DELETE FROM routers WHERE id = ?1", [id.as_str()])? {
            0 => Err(Error::Unknown { what: "router" }),
            _ => lines::forget(db, &id),
        })
        .await
    }
}

/// When a router was added and last changed, and its password.
fn old(
    db: &Transaction<'_>,
    key: &EncryptionKey,
    id: &RouterId,
) -> Result<Option<(Timestamp, Timestamp, Secret)>, Error> {
    let sql = "SELECT created, changed, password FROM routers WHERE id = ?1";
    let found = db.query_row(sql, [id.as_str()], |row| {
        Ok((row.get("created")?, row.get("changed")?, row.get::<_, Vec<u8>>("password")?))
    });
    let Some((created, changed, sealed)) = found.optional()? else { return Ok(None) };
    Ok(Some((Timestamp(created), Timestamp(changed), open_password(key, id, &sealed)?)))
}

fn write(db: &Transaction<'_>, key: &EncryptionKey, router: &StoredRouter) -> Result<StoredRouter, Error> {
    let StoredRouter { settings, created, changed } = router;
    let password = settings.password.as_ref().map_or("", Secret::expose);
    let interval = settings.interval.map(|interval| i64::try_from(interval.as_millis()).unwrap_or(i64::MAX));
    db.execute(
        &format!("INSERT OR REPLACE INTO routers ({COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)"),
        params![
            settings.id.as_str(),
            settings.name.as_deref().unwrap_or_default(),
            settings.host,
            settings.port,
            settings.user,
            key.seal(&place(&settings.id), password.as_bytes())?,
            settings.tls.to_string(),
            interval,
            settings.tags.join("\n"),
            settings.notes,
            settings.enabled,
            created.0,
            changed.0,
            Some(settings.wan.join("\n")).filter(|wan| !wan.is_empty()),
        ],
    )?;
    Ok(router.clone())
}

fn read(row: &Row<'_>, key: &EncryptionKey) -> Result<Result<StoredRouter, UnreadableRouter>, Error> {
    let id: String = row.get("id")?;
    let id: RouterId = id.parse().map_err(|_| Error::Invalid { field: "id", reason: "is none" })?;
    let password = open_password(key, &id, &row.get::<_, Vec<u8>>("password")?)?;
    let tls = match row.get::<_, String>("tls")?.parse::<TlsPolicy>() {
        Ok(tls) => tls,
        Err(error) => return Ok(Err(UnreadableRouter { id, reason: format!("tls: {error}") })),
    };
    let (name, tags): (String, String) = (row.get("name")?, row.get("tags")?);
    let interval: Option<i64> = row.get("interval_ms")?;
    let interval = interval.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    Ok(Ok(StoredRouter {
        settings: RouterSettings {
            name: Some(name).filter(|name| !name.is_empty()),
            host: row.get("host")?,
            port: row.get("port")?,
            user: row.get("user")?,
            password: Some(password),
            tls,
            // The API once took shorter intervals than the file does.
            interval: interval.map(|interval| interval.clamp(*INTERVALS.start(), *INTERVALS.end())),
            wan: row.get::<_, Option<String>>("wan")?.unwrap_or_default().lines().map(str::to_owned).collect(),
            tags: tags.lines().map(str::to_owned).collect(),
            notes: row.get("notes")?,
            enabled: row.get("enabled")?,
            origin: RouterOrigin::Stored,
            ..RouterSettings::new(id, "", 0, "")
        },
        created: Timestamp(row.get("created")?),
        changed: Timestamp(row.get("changed")?),
    }))
}

fn open_password(key: &EncryptionKey, id: &RouterId, sealed: &[u8]) -> Result<Secret, Error> {
    let opened = key.open(&place(id), sealed)?;
    let password = std::str::from_utf8(&opened).map_err(|_| Error::WrongKey)?;
    Ok(Secret::new(password.to_owned()))
}

fn place(id: &RouterId) -> String {
    password_place(id.as_str())
}

/// A password cannot be moved to another router's row.
pub(crate) fn password_place(id: &str) -> String {
    format!("router {id} password")
}

/// Refuses what the table cannot keep.
fn check(settings: &RouterSettings) -> Result<(), Error> {
    let invalid = |field, reason| Err(Error::Invalid { field, reason });
    let RouterSettings { host, port, user, name, notes, tags, wan, .. } = settings;
    if host.trim().is_empty() || host.len() > 253 {
        return invalid("address", "is empty or too long");
    }
    if *port == 0 {
        return invalid("port", "is between 1 and 65535");
    }
    if user.is_empty() || user.len() > 255 {
        return invalid("user", "is empty or too long");
    }
    if name.as_ref().is_some_and(|name| name.len() > 255) || notes.len() > 16_384 {
        return invalid("name or notes", "too long");
    }
    if tags.len() > 32 || tags.iter().any(|tag| tag.is_empty() || tag.len() > 64 || tag.contains('\n')) {
        return invalid("tags", "at most 32 of 1 to 64 bytes");
    }
    if wan.len() > 16 || wan.iter().any(|name| name.is_empty() || name.len() > 255 || name.contains(['\n', '\r'])) {
        return invalid("wan", "at most 16 of 1 to 255 bytes, without line breaks");
    }
    Ok(())
}
