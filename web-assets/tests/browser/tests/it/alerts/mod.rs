//! Alerts, as a person looks after them.

mod page;
