//! Live data between machines: what one samples reaches whoever watches elsewhere.
//!
//! A web node that somebody watches a router at listens to the router's subject and asks its holder for the recent window;
//! the holder then publishes each frame, once for all who listen, for as long as anybody says that it is wanted. Nothing is
//! published while nobody wants it: over a site's uplink that is the whole difference.
//!
//! Frames are not stored in JetStream: a frame that is late is worth nothing, and the window, by request, is the newest
//! truth for whoever missed one.
//!
//! | file | it holds |
//! | --- | --- |
//! | `message` | what is said, with whose turn it is and when it was sent |
//! | `frames`, `lists`, `past`, `states` | its parts as bytes |
//! | `bytes` | numbers and texts as bytes |
//! | `clock` | moments of another machine on this one's clock |
//! | `ask` | a question to whoever holds a router, and answers of any length |
//! | `held` | a router that this process holds: frames to whoever wants them |
//! | `followed` | a router that another one holds: frames to the monitor |
//! | `shared` | subjects, what is wanted here and of what is held here |
//! | `service` | all of them, and what is wanted |

mod ask;
mod bytes;
mod clock;
mod followed;
mod frames;
#[cfg(test)]
mod golden;
mod held;
mod lists;
mod message;
mod past;
mod service;
mod shared;
mod states;
#[cfg(test)]
mod tests;

pub use ask::{Answer, AskError};
pub use message::{Decoder, Encoder, Message, Unread};
pub use service::{Counts, Live};
pub use shared::Questions;
