//! What Lalin remembers: routers, users, sessions, tokens, share links, and who changed what.
//!
//! One SQLite file in the data directory. Router passwords are encrypted in it (XChaCha20-Poly1305), the passwords of
//! users are hashed (Argon2id), and of session cookies, tokens and links only hashes are kept: whoever gets the file
//! alone gets into nothing. Deliberately not here: HTTP, cookies, who may call what (that is `lalin-http`), and the
//! traffic itself (that is history).
//!
//! What only reads never writes and waits for nobody who does: a full, locked or read-only disk stops changes alone.
//! Every call runs on tokio's blocking threads and takes the time as an argument, so that tests can choose it.
//!
//! | file | it holds |
//! | --- | --- |
//! | `data_dir` | the directory: lock, key and database, first starts, rights |
//! | `store`, `database`, `schema` | the file, how calls reach it, its migrations |
//! | `upkeep`, `last_use`, `memory_sessions` | what is written in the background, or could not be written yet |
//! | `key`, `ticket`, `password` | encryption at rest; random secrets kept as hashes; hashed passwords |
//! | `access` | what somebody may see and do; pure |
//! | `standing` | what became of what was let in: for streams that stay open |
//! | `devices` | from where somebody logged in before |
//! | `routers`, `users`, `sessions`, `tokens`, `audit` | one table each |

mod access;
mod audit;
mod data_dir;
mod database;
mod devices;
mod error;
mod key;
mod last_use;
mod memory_sessions;
mod moment;
mod password;
mod routers;
mod schema;
mod sessions;
mod standing;
mod store;
mod ticket;
mod tokens;
mod upkeep;
mod users;

pub use access::{Access, Grant, Role};
pub use audit::{Actor, Entry, Recorded};
pub use data_dir::ServerLock;
pub use devices::DeviceId;
pub use error::Error;
pub use key::Key;
pub use moment::Moment;
pub use routers::{NewRouter, StoredRouter};
pub use sessions::{SESSION_IDLE, SESSION_LIFE, Session};
pub use standing::{Credential, Over, Standing};
pub use store::Store;
pub use ticket::Ticket;
pub use tokens::{Maker, NewToken, Token, TokenKind};
pub use users::{PasswordStamp, User, UserId};
