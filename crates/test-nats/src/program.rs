//! The server programs that the tests run against, and where `cargo xtask nats` puts them.

use std::path::PathBuf;

/// A version of the server that is tested against. `xtask/src/nats.rs` has the same list, with the packages' hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// What is recommended.
    V2_12,
    /// The oldest one that Lalin accepts.
    V2_10,
}

impl Version {
    /// Every version, the recommended one first.
    pub const ALL: [Self; 2] = [Self::V2_12, Self::V2_10];

    /// The version as its server says it.
    pub fn number(self) -> &'static str {
        match self {
            Self::V2_12 => "2.12.8",
            Self::V2_10 => "2.10.26",
        }
    }

    /// The program's file.
    pub(crate) fn program(self) -> PathBuf {
        let test = std::env::current_exe().expect("the test's own path");
        // `target/debug/deps/test-...` in whatever target folder the test was built.
        let beside = test.ancestors().map(|folder| folder.to_owned());
        let usual = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target"));
        beside
            .chain([usual])
            .map(|folder| folder.join("tools").join("nats").join(self.number()).join("nats-server"))
            .find(|file| file.is_file())
            .unwrap_or_else(|| panic!("nats-server {} is not installed: run `cargo xtask nats`", self.number()))
    }
}
