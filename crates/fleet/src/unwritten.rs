//! What is tried again until it is written down: that it fails is said once, and once that it works again.

use std::sync::atomic::{AtomicBool, Ordering};

use lalin_store::Error;

/// One sort of such writes, of all routers together: a thousand of them fail for one reason.
#[derive(Debug)]
pub(crate) struct Unwritten {
    what: &'static str,
    fails: AtomicBool,
}

impl Unwritten {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { what, fails: AtomicBool::new(false) }
    }

    pub(crate) fn failed(&self, error: &Error) {
        if self.fails.swap(true, Ordering::Relaxed) {
            tracing::debug!(what = self.what, %error, "still not written down");
        } else if passes_by_itself(error) {
            tracing::warn!(what = self.what, %error, "not written down for now; it is tried again");
        } else {
            tracing::error!(what = self.what, %error, "not written down");
        }
    }

    pub(crate) fn written(&self) {
        if self.fails.swap(false, Ordering::Relaxed) {
            tracing::info!(what = self.what, "written down again");
        }
    }
}

/// Whether nothing is broken: the cluster does not answer at this moment, or somebody else writes.
fn passes_by_itself(error: &Error) -> bool {
    matches!(error, Error::StateOld | Error::Unanswered | Error::Conflict | Error::Busy)
}
