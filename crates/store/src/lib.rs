//! What Lalin remembers: routers, users, sessions, tokens, share links, and who changed what.
//!
//! One SQLite file in the data directory. Router passwords are encrypted in it (XChaCha20-Poly1305), the passwords of
//! users are hashed (Argon2id), and of session cookies, tokens and links only hashes are kept: the file alone gives
//! access to nothing. HTTP, cookies and who may call what are `lalin-http`'s; the traffic itself is not stored here.
//!
//! A call that reads never writes and never waits for one that does, so a full, locked or read-only disk stops changes
//! only. Keeping "last used" in the same transaction as the look-up would be simpler, and was not taken for that reason.
//! Every call runs on tokio's blocking threads and takes the time as an argument, so that tests can choose it.
//!
//! | file | it holds |
//! | --- | --- |
//! | `data_dir`, `files` | the directory: lock, key and database, first starts, rights |
//! | `store`, `database`, `schema` | the file, how calls reach it, its migrations |
//! | `background_writer`, `last_use`, `memory_sessions` | what is written in the background, or could not be written yet |
//! | `encryption_key`, `secret_token`, `password`, `password_stamp` | encryption at rest; random secrets kept as hashes; hashed passwords |
//! | `copies` | a database as a file that is copied and put back |
//! | `access` | what somebody may see and do; pure |
//! | `known_access` | what was looked up of sessions and tokens, for the next request |
//! | `credentials` | whether a credential still opens something: for streams that stay open |
//! | `principals` | a user, a session, a token, as they are known |
//! | `devices` | from where somebody logged in before |
//! | `routers`, `users`, `sessions`, `tokens`, `audit_log`, `lines`, `layouts`, `embed_origins`, `recording` | one table each |
//! | `told` | the entry about a change, on its way to where the change is committed |
//! | `audit_entries` | entries of the audit log, in the table and between nodes |
//! | `alerting` | rules, channels and maintenance of alerts |
//! | `shared` | the state that the nodes of a cluster have in common: each has a copy |
//! | `timestamp` | a point in real time, as it is kept |

mod access;
mod alerting;
mod audit_entries;
mod audit_log;
mod background_writer;
mod copies;
mod credentials;
mod data_dir;
mod database;
mod devices;
mod embed_origins;
mod encryption_key;
mod error;
mod files;
mod known_access;
mod last_use;
mod layouts;
mod lines;
mod memory_sessions;
mod password;
mod password_stamp;
mod principals;
mod recording;
mod routers;
mod schema;
mod secret_token;
mod sessions;
mod shared;
mod store;
mod timestamp;
mod tokens;
mod told;
mod users;

pub use access::{Access, Grant, Role};
pub use alerting::{StoredAlertChannel, StoredAlertRule, StoredMaintenance};
pub use audit_entries::{Actor, AuditEntry, AuditEvent};
pub use copies::{check_database, copy_database};
pub use credentials::{Credential, CredentialState, EndReason};
pub use data_dir::ServerLock;
pub use devices::DeviceId;
pub use encryption_key::EncryptionKey;
pub use error::Error;
pub use layouts::{Layout, LayoutForm, Tile, TileLine};
pub use lines::{LineChange, LineScope, LineSettings, StoredLine};
pub use password_stamp::{PasswordStamp, UserId};
pub use principals::{Maker, Session, Token, TokenKind, User};
pub use recording::{RecordingChange, RecordingChoice};
pub use routers::{StoredRouter, UnreadableRouter};
pub use secret_token::SecretToken;
pub use sessions::{SESSION_IDLE, SESSION_LIFE};
pub use shared::{Copied, Refused, RowChange, STATE_OLD, SharedChanges, SharedKind, SharedPart, SharedRow, SharedRows};
pub use store::Store;
pub use timestamp::Timestamp;
pub use tokens::NewToken;
