//! The one that writes: from ticks to journal, from journal to segment, from segment to totals and coarser tiers.
//!
//! One thread does all of it. Long work is cut into steps between which ticks are taken. Readers see a [`View`], which is
//! replaced as a whole: either what is open or the segment that it became, never both and never neither.

mod appending;
mod booking;
#[cfg(test)]
mod churn;
mod compaction;
mod cursors;
mod damage;
mod engine;
#[cfg(test)]
mod failing_disk;
mod folder;
mod happenings;
mod importing;
mod in_time;
mod introducing;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod power_loss;
mod retention;
mod sealing;
mod source;
mod start;
mod status;
mod thinning;
mod tiers;
mod view;

pub(crate) use damage::DamageLog;
pub(crate) use engine::{Engine, Work};
pub(crate) use folder::{DAY_MS, Folder, HOUR_MS};
pub(crate) use importing::ImportedPart;
pub(crate) use status::StatusCell;
pub use status::{Recording, Status};
pub(crate) use tiers::{FIVE_MINUTES, MINUTE, TierKind, has_day, rows};
pub(crate) use view::{Shared, View, is_within, lock, touches};
