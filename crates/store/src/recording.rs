//! What of the routers is not recorded, as an administrator chose it in the page. What the configuration file leaves
//! out is not here.

use std::collections::BTreeSet;

use lalin_stats::RouterId;
use rusqlite::{Connection, params};

use crate::{Error, Store};

/// The most routers, kinds and lines that are left out one by one.
const MOST: i64 = 20_000;
/// The longest name of a kind and of an interface, bytes.
const LONGEST_NAME: usize = 255;

/// What is recorded: everything but this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingChoice {
    /// Whether anything is.
    pub enabled: bool,
    /// Routers of which nothing is.
    pub routers: BTreeSet<RouterId>,
    /// Kinds of interfaces that are not, such as `pppoe-in`.
    pub kinds: BTreeSet<String>,
    /// Lines that are not: a router and the name of an interface.
    pub lines: BTreeSet<(RouterId, String)>,
    /// At whose midnight days and months begin; the configuration's where it is `None`.
    pub zone: Option<String>,
}

/// A change of it. What it does not name stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingChange {
    /// Whether anything is recorded.
    pub enabled: Option<bool>,
    /// Routers, and whether each is recorded.
    pub routers: Vec<(RouterId, bool)>,
    /// All kinds that are not recorded.
    pub kinds: Option<Vec<String>>,
    /// Lines, and whether each is recorded.
    pub lines: Vec<(RouterId, String, bool)>,
    /// The time zone; `Some(None)` is the configuration's again.
    pub zone: Option<Option<String>>,
}

impl Default for RecordingChoice {
    fn default() -> Self {
        let (routers, kinds, lines) = Default::default();
        Self { enabled: true, routers, kinds, lines, zone: None }
    }
}

impl Store {
    /// What was chosen.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn recording(&self) -> Result<RecordingChoice, Error> {
        self.read(|db, _| read(db)).await
    }

    /// Changes it, and returns all that is chosen now.
    ///
    /// # Errors
    /// [`Error::Invalid`], also where there are too many; [`Error::Database`].
    pub async fn change_recording(&self, change: RecordingChange) -> Result<RecordingChoice, Error> {
        let kinds = change.kinds.iter().flatten();
        let names = kinds.clone().map(|kind| ("exceptKinds", kind));
        let names = names.chain(change.zone.iter().flatten().map(|zone| ("zone", zone)));
        for (field, name) in names.chain(change.lines.iter().map(|(_, name, _)| ("lines", name))) {
            if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
                return Err(Error::Invalid { field, reason: "1 to 255 bytes, none of them a control character" });
            }
        }
        self.write(move |db, _| {
            let put = |out: bool, what: &str, router: &str, name: &str| {
                let sql = match out {
                    true => "INSERT OR IGNORE INTO not_recorded (what, router, name) VALUES (?1, ?2, ?3)",
                    false => "DELETE FROM not_recorded WHERE what = ?1 AND router = ?2 AND name = ?3",
                };
                db.prepare(sql)?.execute(params![what, router, name]).map(drop)
            };
            if let Some(enabled) = change.enabled {
                put(!enabled, "all", "", "")?;
            }
            for (router, recorded) in &change.routers {
                put(!recorded, "router", router.as_str(), "")?;
            }
            if let Some(kinds) = &change.kinds {
                db.execute("DELETE FROM not_recorded WHERE what = 'kind'", [])?;
                kinds.iter().try_for_each(|kind| put(true, "kind", "", kind))?;
            }
            if let Some(zone) = &change.zone {
                db.execute("DELETE FROM not_recorded WHERE what = 'zone'", [])?;
                zone.iter().try_for_each(|zone| put(true, "zone", "", zone))?;
            }
            for (router, name, recorded) in &change.lines {
                put(!recorded, "line", router.as_str(), name)?;
            }
            let count: i64 = db.query_row("SELECT count(*) FROM not_recorded", [], |row| row.get(0))?;
            if count > MOST {
                return Err(Error::Invalid { field: "lines", reason: "too many are left out one by one" });
            }
            read(db)
        })
        .await
    }
}

fn read(db: &Connection) -> Result<RecordingChoice, Error> {
    let mut all = db.prepare("SELECT what, router, name FROM not_recorded")?;
    let mut rows = all.query([])?;
    let mut chosen = RecordingChoice::default();
    while let Some(row) = rows.next()? {
        let (what, router, name): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match (what.as_str(), router.parse::<RouterId>()) {
            ("all", _) => chosen.enabled = false,
            ("kind", _) => drop(chosen.kinds.insert(name)),
            ("zone", _) => chosen.zone = Some(name),
            ("router", Ok(router)) => drop(chosen.routers.insert(router)),
            ("line", Ok(router)) => drop(chosen.lines.insert((router, name))),
            // An id that was allowed once and is no more.
            _ => {}
        }
    }
    Ok(chosen)
}
