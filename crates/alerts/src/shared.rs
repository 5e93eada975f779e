//! What is kept of a router's alerts where several machines watch it in turn: whoever holds the router has it, and gives it
//! to the next. All of them see it.
//!
//! One machine judges a router at a time, so a router's states are one value with one writer. They are kept before a
//! message of theirs is sent, together with the messages that nobody has taken yet: whoever comes next sends those, and a
//! machine that ends in between makes one double at most, as a restart does.

use std::sync::Arc;

use async_trait::async_trait;
use lalin_stats::RouterId;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use crate::engine::Remembered;
use crate::state::{Acknowledged, Alert};
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
    /// Those that ended last, for the memory of the others.
    #[serde(default)]
    pub ended: Vec<Alert>,
}

/// Where that is kept. Only who holds a router loads or saves it; an implementation refuses everybody else.
#[async_trait]
pub trait SharedStates: Send + Sync + std::fmt::Debug {
    /// For the how manieth time the router changed hands, while this machine holds it; `None` while it does not. Asked
    /// before each message, so it answers at once.
    fn held(&self, router: &RouterId) -> Option<u64>;

    /// Whether this machine speaks for all of them where something concerns no router.
    fn speaks(&self) -> bool;

    /// What whoever held it before left; `None` of a router that nobody held yet. From then on no earlier holder can
    /// save any more.
    ///
    /// # Errors
    /// [`Error::NotHeld`], or where it cannot be read: then the router is not judged yet.
    async fn load(&self, router: &RouterId) -> Result<Option<Kept>, Error>;

    /// Keeps this in the place of what was kept. Answers once it is safe.
    ///
    /// # Errors
    /// [`Error::NotHeld`] where another machine holds the router, or loaded it since: then nothing of it is sent. Otherwise
    /// where it cannot be written.
    async fn save(&self, router: &RouterId, kept: &Kept) -> Result<(), Error>;

    /// Has whoever holds a router write down who looks after an alert. `None` where none of this id stands there.
    ///
    /// # Errors
    /// Where that machine does not answer.
    async fn acknowledge(&self, router: &RouterId, id: &str, by: Option<Acknowledged>) -> Result<Option<Alert>, Error>;

    /// What the others keep and ask, from what there is now on. For one reader: asked for a second time, nothing comes.
    fn news(&self) -> mpsc::Receiver<News>;
}

/// What comes from other machines.
#[derive(Debug)]
#[non_exhaustive]
pub enum News {
    /// What is kept of a router, by whoever holds it; also by this machine.
    Kept {
        /// The router.
        router: RouterId,
        /// All of it.
        kept: Box<Kept>,
    },
    /// Somebody at another machine looks after an alert, or no longer does.
    Acknowledge {
        /// The alert's id.
        id: String,
        /// Who.
        by: Option<Acknowledged>,
        /// Where the alert as it is then goes.
        answer: oneshot::Sender<Option<Alert>>,
    },
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
