//! What people say of lines (see `lalin_store::LineSettings`), kept in memory as it is in the store: every list of
//! interfaces shows it, and asks no disk for it.

mod line_table;
mod line_view;
mod line_watch;

pub(crate) use line_table::LineTable;
pub(crate) use line_view::LineView;
pub(crate) use line_watch::LineWatch;
