//! The store's calls for what is shared: beginning to share, hearing of others, and how old the copy is.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{STATE_OLD, SharedChanges, SharedKind, SharedPart, SharedRows, Sharing};
use crate::{Error, Store};

impl Store {
    /// Shares this store from now on: what is written goes through `rows`, and only where they take it. What the store
    /// holds counts as an old copy of theirs.
    pub fn share(&self, rows: Arc<dyn SharedRows>) {
        self.0.database.share(Sharing::new(rows, self.0.access_changes.clone()));
    }

    /// Whether it is shared.
    pub fn is_shared(&self) -> bool {
        self.0.database.sharing().is_some()
    }

    /// How old the copy may be at most; `None` where nothing is shared.
    pub fn state_age(&self) -> Option<Duration> {
        self.0.database.sharing().map(Sharing::age)
    }

    /// Up to which sequence others' changes are in the copy.
    pub fn shared_up_to(&self, part: SharedPart) -> u64 {
        self.0.database.sharing().map_or(0, |sharing| sharing.up_to(part))
    }

    /// Puts changes of others into the copy, and tells those who wait for them.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Busy`], [`Error::Database`]: the copy is as it was.
    pub async fn apply_shared(&self, part: SharedPart, changes: SharedChanges) -> Result<(), Error> {
        self.0.database.clone().apply_shared(part, changes).await
    }

    /// Brings the copy up to what is committed at this moment, as whoever decides says: before somebody is let in, and
    /// before something is changed. Without a cluster there is nothing to do.
    ///
    /// # Errors
    /// [`Error::StateOld`], [`Error::Unanswered`] where nobody says it; and those of [`Store::apply_shared`].
    pub async fn catch_up(&self) -> Result<(), Error> {
        match self.0.database.sharing() {
            None => Ok(()),
            Some(sharing) if sharing.age() > STATE_OLD => Err(Error::StateOld),
            Some(_) => self.0.database.clone().catch_up(&[SharedPart::State, SharedPart::Sessions]).await,
        }
    }

    /// The same for who changed what, before all of it is copied.
    ///
    /// # Errors
    /// As [`Store::catch_up`].
    pub async fn catch_up_audit_log(&self) -> Result<(), Error> {
        self.0.database.clone().catch_up(&[SharedPart::Audit]).await
    }

    /// [`Store::catch_up`] for something that is not in the copy and may be a moment old; strangers can ask for it, so it
    /// is done a few times a second at most. True where it is worth looking again.
    pub(crate) async fn caught_up(&self) -> bool {
        self.0.database.sharing().is_some_and(Sharing::may_look_again) && self.catch_up().await.is_ok()
    }

    /// Changes whenever others changed routers.
    pub fn routers_changed(&self) -> watch::Receiver<u64> {
        self.changed_by_others(SharedKind::Routers)
    }

    /// Changes whenever others changed this; never where nothing is shared.
    pub fn changed_by_others(&self, kind: SharedKind) -> watch::Receiver<u64> {
        match self.0.database.sharing() {
            Some(sharing) => sharing.changes(kind),
            // Its sender is gone: who waits for it waits no more.
            None => watch::Sender::new(0).subscribe(),
        }
    }
}
