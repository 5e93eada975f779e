//! The database beside the segments: whose lines there are, what happened, and totals by hour, day and month.
//!
//! Everything finer is in segments: 1-minute rows here would be 40 bytes each and 16 GB written a day for 1,000 lines.
//! The schema is for people too: `docs/reference/history.md` has it, with questions to ask of it.

mod cursors;
mod database;
mod events;
mod merging;
mod names;
mod percentiles;
mod schema;
mod totals;

pub(crate) use cursors::Cursor;
pub(crate) use database::{Database, RAW_FROM, SEALED_UPTO, TODAY, ZONE};
pub(crate) use events::Happening;
pub use totals::Totals;
pub(crate) use totals::{HourRows, TotalsRow};
