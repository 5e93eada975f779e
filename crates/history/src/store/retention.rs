//! How long each tier is kept, by age and by size.

use std::sync::Arc;

use super::engine::Engine;
use super::folder::{DAY_MS, is_day};
use crate::Error;
use crate::meta::{RAW_FROM, TODAY};
use crate::segment::{Segment, Tier};
use crate::settings::Keep;

impl Engine {
    /// Takes away what is too old or too much.
    pub(crate) fn retain(&mut self) -> Result<(), Error> {
        let now_ms = self.today.ms;
        self.database.set_state(TODAY, &now_ms.to_string())?;
        let retention = self.settings.retention;
        for (tier, keep) in
            [(Tier::Raw, retention.raw), (Tier::Minute, retention.minute), (Tier::FiveMinutes, retention.five_minutes)]
        {
            let view = self.shared.get();
            let segments = view.tier(tier);
            let old = doomed(segments, keep, now_ms);
            if tier == Tier::Raw
                && let Some(until) = old.iter().map(|segment| segment.header.to_ms).max()
                && until > self.database.number(RAW_FROM)?
            {
                // Before the files go: from then on those hours cannot be computed again.
                self.database.set_state(RAW_FROM, &until.to_string())?;
            }
            for segment in &old {
                self.shared.change(|view| view.drop_segment(segment));
                self.disk.remove(&segment.path).map_err(Error::file(&segment.path))?;
            }
        }
        if let Some(days) = retention.hours.days {
            let before = now_ms - i64::from(days) * DAY_MS;
            self.database.forget_hours(before)?;
            self.database.forget_events(before)?;
        }
        self.measure();
        Ok(())
    }

    /// Looks how much there is.
    pub(crate) fn measure(&self) {
        let view = self.shared.get();
        let tiers = [Tier::Raw, Tier::Minute, Tier::FiveMinutes];
        let segments: u64 = tiers.iter().flat_map(|tier| view.tier(*tier)).map(|segment| segment.bytes).sum();
        let journal = self.journal.as_ref().map_or(0, crate::journal::Journal::length);
        self.status.lock().bytes = segments + journal + crate::meta::Database::bytes(&self.folder.database());
    }
}

/// Those that are too old, and the oldest of those that are too many. The newest one stays.
fn doomed(segments: &[Arc<Segment>], keep: Keep, now_ms: i64) -> Vec<Arc<Segment>> {
    let mut bytes = 0u64;
    let mut doomed = Vec::new();
    for (place, segment) in segments.iter().rev().enumerate() {
        bytes += segment.bytes;
        // An hour is put together with its day first.
        if segment.header.tier == Tier::Raw && !is_day(segment.header.from_ms, segment.header.to_ms) {
            continue;
        }
        let old = keep.days.is_some_and(|days| segment.header.to_ms < now_ms - i64::from(days) * DAY_MS);
        let many = keep.bytes.is_some_and(|most| bytes > most);
        if old || (many && place > 0) {
            doomed.push(segment.clone());
        }
    }
    doomed
}
