//! The people who may come in.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use zeroize::Zeroizing;

use crate::password_stamp::stamp;
use crate::principals::User;
use crate::{Access, Error, PasswordStamp, Role, Store, Timestamp, UserId, password};

const COLUMNS: &str = "users.id, users.name, users.role, users.grants, users.created";

impl Store {
    /// Everybody, by name.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare(&format!("SELECT {COLUMNS} FROM users ORDER BY name COLLATE NOCASE"))?;
            let users = all.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(users)
        })
        .await
    }

    /// The user of this name, however it is written.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn user_named(&self, name: &str) -> Result<Option<User>, Error> {
        let name = name.trim().to_owned();
        self.read(move |db, _| {
            let Some(id) = id_of(db, &name)? else { return Ok(None) };
            let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
            Ok(db.query_row(&sql, [id], read).optional()?)
        })
        .await
    }

    /// Whether there is an administrator yet.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn has_administrator(&self) -> Result<bool, Error> {
        let revision = self.known_revision().await;
        if let Some(known) = self.0.known.administrator(revision) {
            return Ok(known);
        }
        let found = self.read(|db, _| Ok(administrators(db)? > 0)).await?;
        self.0.known.keep_administrator(revision, found);
        Ok(found)
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`Error::Taken`], [`Error::Invalid`], [`Error::Database`].
    pub async fn add_user(
        &self,
        name: &str,
        password: Zeroizing<String>,
        access: Access,
        now: Timestamp,
    ) -> Result<User, Error> {
        let name = checked(name)?;
        access.check()?;
        let hash = password::hash(password).await?;
        let added = self.write(move |db, _| add(db, &name, &hash, &access, now)).await?;
        self.access_changed();
        Ok(added)
    }

    /// Adds the first administrator: nothing happens when there is one already.
    ///
    /// # Errors
    /// As [`Store::add_user`], and [`Error::Taken`] when there is an administrator.
    pub async fn add_first_administrator(
        &self,
        name: &str,
        password: Zeroizing<String>,
        now: Timestamp,
    ) -> Result<User, Error> {
        let name = checked(name)?;
        let hash = password::hash(password).await?;
        let done = self
            .write(move |db, _| {
                // In one transaction with the adding: of two who come at once, one is too late.
                if administrators(db)? > 0 {
                    return Err(Error::Taken { what: "an administrator" });
                }
                add(db, &name, &hash, &Access::administrator(), now)
            })
            .await?;
        self.access_changed();
        Ok(done)
    }

    /// Whose name it is, and the stamp of the password: another one after every change of it, by whomever.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn account(&self, name: &str) -> Result<Option<(UserId, PasswordStamp)>, Error> {
        let name = name.trim().to_owned();
        self.read(move |db, _| {
            let found = db.query_row("SELECT id, password FROM users WHERE name = ?1", [&name], |row| {
                Ok((UserId(row.get("id")?), stamp(&row.get::<_, String>("password")?)))
            });
            Ok(found.optional()?)
        })
        .await
    }

    /// The user whose name and password these are. It takes as long for a name that does not exist.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn verify(&self, name: &str, password: Zeroizing<String>) -> Result<Option<User>, Error> {
        let name = name.trim().to_owned();
        let found = self.read(move |db, _| {
            let Some(id) = id_of(db, &name)? else { return Ok(None) };
            let sql = format!("SELECT {COLUMNS}, users.password FROM users WHERE id = ?1");
            let found = db.query_row(&sql, [id], |row| Ok((read(row)?, row.get::<_, String>("password")?)));
            Ok(found.optional()?)
        });
        let (user, hash) = found.await?.unzip();
        let fits = password::fits(password, hash).await?;
        Ok(user.filter(|_| fits))
    }

    /// Changes a password; every session of the user ends.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Invalid`], [`Error::Database`].
    pub async fn set_password(&self, id: UserId, password: Zeroizing<String>) -> Result<(), Error> {
        let hash = password::hash(password).await?;
        self.write(move |db, _| {
            if db.execute("UPDATE users SET password = ?2 WHERE id = ?1", params![id.0, hash])? == 0 {
                return Err(Error::Unknown { what: "user" });
            }
            db.execute("DELETE FROM sessions WHERE user = ?1", [id.0])?;
            Ok(())
        })
        .await?;
        self.access_changed();
        Ok(())
    }

    /// Changes what a user may see and do.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::LastAdministrator`], [`Error::Invalid`], [`Error::Database`].
    pub async fn set_access(&self, id: UserId, access: Access) -> Result<(), Error> {
        access.check()?;
        self.write(move |db, _| {
            let sql = "UPDATE users SET role = ?2, grants = ?3 WHERE id = ?1";
            if db.execute(sql, params![id.0, access.role().as_str(), access.write()])? == 0 {
                return Err(Error::Unknown { what: "user" });
            }
            still_administered(db)
        })
        .await?;
        self.access_changed();
        Ok(())
    }

    /// Removes a user, with the sessions, and with the tokens and links that the user made.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::LastAdministrator`], [`Error::Database`].
    pub async fn remove_user(&self, id: UserId) -> Result<(), Error> {
        self.write(move |db, _| {
            if db.execute("DELETE FROM users WHERE id = ?1", [id.0])? == 0 {
                return Err(Error::Unknown { what: "user" });
            }
            still_administered(db)
        })
        .await?;
        self.access_changed();
        Ok(())
    }
}

fn add(db: &Transaction<'_>, name: &str, hash: &str, access: &Access, now: Timestamp) -> Result<User, Error> {
    if id_of(db, name)?.is_some() {
        return Err(Error::Taken { what: "a user" });
    }
    let sql = "INSERT INTO users (name, password, role, grants, created) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.execute(sql, params![name, hash, access.role().as_str(), access.write(), now.0])?;
    Ok(User { id: UserId(db.last_insert_rowid()), name: name.to_owned(), access: access.clone(), created: now })
}

/// Whose name this is: capital and small letters do not differ, in any script, which the database only knows of ASCII.
fn id_of(db: &Transaction<'_>, name: &str) -> Result<Option<i64>, Error> {
    let folded = name.to_lowercase();
    let mut names = db.prepare("SELECT id, name FROM users")?;
    let names = names.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let exact = names.iter().find(|(_, known)| known == name);
    Ok(exact.or_else(|| names.iter().find(|(_, known)| known.to_lowercase() == folded)).map(|(id, _)| *id))
}

pub(crate) fn administrators(db: &Transaction<'_>) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM users WHERE role = ?1";
    Ok(db.query_row(sql, [Role::Administrator.as_str()], |row| row.get(0))?)
}

/// The error takes back what was done.
fn still_administered(db: &Transaction<'_>) -> Result<(), Error> {
    if administrators(db)? == 0 { Err(Error::LastAdministrator) } else { Ok(()) }
}

/// Reads a user from a row that has the columns of one.
pub(crate) fn read(row: &Row<'_>) -> Result<User, rusqlite::Error> {
    let role: String = row.get("role")?;
    let grants: Option<String> = row.get("grants")?;
    Ok(User {
        id: UserId(row.get("id")?),
        name: row.get("name")?,
        access: Access::read(&role, grants.as_deref()),
        created: Timestamp(row.get("created")?),
    })
}

fn checked(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(Error::Invalid { field: "name", reason: "1 to 64 characters, none of them a control character" });
    }
    Ok(name.to_owned())
}
