//! Sites: places whose collectors know only what they need. A site has a key of its own; the cluster's would open every
//! router's password on a machine at a POP.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::tables::{AGGREGATES, Aggregate};
use super::{capture, keys, row_bytes};
use crate::{EncryptionKey, Error, Store, routers};

/// The most sites.
const MOST: i64 = 1_000;
/// What of the state a site's collectors get to know as a whole.
const FOR_ALL: [&str; 3] = ["not_recorded", "alert_rules", "maintenance"];

impl Store {
    /// Makes a site and its key. A router belongs to the first of its tags that is a site.
    ///
    /// # Errors
    /// [`Error::Taken`], [`Error::Invalid`], [`Error::System`], [`Error::Database`].
    pub async fn add_site(&self, name: &str) -> Result<EncryptionKey, Error> {
        let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        if name.is_empty() || name.len() > 32 || !name.chars().all(allowed) {
            return Err(Error::Invalid {
                field: "site",
                reason: "1 to 32 small letters, digits, dashes or underscores",
            });
        }
        let site = EncryptionKey::random()?;
        let (name, made) = (name.to_owned(), site.clone());
        self.write(move |db, key| {
            let count: i64 =
                db.query_row("SELECT count(*) FROM meta WHERE name LIKE 'site-%'", [], |row| row.get(0))?;
            if count >= MOST {
                return Err(Error::Invalid { field: "site", reason: "at most 1000 sites" });
            }
            let sealed = key.seal(&place(&name), made.to_text().as_bytes())?;
            let sql = "INSERT OR IGNORE INTO meta (name, value) VALUES (?1, ?2)";
            match db.execute(sql, params![format!("site-{name}"), sealed])? {
                0 => Err(Error::Taken { what: "a site" }),
                _ => Ok(()),
            }
        })
        .await?;
        Ok(site)
    }

    /// Every site, by name.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn sites(&self) -> Result<Vec<String>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare("SELECT substr(name, 6) FROM meta WHERE name LIKE 'site-%' ORDER BY name")?;
            Ok(all.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A site's key.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::WrongKey`], [`Error::Database`].
    pub async fn site_key(&self, name: &str) -> Result<EncryptionKey, Error> {
        let name = name.to_owned();
        self.read(move |db, key| {
            let sql = "SELECT value FROM meta WHERE name = ?1";
            let sealed: Option<Vec<u8>> = db.query_row(sql, [format!("site-{name}")], |row| row.get(0)).optional()?;
            let opened = key.open(&place(&name), &sealed.ok_or(Error::Unknown { what: "site" })?)?;
            EncryptionKey::from_text(std::str::from_utf8(&opened).map_err(|_| Error::WrongKey)?)
        })
        .await
    }

    /// Seals what one machine of the centre says to a site's machines, so that they alone can open it, and only at this
    /// place. Twice the same does not look the same.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::WrongKey`], [`Error::System`], [`Error::Database`].
    pub async fn seal_for_site(&self, site: &str, at: &str, secret: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Error> {
        self.site_key(site).await?.seal(&said(at), &secret)
    }

    /// Opens what the centre sealed for this store's site.
    ///
    /// # Errors
    /// [`Error::WrongKey`], also where it was sealed for another site or place; [`Error::Database`].
    pub async fn open_at_site(&self, at: &str, sealed: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let at = said(at);
        self.read(move |_, key| key.open(&at, &sealed)).await
    }

    /// Forgets a site. Its routers belong to the centre then.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_site(&self, name: &str) -> Result<(), Error> {
        let row = format!("site-{name}");
        self.write(move |db, _| match db.execute("DELETE FROM meta WHERE name = ?1", [row])? {
            0 => Err(Error::Unknown { what: "site" }),
            _ => Ok(()),
        })
        .await
    }

    /// What the collectors of a site need to know, as keys and rows: its routers, with their passwords under the site's
    /// key, what is said of their lines, the rules of alerts, what is not recorded. The same on every node.
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::Database`].
    pub async fn site_rows(&self, site: &str, site_key: &EncryptionKey) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let (site, site_key, sites) = (site.to_owned(), site_key.clone(), self.sites().await?);
        self.read(move |db, key| {
            let mut rows = Vec::new();
            let mut own = db.prepare("SELECT id, tags, password FROM routers ORDER BY id")?;
            let found = own.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
            })?;
            let named = |name: &str| AGGREGATES.iter().find(|aggregate| aggregate.name == name);
            let (Some(routers), Some(lines)) = (named("routers"), named("lines")) else { return Ok(rows) };
            for router in found {
                let (id, tags, sealed) = router?;
                if tags.lines().find(|tag| sites.iter().any(|site| site == tag)) != Some(&site) {
                    continue;
                }
                let place = routers::password_place(&id);
                let password = Value::Blob(site_key.seal_alike(&place, &key.open(&place, &sealed)?)?);
                let mut written = capture::rows(db, routers, &[Value::Text(id.clone())])?;
                let columns = written.iter_mut().flat_map(|(_, rows)| rows.iter_mut().flatten());
                columns.filter(|(name, _)| name == "password").for_each(|(_, value)| *value = password.clone());
                rows.push((keys::written(routers, &[Value::Text(id.clone())]), row_bytes::written(&written)));
                let mut names =
                    db.prepare("SELECT interface FROM lines WHERE router = ?1 AND user IS NULL ORDER BY interface")?;
                for name in names.query_map([&id], |row| row.get::<_, String>(0))? {
                    push(db, lines, &[Value::Text(id.clone()), Value::Text(name?), Value::Null], &mut rows)?;
                }
            }
            for aggregate in FOR_ALL.iter().filter_map(|name| named(name)) {
                let Some(table) = aggregate.tables.first() else { continue };
                let columns = table.key.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ");
                let mut all = db.prepare(&format!("SELECT {columns} FROM {} ORDER BY {columns}", table.name))?;
                let read = |row: &rusqlite::Row<'_>| (0..table.key.len()).map(|at| row.get(at)).collect();
                for key in all.query_map([], read)? {
                    let key: Vec<Value> = key?;
                    push(db, aggregate, &key, &mut rows)?;
                }
            }
            Ok(rows)
        })
        .await
    }
}

fn push(
    db: &rusqlite::Connection,
    aggregate: &Aggregate,
    key: &[Value],
    rows: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), Error> {
    if let Some(value) = capture::value(db, aggregate, key)? {
        rows.push((keys::written(aggregate, key), value));
    }
    Ok(())
}

/// No place of what is kept is called so.
fn said(at: &str) -> String {
    format!("said {at}")
}

/// A site's key cannot be moved to another site.
pub(super) fn place(name: &str) -> String {
    format!("site {name} key")
}
