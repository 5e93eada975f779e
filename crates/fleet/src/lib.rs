//! The routers that are watched: those of the configuration and those that were added while the server ran.
//!
//! A [`Fleet`] builds each router's stack (session, time limit, cache), hands it to the monitor, writes what is added or
//! changed into the store first, and asks each router now and then what it is. Every router has one type of settings,
//! [`RouterSettings`], whichever way they came; [`RouterChange`] is what somebody wants different.
//!
//! The web server stands above: it asks the fleet through [`RouterAdmin`] and reads frames from the monitor. The fleet
//! once implemented a trait of the web server's; then the server's own types (forms, views) were the fleet's vocabulary,
//! and nothing could use a fleet without a web server.
//!
//! | file | it holds |
//! | --- | --- |
//! | `fleet`, `shared` | the routers, what runs for each, what their tasks share |
//! | `source_stack` | from settings to session, time limit and cache |
//! | `router_admin`, `fleet_admin` | what the API asks for, and the fleet's answers |
//! | `router_change` | a change, and the settings that it makes |
//! | `address_policy` | where a router may be |
//! | `own_address` | where a router sees this machine |
//! | `certificate_pinning`, `naming` | the first certificate becomes the only one, the identity the name |
//! | `unwritten` | that such a thing cannot be written down now, said once |
//! | `wan` | which interfaces lead to the internet |
//! | `alerting` | every router's samples into the alerts |
//! | `recording` | every router's samples into the history |
//! | `remote_writing` | every router's samples to the remote write |
//! | `cache_counts` | how the caches in front of the routers answered |
//! | `holding`, `fenced`, `other_nodes` | in a cluster: which routers this machine asks, and which it follows |
//! | `stored_changes` | routers that another node of the cluster added, changed or removed |
//! | `system_info`, `check`, `discovery` | what a router is, whether it can be watched, which others there are |

mod address_policy;
mod alerting;
mod cache_counts;
mod certificate_pinning;
mod check;
mod discovery;
mod error;
mod fenced;
mod fleet;
mod fleet_admin;
mod holding;
mod naming;
mod other_nodes;
mod own_address;
mod recording;
#[cfg(feature = "remote-write")]
mod remote_writing;
mod router_admin;
mod router_change;
mod shared;
mod source_stack;
mod stored_changes;
mod system_info;
mod unwritten;
mod wan;

pub use address_policy::may_be_router;
pub use alerting::{AlertChannel, Alerting, AlertingSettings, AlertingStart, Channels, Rehearsal, RehearsedAlert};
pub use cache_counts::CacheCounts;
pub use discovery::Discovered;
pub use error::{Error, UnusableRouter};
pub use fleet::Fleet;
pub use lalin_config::{RouterOrigin, RouterSettings, Sampling, Secret, TlsPolicy};
pub use lalin_mikrotik::{Gateway, Neighbour, Outcome, Report, Step, StepKind, SystemInfo};
pub use other_nodes::{About, MayAsk, OtherNodes};
pub use own_address::own_address;
pub use recording::{Clock, Except, Recording, RecordingPolicy, RouterRecorder};
#[cfg(feature = "remote-write")]
pub use remote_writing::RemoteWriting;
pub use router_admin::{KnownRouter, RouterAdmin};
pub use router_change::RouterChange;
pub use source_stack::session_settings;
pub use wan::{Wan, WanFrom};
