//! A history as files: looked at beside the server that writes it, checked, taken elsewhere, brought in, put in order.
//!
//! An [`Archive`] changes nothing and needs no lock: it opens what is there, reads the open hour from the journal, and
//! answers as the server would. What writes ([`import`], [`compact`]) holds the folder's lock and runs on the calling
//! thread, with its progress told.

mod backup;
mod buckets;
mod compact;
mod csv;
mod export;
mod import;
mod merge;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod sqlite;
mod stats;
mod verify;

pub use backup::{Snapshot, SnapshotFile, restored};
pub use compact::{Compacted, compact};
pub use csv::CsvRows;
pub use export::{Columns, ExportQuery, Fineness, Rows};
pub use import::{ImportQuery, Imported, import};
pub use merge::import_folder;
pub use open::{Archive, JournalState};
#[cfg(feature = "parquet")]
pub use parquet::ParquetRows;
pub use sqlite::SqliteRows;
pub use stats::{FolderStats, FolderTier};
pub use verify::{Fault, FaultKind, Report};
