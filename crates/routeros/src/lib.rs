//! The RouterOS API: the wire protocol and its client. It knows nothing of traffic or statistics.
//!
#![doc = include_str!("../README.md")]
//!
//! # Code map
//!
//! `codec` turns bytes into sentences and back, `session` holds the protocol's state (both without I/O), `driver` is the
//! task that owns a connection, `client` is what callers hold.

mod client;
mod codec;
mod command;
mod driver;
mod error;
mod login;
mod options;
mod sentence;
mod session;
mod value;

pub use client::{Client, Reply, Rows};
pub use codec::{Codec, Limits};
pub use command::Command;
pub use error::{Error, Phase, ProtocolError, Trap};
pub use options::{Credentials, LoginMode, Options};
pub use sentence::Sentence;
pub use value::Value;
