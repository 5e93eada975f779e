//! What is where, and what it is called.

use std::path::{Path, PathBuf};

use crate::segment::Tier;

/// The history's folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

pub(crate) const DAY_MS: i64 = 86_400_000;
pub(crate) const HOUR_MS: i64 = 3_600_000;

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("meta.db")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    pub(crate) fn aside(&self) -> PathBuf {
        self.0.join("aside")
    }

    pub(crate) fn tier(&self, tier: Tier) -> PathBuf {
        self.0.join(match tier {
            Tier::Raw => "raw",
            Tier::Minute => "m1",
            _ => "m5",
        })
    }

    pub(crate) fn all(&self) -> [PathBuf; 6] {
        let tiers = [Tier::Raw, Tier::Minute, Tier::FiveMinutes].map(|tier| self.tier(tier));
        let [raw, minute, five] = tiers;
        [self.0.clone(), raw, minute, five, self.journal(), self.aside()]
    }

    /// An hour's segment, by its number.
    pub(crate) fn hour(&self, number: u64) -> PathBuf {
        self.tier(Tier::Raw).join(format!("hour-{number:012}.seg"))
    }

    /// A longer one, by where it begins.
    pub(crate) fn period(&self, tier: Tier, from_ms: i64) -> PathBuf {
        let name = if tier == Tier::Raw { "day" } else { "period" };
        self.tier(tier).join(format!("{name}-{:06}.seg", from_ms.div_euclid(DAY_MS)))
    }
}

/// Whether a segment is one of a whole day.
pub(crate) fn is_day(from_ms: i64, to_ms: i64) -> bool {
    to_ms - from_ms == DAY_MS
}
