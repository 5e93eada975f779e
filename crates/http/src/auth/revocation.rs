//! Ends streams, and requests that wait for an answer, when the right to them ends.
//!
//! Whatever stays open takes an [`AccessLease`]. One task checks all of them together, each session and token once however
//! many streams it has, and only when something changed in the store or a credential has expired.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_store::{Access, Credential, CredentialState, Store, Timestamp};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;

/// How often to look for expired credentials and for changes that another process made: within a stream's heartbeat.
const INTERVAL: Duration = Duration::from_secs(4);
/// The pause after a check, so that someone who keeps logging in and out does not keep us busy. The first check is immediate.
const PAUSE: Duration = Duration::from_millis(250);
/// Everything is checked at least this often, because an open stream counts as use of its session.
const FULL_CHECK: Duration = Duration::from_secs(3_600);

/// Watches the credentials behind everything that is open. Ends its task when dropped.
#[derive(Debug)]
pub(super) struct RevocationWatch {
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    watched: Mutex<HashMap<Credential, Watched>>,
    /// Wakes the task when there is a new lease to check.
    wake: Notify,
}

#[derive(Debug)]
struct Watched {
    leases: usize,
    until: Option<Timestamp>,
    state: watch::Sender<Option<CredentialState>>,
}

/// The right to keep something open.
#[derive(Debug)]
pub(crate) struct AccessLease {
    shared: Arc<Shared>,
    credential: Credential,
    access: Access,
    state: watch::Receiver<Option<CredentialState>>,
}

impl RevocationWatch {
    /// Starts the task, which needs a Tokio runtime.
    pub(super) fn start(store: Store) -> Self {
        let shared = Arc::new(Shared { store, watched: Mutex::default(), wake: Notify::new() });
        let task = AbortOnDropHandle::new(tokio::spawn(run(shared.clone()).boxed()));
        Self { shared, _task: task }
    }

    /// A lease for `access`, which expires at `until`. `revision` is the store's access revision before the credential was
    /// looked up.
    pub(super) fn lease(
        &self,
        credential: Credential,
        access: Access,
        until: Option<Timestamp>,
        revision: u64,
    ) -> AccessLease {
        let shared = self.shared.clone();
        let state = {
            let mut watched = shared.watched();
            let first = watched.is_empty();
            let new = || Watched { leases: 0, until, state: watch::Sender::new(None) };
            let entry = watched.entry(credential.clone()).or_insert_with(new);
            entry.leases += 1;
            let state = entry.state.subscribe();
            // Something changed since the look-up, or the task is asleep.
            if first || shared.revision() != revision {
                shared.wake.notify_one();
            }
            state
        };
        AccessLease { shared, credential, access, state }
    }

    /// The store's access revision; see [`RevocationWatch::lease`].
    pub(super) fn revision(&self) -> u64 {
        self.shared.revision()
    }
}

impl AccessLease {
    /// Waits until the access ends or changes, and returns why.
    async fn ended(&mut self) -> &'static str {
        loop {
            // The sender lives as long as any lease, so this returns only after a change.
            if self.state.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            match &*self.state.borrow_and_update() {
                Some(CredentialState::Ended(over)) => return over.code(),
                Some(CredentialState::Valid(access, _)) if *access != self.access => return "access-changed",
                _ => {}
            }
        }
    }
}

/// Waits until `lease` ends, and returns why; forever where there is none.
pub(crate) async fn revoked(lease: &mut Option<AccessLease>) -> &'static str {
    match lease {
        Some(lease) => lease.ended().await,
        None => std::future::pending().await,
    }
}

impl Drop for AccessLease {
    fn drop(&mut self) {
        let mut watched = self.shared.watched();
        if let Some(entry) = watched.get_mut(&self.credential) {
            entry.leases -= 1;
            if entry.leases == 0 {
                watched.remove(&self.credential);
            }
        }
    }
}

impl Shared {
    fn watched(&self) -> MutexGuard<'_, HashMap<Credential, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn revision(&self) -> u64 {
        *self.store.access_changes().borrow()
    }

    /// Looks up every credential and tells the leases. After an error they stay as they are until the next check.
    async fn check(&self) -> Result<(), lalin_store::Error> {
        let credentials: Vec<Credential> = self.watched().keys().cloned().collect();
        let states = self.store.credential_states(credentials.clone(), Timestamp::now()).await?;
        let mut watched = self.watched();
        for (credential, state) in credentials.iter().zip(states) {
            let Some(entry) = watched.get_mut(credential) else { continue };
            if let CredentialState::Valid(_, until) = &state {
                entry.until = *until;
            }
            entry.state.send_replace(Some(state));
        }
        Ok(())
    }

    /// Whether a credential has expired.
    fn is_due(&self) -> bool {
        let now = Timestamp::now();
        self.watched().values().any(|watched| watched.until.is_some_and(|until| now >= until))
    }
}

async fn run(shared: Arc<Shared>) {
    let mut changes = shared.store.access_changes();
    let mut checked = Instant::now();
    loop {
        while shared.watched().is_empty() {
            shared.wake.notified().await;
        }
        let must = tokio::select! {
            changed = changes.changed() => changed.is_ok(),
            () = shared.wake.notified() => true,
            () = sleep(INTERVAL) => checked.elapsed() >= FULL_CHECK || shared.is_due(),
        };
        // Asked even when a check is due anyway, because it reports each change only once.
        let elsewhere = shared.store.changed_elsewhere().await.unwrap_or(true);
        if !must && !elsewhere {
            continue;
        }
        // Everything up to here is checked now.
        changes.borrow_and_update();
        match shared.check().await {
            Ok(()) => {
                checked = Instant::now();
                sleep(PAUSE).await;
            }
            Err(error) => {
                tracing::warn!(%error, "who may still look cannot be looked up for now");
                sleep(INTERVAL).await;
                shared.wake.notify_one();
            }
        }
    }
}
