//! What opens something without a login: tokens for programs, links to be shared.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::last_use::Used;
use crate::principals::{Maker, Token, TokenKind};
use crate::{Access, Error, SecretToken, Store, Timestamp, UserId};

/// The most lines that a link opens.
const MOST_LINES: usize = 8;

/// A token as somebody makes it.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Which kind.
    pub kind: TokenKind,
    /// What it is for.
    pub name: String,
    /// What it opens.
    pub access: Access,
    /// Until when; `None` for ever.
    pub expires: Option<Timestamp>,
    /// Who makes it: it ends with the user, and opens no more than the user may see. `None` only for what was made
    /// before this was known.
    pub maker: Option<UserId>,
}

impl Store {
    /// Makes a token. The secret token is shown once and is not kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a link would open more than eight interfaces, a whole router, or change anything, [`Error::System`],
    /// [`Error::Database`].
    pub async fn add_token(&self, token: NewToken, now: Timestamp) -> Result<(Token, SecretToken), Error> {
        token.check()?;
        self.write(move |db, _| {
            let NewToken { kind, name, access, expires, maker } = token;
            let secret = SecretToken::random()?;
            let sql = "INSERT INTO tokens (hash, kind, name, role, grants, created, expires, maker)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let expiry = expires.map(|at| at.0);
            let role = access.role().as_str();
            let maker = maker.map(|maker| maker.0);
            db.execute(sql, params![secret.hash(), kind.as_str(), name, role, access.write(), now.0, expiry, maker])?;
            Ok((by_id(db, db.last_insert_rowid())?, secret))
        })
        .await
    }

    /// Every token, the newest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tokens(&self) -> Result<Vec<Token>, Error> {
        let all = self.read(|db, _| {
            let mut all = db.prepare(&format!("{SELECT} ORDER BY tokens.id DESC"))?;
            let tokens = all.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
            Ok(tokens)
        });
        let last_use = |token: Token| Token { used: self.0.last_use.known(Used::Token(token.id), token.used), ..token };
        Ok(all.await?.into_iter().map(last_use).collect())
    }

    /// What a secret token opens, if it has not expired.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn token(&self, secret: &SecretToken, now: Timestamp) -> Result<Option<Token>, Error> {
        let hash = secret.hash();
        let revision = self.known_revision().await;
        let found = match self.0.known.tokens.get(&hash, revision) {
            Some(known) => Some(known),
            None => {
                let look = || {
                    let select = format!("{SELECT} WHERE hash = ?1");
                    self.read(move |db, _| Ok(db.query_row(&select, [hash], read).optional()?))
                };
                let found = match look().await? {
                    // Made at another node a moment ago.
                    None if self.caught_up().await => look().await?,
                    found => found,
                };
                found.inspect(|token| self.0.known.tokens.keep(hash, revision, token))
            }
        };
        let Some(mut token) = found.filter(|token| token.expires.is_none_or(|until| now < until)) else {
            return Ok(None);
        };
        let used = Used::Token(token.id);
        token.used = self.0.last_use.known(used, token.used);
        if self.0.last_use.note(used, token.used, now) {
            self.wake_background_writer();
        }
        Ok(Some(token))
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Database`].
    pub async fn remove_token(&self, id: i64) -> Result<(), Error> {
        self.write(move |db, _| match db.execute("DELETE FROM tokens WHERE id = ?1", [id])? {
            0 => Err(Error::Unknown { what: "token" }),
            _ => Ok(()),
        })
        .await?;
        self.access_changed();
        Ok(())
    }
}

/// A token with who made it, and what the maker may see and do.
const SELECT: &str = "SELECT tokens.*, users.name AS maker_name, users.role AS maker_role, users.grants AS maker_grants
                      FROM tokens LEFT JOIN users ON users.id = tokens.maker";

/// A token by its number.
pub(crate) fn by_id(db: &Transaction<'_>, id: i64) -> Result<Token, rusqlite::Error> {
    db.query_row(&format!("{SELECT} WHERE tokens.id = ?1"), [id], read)
}

impl NewToken {
    fn check(&self) -> Result<(), Error> {
        self.access.check()?;
        if self.name.chars().count() > 128 || self.name.chars().any(char::is_control) {
            return Err(Error::Invalid {
                field: "name",
                reason: "at most 128 characters, none of them a control character",
            });
        }
        let lines = self.access.grants().unwrap_or_default();
        let a_few = (1..=MOST_LINES).contains(&lines.len()) && lines.iter().all(|grant| grant.interface.is_some());
        if self.kind == TokenKind::Share && !a_few {
            return Err(Error::Invalid { field: "lines", reason: "a link opens 1 to 8 interfaces" });
        }
        Ok(())
    }
}

impl TokenKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Share => "share",
        }
    }
}

fn read(row: &Row<'_>) -> Result<Token, rusqlite::Error> {
    let (kind, role): (String, String) = (row.get("kind")?, row.get("role")?);
    let grants: Option<String> = row.get("grants")?;
    let mut access = Access::read(&role, grants.as_deref());
    let maker = match row.get::<_, Option<i64>>("maker")? {
        None => None,
        Some(id) => {
            let (role, grants): (String, Option<String>) = (row.get("maker_role")?, row.get("maker_grants")?);
            access = access.within(&Access::read(&role, grants.as_deref()));
            Some(Maker { id: UserId(id), name: row.get("maker_name")? })
        }
    };
    let timestamp = |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp));
    Ok(Token {
        id: row.get("id")?,
        kind: if kind == "api" { TokenKind::Api } else { TokenKind::Share },
        name: row.get("name")?,
        access,
        maker,
        created: Timestamp(row.get("created")?),
        expires: timestamp("expires")?,
        used: timestamp("used")?,
    })
}
