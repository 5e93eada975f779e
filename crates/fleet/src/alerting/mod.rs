//! Alerts: every router's samples and states into the alerts' engine, by one subscriber of the monitor a router.
//!
//! The engine runs in one task, beside the sampling and never in its way. While there are rules and nobody watches, a
//! router is read at the pace of recording, whether the history is on or not; it is one session as ever.
//!
//! | file | it holds |
//! | --- | --- |
//! | `alerts` | what the API asks: what stands, what is past, who looks after it |
//! | `channels` | where they are told |
//! | `driver` | the task that has the engine |
//! | `subscribers` | a task for each router that hands its updates on |
//! | `together` | where several machines watch: what is judged here, what is shared, what others shared |
//! | `keeping` | a batch there: kept for all before it is told |
//! | `facts` | who the routers are, and what they tell of themselves |
//! | `rehearsal` | what a rule would have told, from the history |
//! | `usage` | quotas and percentiles, from the history |

mod alerts;
mod channels;
mod driver;
mod facts;
mod keeping;
mod rehearsal;
mod subscribers;
mod together;
mod usage;

pub use alerts::{Alerting, AlertingSettings, AlertingStart};
pub use channels::{AlertChannel, Channels};
pub use rehearsal::{Rehearsal, RehearsedAlert};
