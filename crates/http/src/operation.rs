//! What whoever runs the server holds on to: whether it is ready, and what logs.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the server is to be sent new requests. Whoever stops it says so here first.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// From now on `/readyz` answers 503.
    pub fn stopping(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What logs.
pub trait LogLevel: Debug + Send + Sync {
    /// The level or filter in effect, as somebody would write it.
    fn filter(&self) -> String;
    /// From now on this one. An error says what is wrong with it.
    fn change(&self, filter: &str) -> Result<(), String>;
}
