//! What is simulated: the settings of a router and of its interfaces, and what can go wrong with it.

mod answer_times;
mod config;
mod demo;
mod fault;
mod interface_spec;
mod loss;
mod menu;
mod recording;
mod script;
mod traffic;
mod user;
mod version;
#[cfg(feature = "world")]
mod world;
#[cfg(feature = "world")]
mod world_values;

pub use answer_times::{AnswerSequence, AnswerTime, AnswerTimes, Excess};
pub use config::{Config, Login};
pub use fault::Fault;
pub(crate) use fault::Faults;
pub use interface_spec::InterfaceSpec;
pub use loss::{LossCounters, LossRates};
pub use menu::{Menu, Row};
pub use recording::Recording;
pub(crate) use recording::{Side, write_sentence};
pub use script::Script;
pub(crate) use script::Step;
pub use traffic::Traffic;
pub use user::{Group, User};
pub use version::Version;
