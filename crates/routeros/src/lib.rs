//! A client of the RouterOS API: the wire protocol, and a connection that runs any number of commands.
//!
#![doc = include_str!("../README.md")]
//!
//! # Code map
//!
//! `codec` turns bytes into sentences and commands into bytes, `session` decides what sentences mean, whose they are and
//! when a command has ended; neither knows I/O. `client` is the task around both that reads and writes, and what callers
//! hold of it; `reconnect` is a client that opens its connections by itself. This crate knows nothing of menus, traffic
//! or statistics.

#![warn(missing_docs, clippy::missing_errors_doc)]

mod client;
mod codec;
mod command;
mod error;
mod options;
mod reconnect;
mod sentence;
mod session;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "serde")]
mod typed;
mod value;

pub use client::{Client, Reply, Rows, connect_tcp};
pub use codec::{Codec, Limits};
pub use command::{Command, Query};
pub use error::{Category, Error, Phase, ProtocolError, Trap};
pub use options::{Credentials, LoginMode, Options};
pub use reconnect::{ConnectLimit, ConnectionState, ConnectionStates, ReconnectPolicy, ReconnectingClient};
pub use sentence::Sentence;
#[cfg(feature = "tls")]
pub use tls::{Fingerprint, Tls};
#[cfg(feature = "serde")]
pub use typed::RowError;
pub use value::{CodePage, Value};
