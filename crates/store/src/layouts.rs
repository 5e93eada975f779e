//! Saved layouts: which lines of which routers stand on one screen, and in which tiles.

use lalin_stats::RouterId;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::{Error, Store, Timestamp, UserId};

/// The most layouts of one account, tiles of a layout, and lines of a tile.
const MOST_LAYOUTS: i64 = 50;
const MOST_TILES: usize = 64;
const MOST_LINES: usize = 8;
/// The longest name of a layout and title of a tile, in characters.
const LONGEST: usize = 128;

/// One line in a tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileLine {
    /// Which router.
    pub router: RouterId,
    /// Which interface, by name or key.
    pub interface: String,
}

/// One chart on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tile {
    /// What stands above it; `None`: the lines' own names.
    pub title: Option<String>,
    /// The lines in it.
    pub lines: Vec<TileLine>,
}

/// A layout as somebody makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutForm {
    /// What it is called.
    pub name: String,
    /// Whether others may use it.
    pub shared: bool,
    /// What it shows.
    pub tiles: Vec<Tile>,
    /// After how long the next part of it is shown, where not all fits, s; 5 to 3,600.
    pub rotate_seconds: u32,
    /// How much of the past it shows, s; 10 to 21,600.
    pub window_seconds: u32,
}

/// A layout as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its number.
    pub id: i64,
    /// Whose it is; `None` for one from before there were accounts.
    pub owner: Option<(UserId, String)>,
    /// What was saved.
    pub form: LayoutForm,
}

impl Layout {
    /// Whether somebody may see it: their own, and those that are shared. One from before there were accounts belongs
    /// to whoever administrates.
    pub fn is_seen_by(&self, person: Option<UserId>, administrator: bool) -> bool {
        self.form.shared || self.belongs_to(person, administrator)
    }

    /// Whether somebody may change it: an owner theirs, an administrator also what is shared.
    pub fn is_changed_by(&self, person: Option<UserId>, administrator: bool) -> bool {
        administrator && self.form.shared || self.belongs_to(person, administrator)
    }

    fn belongs_to(&self, person: Option<UserId>, administrator: bool) -> bool {
        match &self.owner {
            Some((owner, _)) => person == Some(*owner),
            None => administrator,
        }
    }
}

impl Store {
    /// Every layout, by name.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn layouts(&self) -> Result<Vec<Layout>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare(&format!("{SELECT} ORDER BY layouts.name COLLATE NOCASE, layouts.id"))?;
            let layouts = all.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(layouts)
        })
        .await
    }

    /// One layout.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn layout(&self, id: i64) -> Result<Layout, Error> {
        self.read(move |db, _| by_id(db, id)).await
    }

    /// Saves a new layout.
    ///
    /// # Errors
    /// [`Error::Invalid`], also where the owner has too many; [`Error::Database`].
    pub async fn add_layout(&self, owner: Option<UserId>, form: LayoutForm, now: Timestamp) -> Result<Layout, Error> {
        form.check()?;
        self.write(move |db, _| {
            let owner = owner.map(|owner| owner.0);
            let sql = "SELECT count(*) FROM layouts WHERE owner IS ?1";
            let count: i64 = db.query_row(sql, [owner], |row| row.get(0))?;
            if count >= MOST_LAYOUTS {
                return Err(Error::Invalid { field: "name", reason: "at most 50 layouts" });
            }
            db.execute(
                "INSERT INTO layouts (owner, name, shared, tiles, rotate_seconds, window_seconds, created, changed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
                params![
                    owner,
                    form.name.trim(),
                    form.shared,
                    written(&form.tiles),
                    form.rotate_seconds,
                    form.window_seconds,
                    now.0,
                ],
            )?;
            by_id(db, db.last_insert_rowid())
        })
        .await
    }

    /// Saves a layout in place of what it was.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Invalid`], [`Error::Database`].
    pub async fn change_layout(&self, id: i64, form: LayoutForm, now: Timestamp) -> Result<Layout, Error> {
        form.check()?;
        self.write(move |db, _| {
            let sql = "UPDATE layouts SET name = ?2, shared = ?3, tiles = ?4, rotate_seconds = ?5, window_seconds = ?6,
                       changed = ?7 WHERE id = ?1";
            let LayoutForm { name, shared, tiles, rotate_seconds, window_seconds } = &form;
            db.execute(sql, params![id, name.trim(), shared, written(tiles), rotate_seconds, window_seconds, now.0])?;
            by_id(db, id)
        })
        .await
    }

    /// Forgets a layout.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_layout(&self, id: i64) -> Result<(), Error> {
        self.write(move |db, _| match db.execute("DELETE FROM layouts WHERE id = ?1", [id])? {
            0 => Err(UNKNOWN),
            _ => Ok(()),
        })
        .await
    }
}

const UNKNOWN: Error = Error::Unknown { what: "layout" };
const SELECT: &str =
    "SELECT layouts.*, users.name AS owner_name FROM layouts LEFT JOIN users ON users.id = layouts.owner";

fn by_id(db: &Transaction<'_>, id: i64) -> Result<Layout, Error> {
    db.query_row(&format!("{SELECT} WHERE layouts.id = ?1"), [id], read).optional()?.ok_or(UNKNOWN)
}

impl LayoutForm {
    fn check(&self) -> Result<(), Error> {
        let invalid = |field, reason| Err(Error::Invalid { field, reason });
        let is_text = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
        };
        if !is_text(&self.name) {
            return invalid("name", "1 to 128 characters, none of them a control character");
        }
        if !(5..=3_600).contains(&self.rotate_seconds) {
            return invalid("rotateSeconds", "5 to 3600");
        }
        if !(10..=21_600).contains(&self.window_seconds) {
            return invalid("windowSeconds", "10 to 21600");
        }
        if self.tiles.len() > MOST_TILES {
            return invalid("tiles", "at most 64 tiles");
        }
        for tile in &self.tiles {
            if tile.title.as_deref().is_some_and(|title| !is_text(title)) {
                return invalid("title", "1 to 128 characters, none of them a control character");
            }
            if tile.lines.is_empty() || tile.lines.len() > MOST_LINES {
                return invalid("lines", "1 to 8 lines in a tile");
            }
            let is_name = |name: &str| !name.is_empty() && name.len() <= 255 && !name.contains(['\n', '\r']);
            if !tile.lines.iter().all(|line| is_name(&line.interface)) {
                return invalid("interface", "1 to 255 bytes without line breaks");
            }
        }
        Ok(())
    }
}

/// The stored form: a row that begins with `=` begins a tile and has its title; then a row for each of its lines, router
/// and interface separated by a tab.
fn written(tiles: &[Tile]) -> String {
    let mut text = String::new();
    for tile in tiles {
        text.push('=');
        text.push_str(tile.title.as_deref().unwrap_or_default().trim());
        text.push('\n');
        for line in &tile.lines {
            text.push_str(line.router.as_str());
            text.push('\t');
            text.push_str(&line.interface);
            text.push('\n');
        }
    }
    text
}

fn tiles(text: &str) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = Vec::new();
    for row in text.split('\n') {
        if let Some(title) = row.strip_prefix('=') {
            let title = Some(title.to_owned()).filter(|title| !title.is_empty());
            tiles.push(Tile { title, lines: Vec::new() });
        } else if let (Some(tile), Some((router, interface))) = (tiles.last_mut(), row.split_once('\t')) {
            let router = router.parse().ok();
            tile.lines.extend(router.map(|router| TileLine { router, interface: interface.to_owned() }));
        }
    }
    tiles
}

fn read(row: &Row<'_>) -> Result<Layout, rusqlite::Error> {
    let owner = row.get::<_, Option<i64>>("owner")?.zip(row.get::<_, Option<String>>("owner_name")?);
    Ok(Layout {
        id: row.get("id")?,
        owner: owner.map(|(id, name)| (UserId(id), name)),
        form: LayoutForm {
            name: row.get("name")?,
            shared: row.get("shared")?,
            tiles: tiles(&row.get::<_, String>("tiles")?),
            rotate_seconds: row.get("rotate_seconds")?,
            window_seconds: row.get("window_seconds")?,
        },
    })
}
