//! From frames and states to alerts: a state machine without a clock and without I/O.
//!
//! Whoever drives it hands in samples, states and the time; it answers what is to be written and told
//! ([`Engine::take_batch`]) and what stands now ([`Engine::active`]).
//!
//! | file | it holds |
//! | --- | --- |
//! | `engines` | the engine: its rules, routers and alerts, and what goes in |
//! | `instances` | what is remembered of each thing that a rule watches, found by router |
//! | `course` | one alert from sample to sample: pending, firing, clearing, flapping |
//! | `samples` | a sample comes in |
//! | `judge` | what a sample says of a rule |
//! | `router_watch` | what is remembered of a router and its lines |
//! | `passing` | what happens as time passes without a sample: unreachable routers, reminders |
//! | `happenings` | what only happens: reboots, quotas, percentiles |
//! | `telling` | what is told, where, and when not: quiet hours, maintenance, groups |
//! | `flaps` | how often something changed |
//! | `facts`, `batch` | what goes in, what comes out |

mod batch;
mod course;
mod engines;
mod facts;
mod flaps;
mod happenings;
mod instances;
mod judge;
mod passing;
mod router_watch;
mod samples;
mod telling;

pub use batch::{Batch, Remembered};
pub use engines::{Engine, EngineSettings};
pub use facts::{ChannelFacts, DiskFacts, LineFacts, Maintenance, Moment, RouterFacts, SystemFacts, UsageFacts};
