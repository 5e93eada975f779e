//! How much is kept, what it costs, and how much it will be.

use super::Archive;
use crate::columns::Picked;
use crate::meta::Database;
use crate::segment::{Segment, Tier};
use crate::store::{DAY_MS, View};
use crate::{Error, Estimate, Mix, Settings};

/// What a history takes.
#[derive(Clone, Debug, PartialEq)]
pub struct FolderStats {
    /// Raw, by the minute, by five minutes; those that have files.
    pub tiers: Vec<FolderTier>,
    /// The open hour, not in a file yet.
    pub journal_bytes: u64,
    /// The database with the totals.
    pub database_bytes: u64,
    /// Lines that were ever seen.
    pub lines: u64,
    /// Routers that were ever seen.
    pub routers: u64,
    /// The first hour that has a total.
    pub totals_from_ms: Option<i64>,
    /// What it takes now.
    pub bytes: u64,
    /// What it will take at this rate once each tier is as long as it is kept, in bytes.
    pub estimate_bytes: u64,
}

/// What a tier takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FolderTier {
    /// Which.
    pub tier: Tier,
    /// Its files.
    pub files: u64,
    /// What they take.
    pub bytes: u64,
    /// From when, ms since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// Lines in its newest file.
    pub lines: u64,
    /// Bytes a sample, all counters and the file's own parts included, in its newest file.
    pub bytes_a_sample: f64,
    /// Bytes a day, in its newest files.
    pub bytes_a_day: u64,
}

/// What is kept for ever is counted for ten years.
const FOR_EVER_DAYS: u32 = 3_650;
/// A row of totals in the database.
const TOTALS_ROW: u64 = 45;

impl Archive {
    /// Looks how much there is. The estimate is for what is kept so long.
    pub fn stats(&self, settings: &Settings) -> Result<FolderStats, Error> {
        let retention = &settings.retention;
        let view = self.shared.get();
        let database_bytes = Database::bytes(&self.folder.database());
        let journal_bytes = self.journals.iter().map(|journal| journal.bytes).sum();
        let lines = self.reader.lines(None)?;
        let routers: std::collections::BTreeSet<_> = lines.iter().map(|line| &line.router).collect();
        let (routers, lines) = (routers.len() as u64, lines.len() as u64);
        let tiers = [Tier::Raw, Tier::Minute, Tier::FiveMinutes].into_iter().filter_map(|tier| tier_of(&view, tier));
        let tiers: Vec<FolderTier> = tiers.collect();
        let bytes = tiers.iter().map(|tier| tier.bytes).sum::<u64>() + journal_bytes + database_bytes;
        let days = |days: Option<u32>| u64::from(days.unwrap_or(FOR_EVER_DAYS));
        let busy = tiers.first().map_or(lines, |raw| raw.lines);
        // What has no file yet is reckoned as if every line were a customer's.
        let mix = Mix { customers: u32::try_from(busy).unwrap_or(u32::MAX), ..Mix::default() };
        let reckoned = Estimate::of(&mix, settings.interval, retention);
        let mut estimate_bytes = busy * TOTALS_ROW * (24 * days(retention.hours.days) + 730);
        for (tier, keep, reckoned) in [
            (Tier::Raw, retention.raw, reckoned.raw),
            (Tier::Minute, retention.minute, reckoned.minute),
            (Tier::FiveMinutes, retention.five_minutes, reckoned.five_minutes),
        ] {
            let found = tiers.iter().find(|one| one.tier == tier);
            let whole = found.map_or(reckoned, |tier| tier.bytes_a_day.saturating_mul(days(keep.days) + 1));
            estimate_bytes += keep.bytes.map_or(whole, |most| most.min(whole));
        }
        let totals_from_ms = self.reader.database().first_hour()?;
        Ok(FolderStats {
            tiers,
            journal_bytes,
            database_bytes,
            lines,
            routers,
            totals_from_ms,
            bytes,
            estimate_bytes: estimate_bytes.max(bytes),
        })
    }
}

fn tier_of(view: &View, tier: Tier) -> Option<FolderTier> {
    let segments = view.tier(tier);
    let newest = segments.last()?;
    let (lines, samples) = samples(newest);
    let from_ms = segments.iter().filter_map(|segment| first(segment)).min()?;
    let to_ms = segments.iter().filter_map(|segment| last(segment)).max()?;
    let bytes = segments.iter().map(|segment| segment.bytes).sum();
    // The newest days say more of tomorrow than those of last year.
    let recent = segments.iter().rev().take(25);
    let (mut recent_bytes, mut recent_ms) = (0, 0);
    for segment in recent {
        recent_bytes += segment.bytes;
        recent_ms += length(segment);
    }
    let a_day = u128::from(recent_bytes) * DAY_MS as u128;
    Some(FolderTier {
        tier,
        files: segments.len() as u64,
        bytes,
        from_ms,
        to_ms,
        lines,
        bytes_a_sample: newest.bytes as f64 / samples.max(1) as f64,
        bytes_a_day: a_day.checked_div(recent_ms.max(60_000) as u128).map_or(0, |bytes| bytes as u64),
    })
}

/// When a segment's data begin: of the coarser tiers a day at a time is put in.
fn first(segment: &Segment) -> Option<i64> {
    if segment.header.tier == Tier::Raw {
        return Some(segment.range()?.0);
    }
    Some(segment.header.from_ms + i64::from(segment.header.days.trailing_zeros()) * DAY_MS)
}

fn last(segment: &Segment) -> Option<i64> {
    if segment.header.tier == Tier::Raw {
        return Some(segment.range()?.1);
    }
    Some(segment.header.from_ms + i64::from(u32::BITS - segment.header.days.leading_zeros()) * DAY_MS)
}

/// How much time a segment covers.
fn length(segment: &Segment) -> i64 {
    if segment.header.tier == Tier::Raw {
        return segment.range().map_or(0, |(from, to)| to - from);
    }
    i64::from(segment.header.days.count_ones()) * DAY_MS
}

/// The lines and the samples of a segment. Only where its stretches are is decoded.
fn samples(segment: &Segment) -> (u64, u64) {
    let entries = segment.entries().unwrap_or_default();
    let lines: std::collections::HashSet<u32> = entries.iter().map(|entry| entry.line).collect();
    let each = entries.iter().filter_map(|entry| segment.columns(entry, Picked(0)).ok());
    (lines.len() as u64, each.map(|chunk| chunk.runs.samples() as u64).sum())
}
