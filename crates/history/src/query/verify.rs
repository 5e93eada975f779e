//! Reads everything that is kept, and says how much there is.

use std::sync::Arc;

use crate::segment::{Header, Segment, Tier};
use crate::{Error, LineId, Reader};

/// How far something long has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// So much is done.
    pub done: u64,
    /// Of so much.
    pub of: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Segments that were read.
    pub segments: u64,
    /// Chunks that were read.
    pub chunks: u64,
    /// What is not as it was written.
    pub damaged: Vec<Damage>,
}

/// A chunk that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file's name.
    pub segment: String,
    /// Whose chunk; `None` for a router's times, or the whole file.
    pub line: Option<LineId>,
    /// What is wrong.
    pub what: String,
}

/// How much is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// Each tier that has files.
    pub tiers: Vec<TierStats>,
    /// What the database takes.
    pub database_bytes: u64,
    /// Lines that were ever seen.
    pub lines: u64,
    /// The first hour that has totals.
    pub hours_from_ms: Option<i64>,
}

/// How much of a tier is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierStats {
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
    /// How many days are in them.
    pub days: f64,
}

const TIERS: [Tier; 3] = [Tier::Raw, Tier::Minute, Tier::FiveMinutes];

/// How many days there are: of samples as long as the segments are, which may be of the same hour; of the other tiers
/// those that were put into them.
fn days(segments: &[Arc<Segment>]) -> f64 {
    let (mut ms, mut end) = (0, i64::MIN);
    // They are in order of their beginning.
    for Header { tier, from_ms, to_ms, days, .. } in segments.iter().map(|segment| segment.header) {
        if tier == Tier::Raw {
            ms += (to_ms - from_ms.max(end)).max(0);
            end = end.max(to_ms);
        } else {
            ms += i64::from(days.count_ones()) * DAY_MS;
        }
    }
    ms as f64 / DAY_MS as f64
}

const DAY_MS: i64 = 86_400_000;

impl Reader {
    /// Reads every chunk of every segment, its checksum and its numbers.
    pub fn verify(&self, each: &mut dyn FnMut(Progress)) -> Result<Verification, Error> {
        let view = self.shared.get();
        let segments: Vec<_> = TIERS.iter().flat_map(|tier| view.tier(*tier)).collect();
        let of = segments.iter().map(|segment| segment.bytes).sum();
        let mut done = 0;
        let mut found = Verification::default();
        for segment in segments {
            let name = segment.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let damage = |line: Option<u32>, what: &Error| Damage {
                segment: name.clone(),
                line: line.map(LineId),
                what: what.to_string(),
            };
            for part in 0..segment.parts.len() as u32 {
                if segment.header.tier == Tier::Raw
                    && let Err(what) = segment.times(part)
                {
                    found.damaged.push(damage(None, &what));
                }
            }
            match segment.entries() {
                Err(what) => found.damaged.push(damage(None, &what)),
                Ok(entries) => {
                    for entry in entries {
                        found.chunks += 1;
                        if let Err(what) = segment.chunk(&entry) {
                            self.damage.chunk(segment, &entry, &what);
                            found.damaged.push(damage(Some(entry.line), &what));
                        }
                    }
                }
            }
            found.segments += 1;
            done += segment.bytes;
            each(Progress { done, of });
        }
        Ok(found)
    }

    /// How much is kept.
    pub fn stats(&self) -> Result<Stats, Error> {
        let view = self.shared.get();
        let tier = |tier: &Tier| {
            let segments = view.tier(*tier);
            Some(TierStats {
                tier: *tier,
                files: segments.len() as u64,
                bytes: segments.iter().map(|segment| segment.bytes).sum(),
                from_ms: segments.iter().map(|segment| segment.header.from_ms).min()?,
                to_ms: segments.iter().map(|segment| segment.header.to_ms).max()?,
                days: days(segments),
            })
        };
        let database = self.database();
        Ok(Stats {
            tiers: TIERS.iter().filter_map(tier).collect(),
            database_bytes: database.bytes_on_disk(),
            lines: database.line_count()?,
            hours_from_ms: database.first_hour()?,
        })
    }
}
