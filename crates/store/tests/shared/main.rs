//! The store of a machine alone and the one that several share are one: the same suite over a store whose rows are
//! shared, in memory, and what only several nodes have.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../it/alerting.rs"]
mod alerting;
#[path = "../it/lines.rs"]
mod lines;
mod nodes;
#[path = "../it/recording.rs"]
mod recording;
#[path = "../it/routers.rs"]
mod routers;
mod rows;
#[path = "../it/sessions.rs"]
mod sessions;
mod sites;
#[path = "../it/tokens.rs"]
mod tokens;
#[path = "../it/users.rs"]
mod users;

use lalin_store::{Store, Timestamp};
use zeroize::Zeroizing;

use rows::Common;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// The one node of a cluster.
fn store() -> Store {
    Common::new().node()
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}
