//! The past of every line: who filled it last night, what a customer used this month, what is billed.
//!
//! A [`History`] keeps the counters of every line of every router in a folder. A [`Recorder`] takes a [`Tick`] and never
//! waits; one thread writes. A [`Reader`] answers from one state of it, and waits for no writer. A line is whatever has
//! counters and a name that lasts: nothing here knows of interfaces, RouterOS, HTTP or a runtime.
//!
//! ```
//! use lalin_history::{By, History, LineName, LineReading, Lines, Settings, Tick, UsageQuery, Zone};
//! use lalin_stats::Counters;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let history = History::open(Settings { zone: Zone::named("WIB")?, ..Settings::new(folder.path()) })?;
//! for (tick, bytes) in [(0, 1_000), (1, 26_000)] {
//!     let counters = Counters::bytes(bytes, 0);
//!     let name = LineName::interface("ether1");
//!     let reading = LineReading { name, shown: "ether1".into(), incarnation: 1, born: false, counters };
//!     let (wall_ms, mono_ms) = (1_795_000_000_000 + tick * 10_000, tick as u64 * 10_000);
//!     let tick = Tick { router: "r1".parse()?, wall_ms, mono_ms, interval_ms: 10_000, readings: vec![reading] };
//!     assert!(history.recorder().record(tick));
//! }
//! history.flush()?;
//!
//! let reader = history.reader();
//! let lines = Lines::All;
//! let (from_ms, to_ms) = (1_795_000_000_000, 1_795_000_010_000);
//! let usage = reader.usage(&UsageQuery { lines, by: By::Day, from_ms, to_ms, offset: 0, limit: 10 })?;
//! assert_eq!(usage.lines[0].periods[0].totals.rx_bytes, 25_000);
//! # Ok(())
//! # }
//! ```
//!
//! | room | it holds |
//! | --- | --- |
//! | `history`, `recorder` | the handle: recorder, reader, thread |
//! | `tick`, `line`, `session_names` | what is recorded, and whose it is |
//! | `open` | the hour that is being recorded; from counters to what passed |
//! | `journal` | the same on the disk, a record a tick |
//! | `columns` | numbers as few bytes |
//! | `segment` | a period's file |
//! | `store` | who writes: sealing, booking, compaction, retention, start |
//! | `rollup` | from samples to buckets, in whole bytes |
//! | `meta` | the database: names, events, totals by hour, day and month |
//! | `query` | the answers |
//! | `estimate`, `outlook` | how much disk it takes, and when there is no room left |
//! | `handover` | from one history to another, each tick once |
//! | `archive` | a history as files: checked, exported, imported, copied, beside the server or instead of it |
//! | `remote` | the samples in a Prometheus-compatible store instead of files: what is sent there, and asked of it |
//! | `disk` | what is asked of a disk, so that a test can be one |
//!
//! # Why it is built this way
//!
//! **Files of our own for what is fine, SQLite for what a person asks.** Samples are 4 bytes each in compressed chunks and
//! 36 as rows. Time-series servers are 20 to 40 % larger with the same data and a server more to run.
//!
//! **A tick counts when its record is written**, before it is synced: a killed process loses nothing, a loss of power the
//! last 5 s. The totals are computed from samples and replace what was there, so whatever was under way at a crash is
//! done again.
//!
//! **A tick's identity is its number**, never the wall clock: a clock that is set loses, doubles and reorders nothing.

mod archive;
mod columns;
mod disk;
mod error;
mod estimate;
mod handover;
mod history;
mod journal;
mod line;
mod meta;
mod open;
mod outlook;
mod query;
mod recorder;
mod remote;
mod rollup;
mod segment;
mod session_names;
mod settings;
mod store;
mod store_fault;
mod tick;
mod zone;

#[cfg(feature = "parquet")]
pub use archive::ParquetRows;
pub use archive::{
    Archive, Columns, Compacted, CsvRows, ExportQuery, Fault, FaultKind, Fineness, FolderStats, FolderTier,
    ImportQuery, Imported, JournalState, Report, Rows, Snapshot, SnapshotFile, SqliteRows, compact, import,
    import_folder, restored,
};
pub use columns::Start;
pub use error::Error;
pub use estimate::{Estimate, Mix};
pub use handover::{HandOver, HandedTicks};
pub use history::History;
pub use line::{Line, LineId, LineName};
pub use meta::Totals;
pub use outlook::Outlook;
pub use query::{
    By, Damage, DirectionRate, Gap, HistoryAnswer, HistoryQuery, Interval, LineUsage, Lines, MAX_POINTS, Percentile,
    PercentileQuery, PercentilesQuery, Period, Progress, Rates, Reader, Resolution, Rule, Sample, Stats, TierStats,
    TopBy, TopLine, TopQuery, UsageAnswer, UsageQuery, Verification,
};
pub use recorder::Recorder;
pub use remote::{Field, LineSamples, Metric, PromQl, RateField, RemoteStore, SampleSink, Series, SinkCounts, When};
pub use segment::Tier;
pub use session_names::SessionNames;
pub use settings::{Keep, Retention, Settings};
pub use store::{Recording, Status};
pub use store_fault::StoreFault;
pub use tick::{Cause, Event, LineReading, Rises, Tick, What};
pub use zone::{Month, Zone};
