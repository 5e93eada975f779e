//! What is kept of a router's alerts where several machines watch it in turn: whoever holds the router has it, and gives it
//! to the next.
//!
//! One machine judges a router at a time, so a router's states are one value with one writer. They are kept before a
//! message of theirs is sent, together with the messages that nobody has taken yet: whoever comes next sends those, and a
//! machine that ends in between makes one double at most, as a restart does.

use std::sync::Arc;

use async_trait::async_trait;
use lalin_stats::RouterId;
use serde::{Deserialize, Serialize};

use crate::engine::Remembered;
use crate::state::Alert;
use crate::{Error, Notice};

/// What is kept of one router.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Alerts that are not over, and those whose end is not told yet.
    pub alerts: Vec<Alert>,
    /// Lines that were up once, and whether they were up last.
    pub lines: Vec<(String, bool)>,
    /// When the router was started, ms since 1970.
    pub boot_ms: Option<i64>,
    /// Messages that no channel is known to have taken: channel, message.
    pub unsent: Vec<(String, Notice)>,
}

/// Where that is kept. Only who holds a router asks for it or writes it; an implementation refuses everybody else.
#[async_trait]
pub trait SharedStates: Send + Sync + std::fmt::Debug {
    /// What whoever held it before left; `None` of a router that nobody held yet.
    ///
    /// # Errors
    /// Where it cannot be read: then the router is not judged yet.
    async fn load(&self, router: &RouterId) -> Result<Option<Kept>, Error>;

    /// Keeps this in the place of what was kept. Answers once it is safe.
    ///
    /// # Errors
    /// Where it cannot be written, or another machine holds the router: then nothing of it is sent.
    async fn save(&self, router: &RouterId, kept: &Kept) -> Result<(), Error>;
}

impl Kept {
    /// As it is kept.
    ///
    /// # Errors
    /// [`Error::Notice`].
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        Ok(serde_json::to_vec(self)?)
    }

    /// As it was kept.
    ///
    /// # Errors
    /// [`Error::Notice`] where it is something else.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// What an engine goes on with.
    pub fn remembered(&self, router: &RouterId) -> Remembered {
        let lines = self.lines.iter().map(|(line, up)| (router.to_string(), Arc::from(line.as_str()), *up));
        Remembered {
            alerts: self.alerts.clone(),
            lines: lines.collect(),
            boots: self.boot_ms.map(|at| (router.to_string(), at)).into_iter().collect(),
        }
    }
}
