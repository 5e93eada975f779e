//! Where the nodes of a cluster have their state in common: what a way to it has to do, and what it speaks of.

use std::fmt;
use std::time::Duration;

/// From this age on of a copy nothing is changed: whoever changes has to see what is there.
pub const STATE_OLD: Duration = Duration::from_secs(5);

/// A part of the shared state: each is a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharedPart {
    /// Routers, users, tokens, lines, rules: what people change.
    State,
    /// Sessions, and when tokens were last used: forgotten when they are old.
    Sessions,
    /// Who changed what: only ever longer.
    Audit,
}

/// What of the state others changed, for whoever keeps something of it in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharedKind {
    /// Routers.
    Routers,
    /// What is said of lines.
    Lines,
    /// Sites whose pages may show the traffic.
    EmbedOrigins,
    /// What is recorded.
    Recording,
    /// Rules, channels and maintenance of alerts.
    Alerts,
}

/// A change that this node wants to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// Where it belongs.
    pub part: SharedPart,
    /// Which row.
    pub key: String,
    /// What it is to be; `None`: it goes.
    pub value: Option<Vec<u8>>,
    /// What it has to be still: the sequence it was last written with, 0 for none at all. `None`: whatever it is.
    pub seen: Option<u64>,
    /// Whether the change is let go of where it is something else by now.
    pub may_lose: bool,
}

/// A row as it was committed by some node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRow {
    /// Which row.
    pub key: String,
    /// With which sequence.
    pub sequence: u64,
    /// What it is; `None`: it is gone.
    pub value: Option<Vec<u8>>,
}

/// What was committed after some sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedChanges {
    /// The rows, each as it was last, in the order of their sequences.
    pub rows: Vec<SharedRow>,
    /// Everything up to here is among them, or was known before.
    pub up_to: u64,
    /// Whether they are all there is: what is not among them does not exist.
    pub all: bool,
}

/// Why something was not committed, or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A row is not what this node saw.
    Conflict,
    /// This node changes nothing.
    ReadOnly,
    /// Nobody answered in time. Whether it is committed is not known.
    Unanswered(String),
}

/// Where the nodes of a cluster have their state in common. Its methods block, each for a limited time, and are called on
/// threads that may be blocked.
pub trait SharedRows: fmt::Debug + Send + Sync {
    /// Commits changes in this order, the first one before all others. Returns with which sequences; `None` for one that
    /// was let go of.
    ///
    /// # Errors
    /// [`Refused`]. What stands before the refused change is committed.
    fn commit(&self, changes: &[RowChange]) -> Result<Vec<Option<u64>>, Refused>;

    /// What was committed after `sequence`, up to what whoever decides has committed at this moment; with 0, all of it.
    ///
    /// # Errors
    /// [`Refused::Unanswered`].
    fn since(&self, part: SharedPart, sequence: u64) -> Result<SharedChanges, Refused>;

    /// Appends to [`SharedPart::Audit`], and returns with which sequence.
    ///
    /// # Errors
    /// [`Refused::Unanswered`].
    fn append(&self, key: &str, value: &[u8]) -> Result<u64, Refused>;

    /// How old the copy may be at most.
    fn age(&self) -> Duration;
}
