//! The MikroTik RouterOS API.
#![warn(missing_docs)]
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
