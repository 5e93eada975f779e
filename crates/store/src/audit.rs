//! Who changed what: written with every change, read by administrators, never changed.

use rusqlite::params;

use crate::{Error, Moment, Store};

/// So many entries are kept; a year of a busy provider has fewer.
const MOST: i64 = 100_000;
/// The longest text of an entry, characters; what comes from outside must not fill the disk.
const LONGEST: usize = 512;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A user's or a token's name, or `command line`.
    pub name: String,
    /// From which address; empty for none.
    pub address: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What, such as `router.add` or `login.failed`.
    pub action: String,
    /// On what.
    pub target: String,
}

impl Store {
    /// Writes an entry down.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn record(&self, entry: Entry) -> Result<(), Error> {
        self.write(move |db, _| {
            let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
            let sql = "INSERT INTO audit (at, actor, address, action, target) VALUES (?1, ?2, ?3, ?4, ?5)";
            let Entry { at, actor, action, target } = &entry;
            db.execute(sql, params![at.0, short(&actor.name), short(&actor.address), short(action), short(target)])?;
            db.execute("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1", [MOST])?;
            Ok(())
        })
        .await
    }

    /// The newest entries, the newest first; at most a thousand.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn audit(&self, most: u16) -> Result<Vec<Entry>, Error> {
        self.read(move |db, _| {
            let mut newest = db.prepare("SELECT * FROM audit ORDER BY id DESC LIMIT ?1")?;
            let entries = newest.query_map([most.min(1_000)], |row| {
                Ok(Entry {
                    at: Moment(row.get("at")?),
                    actor: Actor { name: row.get("actor")?, address: row.get("address")? },
                    action: row.get("action")?,
                    target: row.get("target")?,
                })
            })?;
            let entries = entries.collect::<Result<_, _>>()?;
            Ok(entries)
        })
        .await
    }
}
