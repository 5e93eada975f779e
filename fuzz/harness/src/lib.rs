//! What the fuzz targets do with their bytes: one function each, which panics where a promise of `routeros`, or of the reader of
//! neighbour discovery, is broken.
//!
//! Each also runs on the stable toolchain, so the corpus is replayed by `cargo test`. Running targets, and finding
//! inputs, is `cargo xtask fuzz`.
//!
//! # Code map
//!
//! `reference` reads the protocol a second time, as simply as can be; `codec`, `values` and `typed` compare with it what
//! the crate reads. `world` is the runtime with its paused clock; `login` and `client` play a router in it.

mod client;
mod codec;
mod corpus;
mod login;
mod mndp;
mod reference;
mod typed;
mod values;
mod world;

pub use client::client;
pub use codec::codec;
pub use corpus::{Input, inputs};
pub use login::login;
pub use mndp::mndp;
pub use typed::typed;
pub use values::values;

/// A target: what becomes of its bytes.
pub type Target = fn(&[u8]);

/// Every target with its name, which is its folder in the corpus, too.
pub const TARGETS: &[(&str, Target)] =
    &[("codec", codec), ("values", values), ("typed", typed), ("login", login), ("client", client), ("mndp", mndp)];
