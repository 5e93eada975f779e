//! What is to be sent, on the disk until it is: the queue beside the alerts' states.

mod queue;

pub use queue::{TABLES, Told, channels_told, enqueue, told};
