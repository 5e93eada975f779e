//! What people made of alerts in the page: rules, channels with their sealed secrets, and times of maintenance. Rules and
//! the settings of channels are text here; what they mean is known to `lalin-alerts`.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use zeroize::Zeroizing;

use crate::{EncryptionKey, Error, Store, Timestamp};

/// The most of each.
const MOST_RULES: i64 = 500;
const MOST_CHANNELS: i64 = 64;
const MOST_MAINTENANCE: i64 = 1_000;
/// The end of the year 9999, ms since 1970.
const LAST_MS: i64 = 253_402_300_799_999;
/// The longest text, bytes.
const LONGEST: usize = 65_536;

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAlertRule {
    /// Its number.
    pub id: i64,
    /// The rule as JSON.
    pub body: String,
}

/// A channel as it is kept.
#[derive(Clone)]
pub struct StoredAlertChannel {
    /// Its number.
    pub id: i64,
    /// Its settings as JSON, without secrets.
    pub body: String,
    /// Its secrets, by name.
    pub secrets: BTreeMap<String, Zeroizing<String>>,
}

/// A time in which nothing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMaintenance {
    /// Its number.
    pub id: i64,
    /// From when, ms since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// Of which router; `None` for all.
    pub router: Option<String>,
    /// Why.
    pub reason: String,
}

/// Shows no secret.
impl std::fmt::Debug for StoredAlertChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredAlertChannel").field("id", &self.id).field("body", &self.body).finish_non_exhaustive()
    }
}

impl Store {
    /// Every rule, in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn alert_rules(&self) -> Result<Vec<StoredAlertRule>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare("SELECT id, body FROM alert_rules ORDER BY id")?;
            let rules = all.query_map([], |row| Ok(StoredAlertRule { id: row.get(0)?, body: row.get(1)? }))?;
            Ok(rules.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Puts in the rules that are there from the beginning: once, so that whoever removes them is rid of them.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn seed_alert_rules(&self, bodies: Vec<String>) -> Result<(), Error> {
        self.write(move |db, _| {
            let sql = "INSERT OR IGNORE INTO meta (name, value) VALUES ('alert-rules', x'01')";
            if db.execute(sql, [])? == 1 {
                for body in bodies {
                    db.execute("INSERT INTO alert_rules (body) VALUES (?1)", [body])?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Keeps a new rule.
    ///
    /// # Errors
    /// [`Error::Invalid`], also where there are too many; [`Error::Database`].
    pub async fn add_alert_rule(&self, body: String) -> Result<i64, Error> {
        check(&body)?;
        self.write(move |db, _| {
            room(db, "alert_rules", MOST_RULES, "at most 500 rules")?;
            db.execute("INSERT INTO alert_rules (body) VALUES (?1)", [body])?;
            Ok(db.last_insert_rowid())
        })
        .await
    }

    /// Keeps a rule in place of what it was.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Invalid`], [`Error::Database`].
    pub async fn change_alert_rule(&self, id: i64, body: String) -> Result<(), Error> {
        check(&body)?;
        self.write(move |db, _| {
            let changed = db.execute("UPDATE alert_rules SET body = ?2 WHERE id = ?1", params![id, body])?;
            found(changed, "alert rule")
        })
        .await
    }

    /// Forgets a rule.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_alert_rule(&self, id: i64) -> Result<(), Error> {
        self.write(move |db, _| found(db.execute("DELETE FROM alert_rules WHERE id = ?1", [id])?, "alert rule")).await
    }

    /// Every channel, in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::WrongKey`] where a secret cannot be opened; [`Error::Database`].
    pub async fn alert_channels(&self) -> Result<Vec<StoredAlertChannel>, Error> {
        self.read(|db, key| {
            let mut all = db.prepare("SELECT id, body FROM alert_channels ORDER BY id")?;
            let channels = all.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            let channels = channels.collect::<Result<Vec<_>, _>>()?;
            let with_secrets = |(id, body)| Ok(StoredAlertChannel { id, body, secrets: secrets(db, key, id)? });
            channels.into_iter().map(with_secrets).collect()
        })
        .await
    }

    /// Keeps a new channel.
    ///
    /// # Errors
    /// [`Error::Invalid`], also where there are too many; [`Error::Database`].
    pub async fn add_alert_channel(
        &self,
        body: String,
        secrets: BTreeMap<String, Zeroizing<String>>,
    ) -> Result<i64, Error> {
        check(&body)?;
        self.write(move |db, key| {
            room(db, "alert_channels", MOST_CHANNELS, "at most 64 channels")?;
            db.execute("INSERT INTO alert_channels (body) VALUES (?1)", [body])?;
            let id = db.last_insert_rowid();
            keep(db, key, id, &secrets)?;
            Ok(id)
        })
        .await
    }

    /// Keeps a channel in place of what it was. A secret that is not named stays; an empty one is forgotten.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Invalid`], [`Error::Database`].
    pub async fn change_alert_channel(
        &self,
        id: i64,
        body: String,
        secrets: BTreeMap<String, Zeroizing<String>>,
    ) -> Result<(), Error> {
        check(&body)?;
        self.write(move |db, key| {
            let changed = db.execute("UPDATE alert_channels SET body = ?2 WHERE id = ?1", params![id, body])?;
            found(changed, "alert channel")?;
            keep(db, key, id, &secrets)
        })
        .await
    }

    /// Forgets a channel and its secrets.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_alert_channel(&self, id: i64) -> Result<(), Error> {
        self.write(move |db, _| {
            db.execute("DELETE FROM alert_secrets WHERE channel = ?1", [id])?;
            found(db.execute("DELETE FROM alert_channels WHERE id = ?1", [id])?, "alert channel")
        })
        .await
    }

    /// Every time of maintenance, the latest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn maintenance(&self) -> Result<Vec<StoredMaintenance>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare("SELECT * FROM maintenance ORDER BY from_ms DESC, id DESC")?;
            Ok(all.query_map([], maintenance)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Keeps a time of maintenance; those that have been over for a year are let go of.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Database`].
    pub async fn add_maintenance(&self, new: StoredMaintenance) -> Result<StoredMaintenance, Error> {
        if new.from_ms >= new.to_ms || new.reason.chars().count() > 500 {
            return Err(Error::Invalid { field: "to", reason: "after its beginning, and at most 500 characters why" });
        }
        if new.from_ms < 0 || new.to_ms > LAST_MS {
            return Err(Error::Invalid { field: "from", reason: "between the years 1970 and 9999" });
        }
        let now_ms = Timestamp::now().0;
        self.write(move |db, _| {
            db.execute("DELETE FROM maintenance WHERE to_ms < ?1", [now_ms.saturating_sub(366 * 86_400_000)])?;
            room(db, "maintenance", MOST_MAINTENANCE, "at most 1000 times of maintenance")?;
            db.execute(
                "INSERT INTO maintenance (from_ms, to_ms, router, reason) VALUES (?1, ?2, ?3, ?4)",
                params![new.from_ms, new.to_ms, new.router, new.reason],
            )?;
            Ok(StoredMaintenance { id: db.last_insert_rowid(), ..new })
        })
        .await
    }

    /// Forgets a time of maintenance.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_maintenance(&self, id: i64) -> Result<(), Error> {
        self.write(move |db, _| found(db.execute("DELETE FROM maintenance WHERE id = ?1", [id])?, "maintenance")).await
    }
}

fn found(changed: usize, what: &'static str) -> Result<(), Error> {
    if changed == 0 { Err(Error::Unknown { what }) } else { Ok(()) }
}

fn check(body: &str) -> Result<(), Error> {
    if body.len() <= LONGEST { Ok(()) } else { Err(Error::Invalid { field: "body", reason: "too long" }) }
}

fn room(db: &Transaction<'_>, table: &str, most: i64, reason: &'static str) -> Result<(), Error> {
    let count: i64 = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
    if count < most { Ok(()) } else { Err(Error::Invalid { field: "name", reason }) }
}

fn maintenance(row: &Row<'_>) -> Result<StoredMaintenance, rusqlite::Error> {
    Ok(StoredMaintenance {
        id: row.get("id")?,
        from_ms: row.get("from_ms")?,
        to_ms: row.get("to_ms")?,
        router: row.get("router")?,
        reason: row.get("reason")?,
    })
}

/// A secret cannot be moved to another channel's row.
pub(crate) fn place(channel: i64, name: &str) -> String {
    format!("alert channel {channel} {name}")
}

fn keep(
    db: &Transaction<'_>,
    key: &EncryptionKey,
    channel: i64,
    secrets: &BTreeMap<String, Zeroizing<String>>,
) -> Result<(), Error> {
    for (name, secret) in secrets {
        if name.len() > 64 || secret.len() > 8_192 {
            return Err(Error::Invalid { field: "secrets", reason: "too long" });
        }
        if secret.is_empty() {
            db.execute("DELETE FROM alert_secrets WHERE channel = ?1 AND name = ?2", params![channel, name])?;
        } else {
            let sealed = key.seal(&place(channel, name), secret.as_bytes())?;
            let sql = "INSERT OR REPLACE INTO alert_secrets (channel, name, value) VALUES (?1, ?2, ?3)";
            db.execute(sql, params![channel, name, sealed])?;
        }
    }
    let sql = "SELECT name FROM alert_secrets WHERE channel = ?1 LIMIT 1 OFFSET 16";
    match db.query_row(sql, [channel], |row| row.get::<_, String>(0)).optional()? {
        Some(_) => Err(Error::Invalid { field: "secrets", reason: "at most 16" }),
        None => Ok(()),
    }
}

fn secrets(
    db: &Transaction<'_>,
    key: &EncryptionKey,
    channel: i64,
) -> Result<BTreeMap<String, Zeroizing<String>>, Error> {
    let mut all = db.prepare_cached("SELECT name, value FROM alert_secrets WHERE channel = ?1")?;
    let rows = all.query_map([channel], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut secrets = BTreeMap::new();
    for row in rows {
        let (name, sealed) = row?;
        let opened = key.open(&place(channel, &name), &sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| Error::WrongKey)?;
        secrets.insert(name, Zeroizing::new(text.to_owned()));
    }
    Ok(secrets)
}
