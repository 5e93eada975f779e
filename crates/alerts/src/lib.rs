//! Alerts: rules over what routers do, states that survive a restart, and the channels that tell people.

pub mod channel;
mod error;
mod notice;
pub mod outbox;

pub use error::Error;
pub use notice::{LONGEST_TEXT, LONGEST_TITLE, Language, Notice, NoticeKind, Severity};
