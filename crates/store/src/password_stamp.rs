//! A user's number, and which password the user has now, without telling anything of it: a session that could not be
//! written yet ends when the stamp is another one.

use rusqlite::{OptionalExtension, Transaction};
use sha2::{Digest, Sha256};

use crate::Error;

/// A user's number. It is never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

/// Identifies the password that a user has now; a new password has another stamp. It reveals nothing of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PasswordStamp([u8; 16]);

/// The stamp of a user's password; `None` when there is no such user.
pub(crate) fn stamp_of(db: &Transaction<'_>, id: UserId) -> Result<Option<PasswordStamp>, Error> {
    let hash = db.query_row("SELECT password FROM users WHERE id = ?1", [id.0], |row| row.get::<_, String>(0));
    Ok(hash.optional()?.map(|hash| stamp(&hash)))
}

/// The stamp of a password hash; each hash has a salt of its own.
pub(crate) fn stamp(hash: &str) -> PasswordStamp {
    let mut stamp = [0; 16];
    stamp.copy_from_slice(&Sha256::digest(hash.as_bytes())[..16]);
    PasswordStamp(stamp)
}
