//! A client of the RouterOS API: the wire protocol, and a connection that runs any number of commands.
//!
#![doc = include_str!("../README.md")]
//!
//! # Design
//!
//! The protocol's state is kept apart from I/O: bytes go in and events come out, so that every order in which replies
//! may come is a plain test, and any transport will do. One task owns each connection, and callers send it their
//! commands. A mutex around the socket was the alternative; there a caller who is dropped in the middle of a reply
//! leaves a broken stream behind, and a slow consumer holds up everybody. A sentence is one slice of the received
//! bytes in which words are found by walking: a map of strings for each row would be easier to look into, and cost an
//! allocation for every word of a reply of which most words are read once.
//!
//! # Code map, in the order in which files need each other
//!
//! `value` and `sentence` read what a router sent; `codec` turns bytes into sentences and commands into bytes; `error`
//! says what can go wrong; `tls` secures a connection. `session` decides what sentences mean, whose they are and when
//! a command has ended, without I/O. `client` is the task around both and what callers hold of it; `reconnect` is a
//! client that opens its connection by itself; `typed` reads rows as a caller's types. This crate knows nothing of
//! menus, traffic or statistics.

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
