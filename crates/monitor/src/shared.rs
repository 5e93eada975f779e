//! What one router's sampling loop and its consumers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::Settings;
use crate::demand::Demand;
use crate::engine::Engine;
use crate::stagger::Stagger;

/// The demand, the engine and its lock.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) demand: Arc<Demand>,
    /// The settings have changed.
    pub(crate) changed: Notify,
    stagger: Stagger,
    engine: Mutex<Engine>,
}

impl Shared {
    pub(crate) fn new(engine: Engine, stagger: Stagger) -> Self {
        Self { demand: Demand::new(), changed: Notify::new(), stagger, engine: Mutex::new(engine) }
    }

    /// The lock is held for memory work only, never across a wait. A panic under it leaves nothing half done that
    /// the next tick does not replace, so a poisoned lock is taken all the same.
    pub(crate) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings in effect now.
    pub(crate) fn settings(&self) -> Settings {
        *self.engine().settings()
    }

    /// How long after the beginning of a run its first read is due.
    pub(crate) fn first_read_delay(&self) -> Duration {
        self.stagger.within(self.settings().interval)
    }
}
