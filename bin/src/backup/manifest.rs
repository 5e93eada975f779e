//! What a backup says of itself, in its last file: that it is whole, of when, and what each of its files is.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::past::FOLDERS;

/// The databases beside the history, each where there is one.
pub(super) const DATABASES: [&str; 2] = ["lalin.db", "alerts.db"];

/// The name of the last file.
pub(super) const NAME: &str = "lalin-backup.json";
/// The form of backups.
pub(super) const FORMAT: u32 = 1;
/// It is read into memory.
pub(super) const LARGEST: u64 = 16 << 20;

/// All that is in it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// The version that made it.
    pub(super) version: String,
    /// When, ms since 1970.
    pub(super) at_ms: u64,
    pub(super) files: Vec<Entry>,
}

/// A file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// Whether a file of this name may be in a backup: these are all, and none leads anywhere else.
pub(super) fn is_known(name: &str) -> bool {
    if DATABASES.contains(&name) {
        return true;
    }
    let Some(rest) = name.split_once('/').filter(|(past, _)| FOLDERS.contains(past)).map(|(_, rest)| rest) else {
        return false;
    };
    if rest == "meta.db" {
        return true;
    }
    let Some((folder, file)) = rest.split_once('/') else { return false };
    let plain = |text: &str| text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.'));
    let fits = match folder {
        "raw" | "m1" | "m5" => file.ends_with(".seg"),
        "journal" => file.ends_with(".journal"),
        _ => false,
    };
    fits && plain(file) && !file.starts_with('.')
}

/// Passes on what it reads, and sums it up.
pub(super) struct Summing<'a> {
    from: &'a mut dyn Read,
    sum: Sha256,
    pub(super) bytes: u64,
}

impl<'a> Summing<'a> {
    pub(super) fn new(from: &'a mut dyn Read) -> Self {
        Self { from, sum: Sha256::new(), bytes: 0 }
    }

    pub(super) fn entry(self, name: &str) -> Entry {
        let sha256 = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Entry { name: name.to_owned(), bytes: self.bytes, sha256 }
    }
}

impl Read for Summing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.sum.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_backup_has_is_taken_out_of_one() {
        for name in ["lalin.db", "alerts.db", "history/meta.db", "history/raw/day-020000.seg"] {
            assert!(is_known(name), "{name}");
        }
        assert!(is_known("history/journal/000000000007-0.journal"));
        assert!(is_known("recorded/meta.db") && is_known("recorded/raw/day-020000.seg"));
        for name in [
            "lalin.key",
            "../lalin.db",
            "history/raw/../../x.seg",
            "history/raw/a/b.seg",
            "history/raw/..seg",
            "/etc/passwd",
            "history/lock",
            "history/raw/x\\y.seg",
            "history/other/x.seg",
            "recorded/lock",
            "recorded/history/meta.db",
            "other/meta.db",
        ] {
            assert!(!is_known(name), "{name}");
        }
    }

    #[test]
    fn the_sum_is_that_of_what_was_read() {
        let mut from = &b"abc"[..];
        let mut summing = Summing::new(&mut from);
        io::copy(&mut summing, &mut io::sink()).unwrap();
        let entry = summing.entry("x");
        assert_eq!(entry.bytes, 3);
        assert_eq!(entry.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
