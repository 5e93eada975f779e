//! The state that the nodes of a cluster share, as one node's store sees it. How it travels is not here: that is behind
//! `SharedRows`.
//!
//! Every node has a copy of its own, in SQLite, and reads only that. What a transaction changes is captured row by row,
//! committed where all nodes have it in common, and only then committed here; what others commit is put into the copy as
//! it comes. The SQL of the store knows nothing of it. Writing each call a second time, against a store of keys and
//! values, was the alternative: two rooms that say the same, and a test suite to keep them apart.
//!
//! One key is one row, or a row with those that belong to it. Of a transaction with several keys the first decides: it is
//! written only where it is still what this node saw. What follows is not atomic with it; `tables` says in which order.
//!
//! | file | it holds |
//! | --- | --- |
//! | `tables` | which tables are shared, and what a key is made of |
//! | `keys`, `row_bytes` | keys and rows as they travel |
//! | `capture` | what a transaction changed |
//! | `apply` | changes of others, put into the copy |
//! | `sharing` | a write from its beginning to its end, and what is known of others |
//! | `site` | sites, and what their collectors get to know |
//! | `shared_rows` | where the nodes have it in common: a trait, and what it speaks of |
//! | `shared_store` | the store's calls for all of this |
//! | `copying` | everything that is shared, from one store into another |

mod apply;
mod capture;
mod copying;
mod keys;
pub(crate) mod row_bytes;
mod shared_rows;
mod shared_store;
mod sharing;
mod site;
mod tables;

pub use copying::Copied;
pub use shared_rows::{Refused, RowChange, STATE_OLD, SharedChanges, SharedKind, SharedPart, SharedRow, SharedRows};
pub(crate) use sharing::Sharing;
