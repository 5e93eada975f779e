//! One connection of a client, from its bytes to commands and back.

pub(crate) mod codec;
pub(crate) mod connection;
mod login;
mod serve;
#[cfg(feature = "tls")]
mod tls;
mod writer;

pub(crate) use serve::serve;
#[cfg(feature = "tls")]
pub use tls::TlsIdentity;
pub(crate) use writer::{BATCH, Disconnected, ReplySender};
