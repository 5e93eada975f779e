//! Questions to what is kept. Every call sees one state of it from beginning to end, and waits for no writer.

mod far;
mod filling;
mod gaps;
mod line_history;
mod percentile;
mod reader;
mod samples;
mod step;
mod top;
mod usage;
mod verify;

pub use gaps::Gap;
pub(crate) use gaps::now_ms;
pub use line_history::{DirectionRate, HistoryAnswer, HistoryQuery, Interval, Rates};
pub use percentile::{Percentile, PercentileQuery, PercentilesQuery, Rule};
pub use reader::Reader;
pub use samples::Sample;
pub use step::{MAX_POINTS, Resolution};
pub use top::{TopBy, TopLine, TopQuery};
pub use usage::{By, LineUsage, Lines, Period, UsageAnswer, UsageQuery};
pub use verify::{Damage, Progress, Stats, TierStats, Verification};
