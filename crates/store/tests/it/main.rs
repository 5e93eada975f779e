//! What is remembered, through the public API.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod alerting;
mod file;
mod folder;
mod lines;
mod recording;
mod routers;
mod sessions;
mod tokens;
#[cfg(target_os = "linux")]
mod unwritable;
mod users;

use lalin_store::{EncryptionKey, Store, Timestamp};
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn store() -> Store {
    Store::in_memory(EncryptionKey::random().unwrap()).unwrap()
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}
