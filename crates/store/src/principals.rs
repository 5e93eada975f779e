//! Who comes in: a user, a session of one, a token. How they are kept is in the file of each.

use crate::access::Access;
use crate::password_stamp::UserId;
use crate::timestamp::Timestamp;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The number.
    pub id: UserId,
    /// The name; capital and small letters do not differ.
    pub name: String,
    /// What he may see and do.
    pub access: Access,
    /// Since when.
    pub created: Timestamp,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: User,
    /// Since when.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// For a program, in the header `Authorization`.
    Api,
    /// For a link or an embedded chart, in the address; it opens one line or a few.
    Share,
}

/// Who made a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    /// The number.
    pub id: UserId,
    /// The name.
    pub name: String,
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
    /// What it opens: no more than its maker may see and do now.
    pub access: Access,
    /// Who made it; `None` where that is not known.
    pub maker: Option<Maker>,
    /// Since when.
    pub created: Timestamp,
    /// Until when; `None` for ever.
    pub expires: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used: Option<Timestamp>,
}
