//! Whether a credential still opens something: a stream outlives the request that opened it, and must not outlive the
//! right to it.
//!
//! Whoever holds streams open asks again when something changed: [`Store::access_changes`] announces this process's own
//! changes at once, [`Store::changed_elsewhere`] notices those of another process (`lalin user remove` beside the server)
//! by SQLite's `data_version`, which costs next to nothing. Then [`Store::credential_states`] looks all of them up in one
//! transaction. The alternative, a look-up for each viewer and heartbeat, was too expensive.

use std::fmt;

use crate::last_use::Used;
use crate::memory_sessions::Change;
use crate::password_stamp::stamp_of;
use crate::sessions::{of_file, of_memory};
use crate::users::administrators;
use crate::{Access, Error, SecretToken, Session, Store, Timestamp, Token, UserId, tokens};
use rusqlite::OptionalExtension;

/// What somebody was authenticated by. It holds no secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Credential(Kind);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    Session([u8; 32], UserId),
    Token(i64),
    NoAccounts,
}

/// Whether a credential is still valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialState {
    /// It gives this access, until this time if nothing changes; `None` has no end.
    Valid(Access, Option<Timestamp>),
    /// It gives no access any more.
    Ended(EndReason),
}

/// Why a credential gives no access any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The session was ended: by a logout, by a new password.
    LoggedOut,
    /// The session was not used for too long, or is too old.
    SessionExpired,
    /// The user is gone.
    UserRemoved,
    /// The token or link was revoked, or whoever made it is gone.
    Revoked,
    /// The token's or link's time is over.
    Expired,
    /// Somebody has an account now, so that everybody needs one.
    AccountNeeded,
}

impl Credential {
    /// A session.
    pub fn session(secret: &SecretToken, user: UserId) -> Self {
        Self(Kind::Session(secret.hash(), user))
    }

    /// A token or link.
    pub fn token(token: &Token) -> Self {
        Self(Kind::Token(token.id))
    }

    /// No credential, on a server where nobody has an account yet.
    pub fn no_accounts() -> Self {
        Self(Kind::NoAccounts)
    }
}

impl Store {
    /// Whether each of these is still valid, in their order. Watching counts as using the session or token.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn credential_states(
        &self,
        credentials: Vec<Credential>,
        now: Timestamp,
    ) -> Result<Vec<CredentialState>, Error> {
        let store = self.0.clone();
        let states = self.read(move |db, _| {
            let one = |Credential(kind): &Credential| match kind {
                Kind::Session(hash, user) => {
                    let session = match store.sessions.get(hash) {
                        Some(Change::Ended) => None,
                        Some(Change::Begun(begun)) => of_memory(db, begun)?,
                        None => of_file(db, hash)?,
                    };
                    let Some(mut session) = session else {
                        let gone = stamp_of(db, *user)?.is_none();
                        return Ok(CredentialState::Ended(if gone {
                            EndReason::UserRemoved
                        } else {
                            EndReason::LoggedOut
                        }));
                    };
                    let used = Used::Session(*hash);
                    session.seen = store.last_use.known(used, Some(session.seen)).unwrap_or(session.seen);
                    if session.over(now) {
                        return Ok(CredentialState::Ended(EndReason::SessionExpired));
                    }
                    store.last_use.note(used, Some(session.seen), now);
                    Ok(of_session(session))
                }
                Kind::Token(id) => {
                    let found = tokens::by_id(db, *id).optional()?;
                    Ok(match found {
                        None => CredentialState::Ended(EndReason::Revoked),
                        Some(token) if token.expires.is_some_and(|until| now >= until) => {
                            CredentialState::Ended(EndReason::Expired)
                        }
                        Some(token) => {
                            let used = Used::Token(token.id);
                            store.last_use.note(used, store.last_use.known(used, token.used), now);
                            CredentialState::Valid(token.access, token.expires)
                        }
                    })
                }
                Kind::NoAccounts if administrators(db)? > 0 => Ok(CredentialState::Ended(EndReason::AccountNeeded)),
                Kind::NoAccounts => Ok(CredentialState::Valid(Access::administrator(), None)),
            };
            credentials.iter().map(one).collect::<Result<Vec<_>, Error>>()
        });
        let states = states.await?;
        self.wake_background_writer();
        Ok(states)
    }
}

fn of_session(session: Session) -> CredentialState {
    let until = session.until();
    CredentialState::Valid(session.user.access, Some(until))
}

impl EndReason {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged-out",
            Self::SessionExpired => "session-expired",
            Self::UserRemoved => "user-removed",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::AccountNeeded => "account-needed",
        }
    }
}

/// Shows no hash.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Session(_, user) => write!(f, "Session({user:?}, ..)"),
            Kind::Token(id) => write!(f, "Token({id})"),
            Kind::NoAccounts => f.write_str("NoAccounts"),
        }
    }
}
