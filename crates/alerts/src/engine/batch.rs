//! What the engine wants written: in one transaction, so that no message is lost or told twice.

use std::collections::{BTreeSet, HashMap};
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
    /// Messages that another machine had not sent for certain when it let the router go: they may have arrived.
    pub taken_up: Vec<(String, Notice)>,
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
        self.alerts.is_empty()
            && self.lines.is_empty()
            && self.boots.is_empty()
            && [&self.notices, &self.taken_up].iter().all(|notices| notices.is_empty())
    }

    /// The routers that it is about.
    pub fn routers(&self) -> BTreeSet<String> {
        let alerts = self.alerts.values().filter_map(|alert| alert.router.clone());
        let notices = self.notices.iter().chain(&self.taken_up);
        let notices = notices.filter_map(|(_, notice)| notice.holder_of().map(str::to_owned));
        let lines = self.lines.keys().map(|(router, _)| router.clone());
        alerts.chain(notices).chain(lines).chain(self.boots.keys().cloned()).collect()
    }

    /// Takes out what is about a router.
    pub fn take_part(&mut self, router: &str) -> Self {
        let of = |(_, notice): &mut (String, Notice)| notice.holder_of() == Some(router);
        Self {
            alerts: self.alerts.extract_if(|_, alert| alert.router.as_deref() == Some(router)).collect(),
            notices: self.notices.extract_if(.., of).collect(),
            taken_up: self.taken_up.extract_if(.., of).collect(),
            lines: self.lines.extract_if(|(of, _), _| of == router).collect(),
            boots: self.boots.remove_entry(router).into_iter().collect(),
        }
    }

    /// Puts in what came after it.
    pub fn add(&mut self, newer: Self) {
        self.alerts.extend(newer.alerts);
        self.lines.extend(newer.lines);
        self.boots.extend(newer.boots);
        self.notices.extend(newer.notices);
        self.taken_up.extend(newer.taken_up);
    }

    /// Takes back an older batch that could not be written.
    pub(super) fn take_back(&mut self, older: Self) {
        let newer = std::mem::replace(self, older);
        self.add(newer);
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
