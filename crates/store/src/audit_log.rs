//! Who changed what: written with every change, read by administrators, never changed.

use std::net::Ipv6Addr;

use rusqlite::params;

use crate::{Error, Store, Timestamp};

/// The number of entries kept of each action, so that a flood of one kind cannot push out another; a busy provider has
/// fewer in a year.
const MOST: i64 = 10_000;
/// Actions that anybody can cause any number of times: within this time (ms), repetitions by one actor from one address
/// become one entry with a count.
const FOLDED: [&str; 5] = ["login", "login.failed", "logout", "password", "setup.failed"];
const FOLDED_FOR: i64 = 60 * 60 * 1_000;
/// The longest text of an event, in characters: what comes from outside must not fill the disk.
const LONGEST: usize = 512;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A user's or a token's name, or `command line`.
    pub name: String,
    /// The address it was done from; empty where there is none.
    pub address: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The action, such as `router.add` or `login.failed`.
    pub action: String,
    /// What it was done to; the last one where an entry counts several.
    pub target: String,
}

/// An entry of the log: an event, and how often it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The event; the last one where there were several.
    pub event: AuditEvent,
    /// How many times it happened.
    pub times: u32,
    /// When it happened first.
    pub since: Timestamp,
}

impl Store {
    /// Writes an event into the log.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn record(&self, event: AuditEvent) -> Result<(), Error> {
        self.write(move |db, _| {
            let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
            let AuditEvent { at, actor, action, target } = &event;
            let (name, address, target) = (short(&actor.name), short(&network(actor, action)), short(target));
            let folded = FOLDED.contains(&action.as_str()) && {
                let sql = "UPDATE audit SET at = ?4, times = times + 1, target = ?5 WHERE since > ?6 AND id =
                           (SELECT max(id) FROM audit WHERE action = ?1 AND actor = ?2 AND address = ?3)";
                let begun = at.0.saturating_sub(FOLDED_FOR);
                db.execute(sql, params![action, name, address, at.0, target, begun])? > 0
            };
            if folded {
                return Ok(());
            }
            let sql = "INSERT INTO audit (at, since, actor, address, action, target) VALUES (?1, ?1, ?2, ?3, ?4, ?5)";
            db.execute(sql, params![at.0, name, address, short(action), target])?;
            let sql = "DELETE FROM audit WHERE action = ?1 AND id <=
                       (SELECT id FROM audit WHERE action = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
            db.execute(sql, params![short(action), MOST])?;
            Ok(())
        })
        .await
    }

    /// How many entries of an action are kept.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn recorded(&self, action: &'static str) -> Result<u32, Error> {
        self.read(move |db, _| {
            Ok(db.query_row("SELECT count(*) FROM audit WHERE action = ?1", [action], |row| row.get(0))?)
        })
        .await
    }

    /// The newest entries, the newest first; at most a thousand.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn audit_log(&self, most: u16) -> Result<Vec<AuditEntry>, Error> {
        self.read(move |db, _| {
            let mut newest = db.prepare("SELECT * FROM audit ORDER BY at DESC, id DESC LIMIT ?1")?;
            let entries = newest.query_map([most.min(1_000)], |row| {
                let at = row.get("at")?;
                let event = AuditEvent {
                    at: Timestamp(at),
                    actor: Actor { name: row.get("actor")?, address: row.get("address")? },
                    action: row.get("action")?,
                    target: row.get("target")?,
                };
                let since = row.get::<_, Option<i64>>("since")?.unwrap_or(at);
                Ok(AuditEntry { event, times: row.get("times")?, since: Timestamp(since) })
            })?;
            let entries = entries.collect::<Result<_, _>>()?;
            Ok(entries)
        })
        .await
    }
}

/// The address as it is logged. An attacker usually has a whole IPv6 /64 to try from, so a failure is logged by network.
fn network(actor: &Actor, action: &str) -> String {
    match actor.address.parse() {
        Ok(Ipv6Addr::LOCALHOST) | Err(_) => actor.address.clone(),
        Ok(address) if action.ends_with(".failed") && address.to_ipv4_mapped().is_none() => {
            format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & !0 << 64))
        }
        Ok(_) => actor.address.clone(),
    }
}
