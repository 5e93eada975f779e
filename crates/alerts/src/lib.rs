//! Alerts: rules over what routers do, states that survive a restart, and the channels that tell people.
//!
//! An [`Engine`] takes samples, states and the time, and answers what stands and what is to be told; it has no clock and
//! does no I/O. What it wants kept goes into `alerts.db` with the messages that follow from it, in one transaction, so
//! that a restart neither loses a message nor tells one twice. Channels send what is queued.
//!
//! | room | it holds |
//! | --- | --- |
//! | `rule` | rules as people make them |
//! | `engine` | from samples to alerts: a pure state machine |
//! | `state` | an alert, as it is shown and kept |
//! | `text` | what people read, in Indonesian and English |
//! | `store` | `alerts.db` and its one thread |
//! | `shared` | what several machines give each other of a router |
//! | `notice` | one message |
//! | `periods` | when days and months begin |
//! | `outbox` | messages on the disk until they are sent |
//!
//! # Why it is built this way
//!
//! **The engine is a state machine of its own**, not a chain of tasks with timers: each kind of rule is tested in
//! simulated time, and what it does after a restart is a function of what was kept.
//!
//! **Time is that of the samples.** What has to last five minutes has to be seen for five minutes; a gap neither
//! completes nor clears it. Timers on the wall clock tell storms after every outage of Lalin's own.

pub mod channel;
mod engine;
mod error;
mod notice;
pub mod outbox;
mod periods;
mod rule;
mod shared;
mod state;
mod store;
mod text;

pub use engine::{
    Batch, ChannelFacts, DiskFacts, Engine, EngineSettings, LineFacts, Maintenance, Moment, Remembered, RouterFacts,
    SystemFacts, UsageFacts,
};
pub use error::Error;
pub use notice::{LONGEST_TEXT, LONGEST_TITLE, Language, Notice, NoticeKind, Severity};
pub use periods::{PeriodSpan, period, time_zone};
pub use rule::{Direction, Kind, Period, Quiet, QuietForm, Rule, RuleError, RuleForm, Scope, Target, TargetForm, Unit};
pub use shared::{Kept, News, SharedStates};
pub use state::{Acknowledged, Alert, Ended, HeldBy, State, ToldOn, Untold};
pub use store::{Database, Past, PastOf, PastQuery, Telling};
pub use text::describe;
