//! Alerts, as a person looks after them.

mod editor;
mod marks;
mod page;
