//! What people say of a router's lines (its interfaces): from which side they are seen, what they are called, which are
//! favourites. An administrator says it for everyone, and each person may say otherwise for themself.

use lalin_stats::{PointOfView, RouterId};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::{Error, Store, UserId};

/// The most lines that have settings for everyone, and for one person.
const MOST_FOR_EVERYONE: i64 = 20_000;
const MOST_FOR_ONE: i64 = 2_000;
/// The longest interface name, and the longest alias, in bytes and characters.
const LONGEST_NAME: usize = 255;
const LONGEST_ALIAS: usize = 64;
/// No link is faster, bit/s; what is larger would not be exact in a browser.
const FASTEST: u64 = 100_000_000_000_000;

/// For whom a line's settings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineScope {
    /// For everyone who sees the line.
    Everyone,
    /// For one person, over what counts for everyone.
    Person(UserId),
}

/// What was said of one line; `None` where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineSettings {
    /// From which side its traffic is called download.
    pub point_of_view: Option<PointOfView>,
    /// What it is called instead of its name.
    pub alias: Option<String>,
    /// Whether it stands at the top.
    pub favourite: Option<bool>,
    /// Whether it is left out of lists.
    pub hidden: Option<bool>,
    /// The download that was ordered, bit/s.
    pub limit_down_bps: Option<u64>,
    /// The upload that was ordered, bit/s.
    pub limit_up_bps: Option<u64>,
}

/// A change of a line's settings: `None` leaves a field as it is, `Some(None)` unsets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineChange {
    /// See [`LineSettings::point_of_view`].
    pub point_of_view: Option<Option<PointOfView>>,
    /// See [`LineSettings::alias`].
    pub alias: Option<Option<String>>,
    /// See [`LineSettings::favourite`].
    pub favourite: Option<Option<bool>>,
    /// See [`LineSettings::hidden`].
    pub hidden: Option<Option<bool>>,
    /// See [`LineSettings::limit_down_bps`].
    pub limit_down_bps: Option<Option<u64>>,
    /// See [`LineSettings::limit_up_bps`].
    pub limit_up_bps: Option<Option<u64>>,
}

/// One line's settings as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLine {
    /// For whom they count.
    pub scope: LineScope,
    /// Which router.
    pub router: RouterId,
    /// Which interface: its name, or its key where several share a name.
    pub interface: String,
    /// What was said.
    pub settings: LineSettings,
}

impl LineSettings {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These, and of `other` what these leave open.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            point_of_view: self.point_of_view.or(other.point_of_view),
            alias: self.alias.clone().or_else(|| other.alias.clone()),
            favourite: self.favourite.or(other.favourite),
            hidden: self.hidden.or(other.hidden),
            limit_down_bps: self.limit_down_bps.or(other.limit_down_bps),
            limit_up_bps: self.limit_up_bps.or(other.limit_up_bps),
        }
    }

    fn changed(self, change: LineChange) -> Self {
        Self {
            point_of_view: change.point_of_view.unwrap_or(self.point_of_view),
            alias: change.alias.unwrap_or(self.alias).map(|alias| alias.trim().to_owned()),
            favourite: change.favourite.unwrap_or(self.favourite),
            hidden: change.hidden.unwrap_or(self.hidden),
            limit_down_bps: change.limit_down_bps.unwrap_or(self.limit_down_bps),
            limit_up_bps: change.limit_up_bps.unwrap_or(self.limit_up_bps),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let alias = self.alias.as_deref().unwrap_or("-");
        if alias.is_empty() || alias.chars().count() > LONGEST_ALIAS || alias.chars().any(char::is_control) {
            return Err(Error::Invalid {
                field: "alias",
                reason: "1 to 64 characters, none of them a control character",
            });
        }
        for (field, limit) in [("limitDownBps", self.limit_down_bps), ("limitUpBps", self.limit_up_bps)] {
            if limit.is_some_and(|limit| limit == 0 || limit > FASTEST) {
                return Err(Error::Invalid { field, reason: "1 to 100 Tbit/s" });
            }
        }
        Ok(())
    }
}

impl Store {
    /// Every line of which something was said.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn lines(&self) -> Result<Vec<StoredLine>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare("SELECT * FROM lines ORDER BY router, interface")?;
            let lines = all.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
            Ok(lines.into_iter().flatten().collect())
        })
        .await
    }

    /// Changes what is said of a line, and returns all that is said of it in this scope now.
    ///
    /// # Errors
    /// [`Error::Invalid`], also where there are too many; [`Error::Database`].
    pub async fn change_line(
        &self,
        scope: LineScope,
        router: RouterId,
        interface: String,
        change: LineChange,
    ) -> Result<LineSettings, Error> {
        if interface.is_empty() || interface.len() > LONGEST_NAME || interface.contains(['\n', '\r']) {
            return Err(Error::Invalid { field: "interface", reason: "1 to 255 bytes without line breaks" });
        }
        self.write(move |db, _| {
            let before = settings(db, scope, &router, &interface)?;
            let new = before.is_none();
            let after = before.unwrap_or_default().changed(change);
            after.check()?;
            if new && !after.is_empty() {
                has_room(db, scope)?;
            }
            write(db, &StoredLine { scope, router, interface, settings: after.clone() })?;
            Ok(after)
        })
        .await
    }

    /// Moves what is said of lines to their new names, in every scope; all of them at once, as two may have swapped
    /// theirs.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn rename_lines(&self, router: RouterId, names: Vec<(String, String)>) -> Result<(), Error> {
        self.write(move |db, _| {
            let mut moved = Vec::new();
            for (old, new) in names.into_iter().filter(|(_, new)| new.len() <= LONGEST_NAME) {
                let mut found = db.prepare("SELECT * FROM lines WHERE router = ?1 AND interface = ?2")?;
                let lines = found.query_map(params![router.as_str(), old], read)?.collect::<Result<Vec<_>, _>>()?;
                db.execute("DELETE FROM lines WHERE router = ?1 AND interface = ?2", params![router.as_str(), old])?;
                moved.extend(lines.into_iter().flatten().map(|line| StoredLine { interface: new.clone(), ..line }));
            }
            moved.iter().try_for_each(|line| write(db, line))
        })
        .await
    }
}

/// Forgets what is said of a router's lines.
pub(crate) fn forget(db: &Transaction<'_>, router: &RouterId) -> Result<(), Error> {
    db.execute("DELETE FROM lines WHERE router = ?1", [router.as_str()])?;
    Ok(())
}

fn settings(
    db: &Transaction<'_>,
    scope: LineScope,
    router: &RouterId,
    interface: &str,
) -> Result<Option<LineSettings>, Error> {
    let sql = "SELECT * FROM lines WHERE router = ?1 AND interface = ?2 AND ifnull(user, 0) = ?3";
    let found = db.query_row(sql, params![router.as_str(), interface, number(scope)], read).optional()?;
    Ok(found.flatten().map(|line| line.settings))
}

fn has_room(db: &Transaction<'_>, scope: LineScope) -> Result<(), Error> {
    let sql = "SELECT count(*) FROM lines WHERE ifnull(user, 0) = ?1";
    let count: i64 = db.query_row(sql, [number(scope)], |row| row.get(0))?;
    match scope {
        LineScope::Everyone if count >= MOST_FOR_EVERYONE => {
            Err(Error::Invalid { field: "interface", reason: "20,000 lines have settings already" })
        }
        LineScope::Person(_) if count >= MOST_FOR_ONE => {
            Err(Error::Invalid { field: "interface", reason: "2,000 lines have settings of yours already" })
        }
        _ => Ok(()),
    }
}

/// Accounts are numbered from 1.
fn number(scope: LineScope) -> i64 {
    match scope {
        LineScope::Everyone => 0,
        LineScope::Person(user) => user.0,
    }
}

/// Writes a line's settings in place of those that it had; where nothing is said any more there is no row.
fn write(db: &Transaction<'_>, line: &StoredLine) -> Result<(), Error> {
    let StoredLine { scope, router, interface, settings } = line;
    let sql = "DELETE FROM lines WHERE router = ?1 AND interface = ?2 AND ifnull(user, 0) = ?3";
    db.execute(sql, params![router.as_str(), interface, number(*scope)])?;
    if settings.is_empty() {
        return Ok(());
    }
    let user = match scope {
        LineScope::Everyone => None,
        LineScope::Person(user) => Some(user.0),
    };
    let limit = |bps: Option<u64>| bps.and_then(|bps| i64::try_from(bps).ok());
    db.execute(
        "INSERT INTO lines (router, interface, user, point_of_view, alias, favourite, hidden, limit_down, limit_up)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            router.as_str(),
            interface,
            user,
            settings.point_of_view.map(PointOfView::code),
            settings.alias,
            settings.favourite,
            settings.hidden,
            limit(settings.limit_down_bps),
            limit(settings.limit_up_bps),
        ],
    )?;
    Ok(())
}

/// A row; `None` for one of a router that cannot be.
fn read(row: &Row<'_>) -> Result<Option<StoredLine>, rusqlite::Error> {
    let Ok(router) = row.get::<_, String>("router")?.parse() else { return Ok(None) };
    let user: Option<i64> = row.get("user")?;
    let limit =
        |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.and_then(|bps| bps.try_into().ok()));
    Ok(Some(StoredLine {
        scope: user.map_or(LineScope::Everyone, |user| LineScope::Person(UserId(user))),
        router,
        interface: row.get("interface")?,
        settings: LineSettings {
            point_of_view: row.get::<_, Option<String>>("point_of_view")?.and_then(|code| PointOfView::read(&code)),
            alias: row.get("alias")?,
            favourite: row.get("favourite")?,
            hidden: row.get("hidden")?,
            limit_down_bps: limit("limit_down")?,
            limit_up_bps: limit("limit_up")?,
        },
    }))
}
