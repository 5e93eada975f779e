//! An alert, as it is shown, told and kept over a restart.

mod alert;

pub use alert::{Acknowledged, Alert, Ended, HeldBy, State, ToldOn, Untold};
