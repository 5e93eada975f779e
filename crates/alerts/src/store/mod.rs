//! What alerts are after a restart: states and the messages that follow from them, in one file and one transaction.
//!
//! | file | it holds |
//! | --- | --- |
//! | `database` | the file, its tables, and the one thread that has it |
//! | `states` | batches in, alerts out: those that stand, and the past |
//! | `several` | what it is where several machines watch |

mod database;
mod several;
mod states;

pub use database::Database;
pub use states::{Past, PastOf, PastQuery, Telling};
