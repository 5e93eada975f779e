//! What the engine wants written: in one transaction, so that no message is lost or told twice.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Notice;
use crate::state::Alert;

/// What changed since the last batch.
#[derive(Debug, Default)]
pub struct Batch {
    /// Alerts, by id, as they are now.
    pub alerts: HashMap<Arc<str>, Alert>,
    /// Messages, each with the channel it is for.
    pub notices: Vec<(String, Notice)>,
    /// Lines that were seen up, or were given up: router, line, whether it was up last.
    pub lines: HashMap<(String, Arc<str>), bool>,
    /// When routers were started: router, ms since 1970.
    pub boots: HashMap<String, i64>,
}

/// More than that is not kept while the disk cannot be written.
const MOST_NOTICES: usize = 10_000;

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.alerts.is_empty() && self.notices.is_empty() && self.lines.is_empty() && self.boots.is_empty()
    }

    /// Leaves a router out: whoever watches it now writes what becomes of it.
    pub(super) fn let_go(&mut self, router: &str) {
        self.alerts.retain(|_, alert| alert.router.as_deref() != Some(router));
        self.lines.retain(|(of, _), _| of != router);
        self.boots.remove(router);
        self.notices.retain(|(_, notice)| notice.router.as_deref() != Some(router));
    }

    /// Takes back an older batch that could not be written.
    pub(super) fn take_back(&mut self, older: Self) {
        let newer = std::mem::replace(self, older);
        self.alerts.extend(newer.alerts);
        self.lines.extend(newer.lines);
        self.boots.extend(newer.boots);
        self.notices.extend(newer.notices);
        if self.notices.len() > MOST_NOTICES {
            let lost = self.notices.len() - MOST_NOTICES;
            tracing::error!(lost, "alerts cannot be written: the oldest messages are lost");
            self.notices.drain(..lost);
        }
    }
}

/// What the batches of before left, at a start.
#[derive(Debug, Default)]
pub struct Remembered {
    /// Alerts that are not over, and those whose end is not told yet.
    pub alerts: Vec<Alert>,
    /// Lines and whether they were up last: router, line, up.
    pub lines: Vec<(String, Arc<str>, bool)>,
    /// When routers were started.
    pub boots: Vec<(String, i64)>,
}
