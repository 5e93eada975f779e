//! The entry of the audit log about a change that is being made, on its way to where the change is committed.

use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static TOLD: Told;
}

/// An entry as it travels between nodes, with its key, until somebody takes it to write it.
#[derive(Clone, Debug)]
pub(crate) struct Told(Arc<Mutex<Option<Written>>>);

/// The key and the entry.
type Written = (String, Vec<u8>);

impl Told {
    pub(crate) fn new(key: String, value: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Some((key, value)))))
    }

    /// Runs what is told by this.
    pub(crate) async fn by<T>(&self, change: impl Future<Output = T>) -> T {
        TOLD.scope(self.clone(), change).await
    }

    /// What tells of the task that asks.
    pub(crate) fn of_task() -> Option<Self> {
        TOLD.try_with(Clone::clone).ok()
    }

    /// What is to be written; once.
    pub(crate) fn take(&self) -> Option<Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
