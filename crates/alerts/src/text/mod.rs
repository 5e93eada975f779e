//! What people read: one sentence first that says what, where, since when and how much. Indonesian as operators write it,
//! and plain English.
//!
//! | file | it holds |
//! | --- | --- |
//! | `message` | the message about one alert, or about several |
//! | `sentence` | the sentence about one alert |
//! | `numbers` | durations, times, rates and bytes in words |

mod message;
mod numbers;
mod sentence;

pub(crate) use message::message;
pub(crate) use numbers::Words;
pub use sentence::describe;
