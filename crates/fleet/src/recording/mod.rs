//! Recording: every router's samples into the history, by one subscriber of the monitor a router.
//!
//! A recorder reads frames like any viewer and hands them on to the history's own thread, which is never waited for: a
//! slow disk loses samples of the history (counted, and a gap with its cause), never a tick of the screen.
//!
//! | file | it holds |
//! | --- | --- |
//! | `recorders` | a task for each router the monitor has, and what the page is told of it |
//! | `router_recorder` | one router's updates to ticks and events |
//! | `line_names` | whose line an interface is, over renames, reconnects and restarts |
//! | `policy` | what is recorded |
//! | `mix` | what sort of lines that is: for how the disk will fill |

mod line_names;
mod mix;
mod policy;
mod recorders;
mod router_recorder;

pub use policy::{Except, RecordingPolicy};
pub use recorders::Recording;
pub use router_recorder::{Clock, RouterRecorder};
