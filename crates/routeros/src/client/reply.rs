//! The reply of a command that was run to its end.

use std::time::Duration;

use crate::Sentence;

/// A collected reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The rows, in the router's order.
    pub rows: Vec<Sentence>,
    pub(crate) done: Sentence,
    pub(crate) longest_silence: Option<Duration>,
}

impl Reply {
    /// The value that `!done` carried, such as the id of what was added.
    pub fn ret(&self) -> Option<&[u8]> {
        self.done.get("ret").map(|value| value.as_bytes())
    }

    /// The longest silence before a row or the end: what [`Command::silence`](crate::Command::silence) has to allow.
    /// `None` where the command had no such limit.
    pub fn longest_silence(&self) -> Option<Duration> {
        self.longest_silence
    }

    /// The closing sentence, `!done`.
    pub fn done(&self) -> &Sentence {
        &self.done
    }
}
