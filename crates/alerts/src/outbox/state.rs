//! What the outbox and who asks it speak of: a channel, how it is, what it has done, what a test came to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::Language;
use crate::channel::{Channel, Receipt, SendError};

/// A channel as the outbox uses it.
#[derive(Clone)]
pub struct OutboxChannel {
    /// What rows name it by.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The language of what is told there.
    pub language: Language,
    /// What sends. The same `Arc` means: nothing was changed.
    pub channel: Arc<dyn Channel>,
}

/// Whether a channel takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelState {
    /// It does, as far as is known.
    Working,
    /// It is tried again by itself.
    Waiting {
        /// When, ms since 1970.
        until_ms: i64,
        /// What happened.
        why: String,
    },
    /// Somebody has to change its settings.
    Stopped {
        /// What happened.
        why: String,
    },
}

impl ChannelState {
    /// Whether it takes messages.
    pub fn is_working(&self) -> bool {
        *self == Self::Working
    }

    /// Why it does not.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Working => None,
            Self::Waiting { why, .. } | Self::Stopped { why } => Some(why),
        }
    }
}

/// What a channel has done, over all restarts, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelCounters {
    /// The channel's id.
    pub id: String,
    /// Notices that were taken.
    pub sent: u64,
    /// Notices that were refused or given up.
    pub failed: u64,
    /// Notices that the full queue pushed out.
    pub lost: u64,
    /// Notices that wait.
    pub waiting: u64,
    /// Whether it takes messages.
    pub state: ChannelState,
}

/// What a test came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestOutcome {
    /// Whether it was taken.
    pub ok: bool,
    /// HTTP's status, or the mail server's code.
    pub status: Option<u16>,
    /// What the receiver answered, or why there was none.
    pub answer: String,
    /// How long it took.
    pub took: Duration,
}

impl TestOutcome {
    pub(super) fn of(outcome: &Result<Receipt, SendError>, took: Duration) -> Self {
        match outcome {
            Ok(receipt) => Self { ok: true, status: receipt.status, answer: receipt.answer.clone(), took },
            Err(error) => Self { ok: false, status: error.status(), answer: error.to_string(), took },
        }
    }

    pub(super) fn refused(why: &str) -> Self {
        Self { ok: false, status: None, answer: why.to_owned(), took: Duration::ZERO }
    }
}

/// Whether this machine tells of a router.
pub type TellsOf = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What the handle and the task share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) wake: Notify,
    pub(super) counters: Mutex<Vec<ChannelCounters>>,
    /// Another number when something was settled.
    pub(super) settled: watch::Sender<u64>,
    /// `None`: of every router.
    pub(super) tells_of: Mutex<Option<TellsOf>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OutboxChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxChannel").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}
