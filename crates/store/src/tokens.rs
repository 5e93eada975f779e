//! What opens something without a login: tokens for programs, links to be shared.

use rusqlite::{OptionalExtension, Row, params};

use crate::last_use::Used;
use crate::{Access, Error, Moment, Store, Ticket};

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// For a program, in the header `Authorization`.
    Api,
    /// For a link or an embedded chart, in the address; it opens one interface.
    Share,
}

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
    pub expires: Option<Moment>,
}

/// A token as it is kept: without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number, by which it is revoked.
    pub id: i64,
    /// Which kind.
    pub kind: TokenKind,
    /// What it is for.
    pub name: String,
    /// What it opens.
    pub access: Access,
    /// Since when.
    pub created: Moment,
    /// Until when; `None` for ever.
    pub expires: Option<Moment>,
    /// When it was last used, to the minute.
    pub used: Option<Moment>,
}

impl Store {
    /// Makes a token. The ticket is shown once and is not kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a link would open more than one interface or change anything, [`Error::System`],
    /// [`Error::Database`].
    pub async fn add_token(&self, token: NewToken, now: Moment) -> Result<(Token, Ticket), Error> {
        token.check()?;
        self.write(move |db, _| {
            let NewToken { kind, name, access, expires } = token;
            let ticket = Ticket::random()?;
            let sql = "INSERT INTO tokens (hash, kind, name, role, grants, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let expiry = expires.map(|moment| moment.0);
            let role = access.role().as_str();
            db.execute(sql, params![ticket.hash(), kind.as_str(), name, role, access.write(), now.0, expiry])?;
            let id = db.last_insert_rowid();
            Ok((Token { id, kind, name, access, created: now, expires, used: None }, ticket))
        })
        .await
    }

    /// Every token, the newest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tokens(&self) -> Result<Vec<Token>, Error> {
        let all = self.read(|db, _| {
            let mut all = db.prepare("SELECT * FROM tokens ORDER BY id DESC")?;
            let tokens = all.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
            Ok(tokens)
        });
        let last_use = |token: Token| Token { used: self.0.last_use.known(Used::Token(token.id), token.used), ..token };
        Ok(all.await?.into_iter().map(last_use).collect())
    }

    /// What a ticket opens, if it has not expired.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn token(&self, ticket: &Ticket, now: Moment) -> Result<Option<Token>, Error> {
        let hash = ticket.hash();
        let found = self
            .read(move |db, _| Ok(db.query_row("SELECT * FROM tokens WHERE hash = ?1", [hash], read).optional()?));
        let Some(mut token) = found.await?.filter(|token| token.expires.is_none_or(|until| now < until)) else {
            return Ok(None);
        };
        let used = Used::Token(token.id);
        token.used = self.0.last_use.known(used, token.used);
        if self.0.last_use.note(used, token.used, now) {
            self.wake_upkeep();
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
        .await
    }
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
        let one_line = matches!(self.access.grants(), Some([grant]) if grant.interface.is_some());
        if self.kind == TokenKind::Share && !one_line {
            return Err(Error::Invalid { field: "access", reason: "a link opens exactly one interface" });
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
    let moment = |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Moment));
    Ok(Token {
        id: row.get("id")?,
        kind: if kind == "api" { TokenKind::Api } else { TokenKind::Share },
        name: row.get("name")?,
        access: Access::read(&role, grants.as_deref()),
        created: Moment(row.get("created")?),
        expires: moment("expires")?,
        used: moment("used")?,
    })
}
