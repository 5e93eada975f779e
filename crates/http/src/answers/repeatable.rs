//! An answer that may be given again, for a moment, to whoever asks the very same.

use bytes::Bytes;
use lalin_monitor::Status;
use tokio::sync::watch;
use tokio::time::Instant;

use super::demand::Asked;

/// A route puts it into the extensions of an answer. The server then gives the same answer to requests whose heads are the
/// same byte for byte, without asking the application, for as long as nothing has changed that the answer depends on.
#[derive(Clone, Debug)]
pub(crate) struct Repeatable {
    /// The answer's body.
    pub(crate) body: Bytes,
    /// Where each repetition is counted.
    pub(crate) asked: Asked,
    /// When the sample was taken whose age the headers tell.
    pub(crate) sampled: Instant,
    /// When the same question has another answer.
    pub(crate) until: Instant,
    /// Changes with the router's state and samples.
    pub(crate) statuses: watch::Receiver<Status>,
    /// Changes when routers come and go.
    pub(crate) routers: watch::Receiver<u64>,
    /// Changes when who may do what changes; `None` where nobody has an account.
    pub(crate) access: Option<watch::Receiver<u64>>,
}

impl Repeatable {
    /// Whether the answer is still the right one. Waits for nothing and takes no lock.
    pub(crate) fn holds(&self, now: Instant) -> bool {
        now < self.until
            && is_same(&self.statuses)
            && is_same(&self.routers)
            && self.access.as_ref().is_none_or(is_same)
    }
}

/// A sender that is gone tells of no change, but what it told of is gone too.
fn is_same<T>(changes: &watch::Receiver<T>) -> bool {
    matches!(changes.has_changed(), Ok(false))
}
