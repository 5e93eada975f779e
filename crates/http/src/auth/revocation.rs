//! Ends what is open when the right to it is over: streams, and questions that wait for an answer.
//!
//! Whoever is let in for long takes an [`AccessLease`]. One task looks all of them up together, each session and token
//! once however many viewers it has, and only when something changed or somebody's time is over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lalin_store::{Access, Credential, CredentialState, Store, Timestamp};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;

/// Another process's changes, and what ends by itself, are looked for this often: within a stream's heartbeat.
const LOOK: Duration = Duration::from_secs(4);
/// Between two look-ups: somebody who logs in and out all the time does not keep us busy. The first one is at once.
const PAUSE: Duration = Duration::from_millis(250);
/// Everything is looked up this often all the same: an open stream is a session's use.
const SELDOM: Duration = Duration::from_secs(3_600);

/// PrincipalKind is let in for long. Ends its task when dropped.
#[derive(Debug)]
pub(crate) struct RevocationWatch {
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    held: Mutex<HashMap<Credential, Held>>,
    /// Somebody is let in, who must be looked at.
    bell: Notify,
}

#[derive(Debug)]
struct Held {
    leases: usize,
    until: Option<Timestamp>,
    state: watch::Sender<Option<CredentialState>>,
}

/// The right of somebody who was let in, for as long as it is used.
#[derive(Debug)]
pub(crate) struct AccessLease {
    shared: Arc<Shared>,
    credential: Credential,
    access: Access,
    state: watch::Receiver<Option<CredentialState>>,
}

impl RevocationWatch {
    /// Needs a runtime.
    pub(crate) fn start(store: Store) -> Self {
        let shared = Arc::new(Shared { store, held: Mutex::default(), bell: Notify::new() });
        let task = AbortOnDropHandle::new(tokio::spawn(run(shared.clone())));
        Self { shared, _task: task }
    }

    /// Somebody was let in with `access`, which ends by itself at `until`. `revision` is that of the store's changes
    /// before the look-up.
    pub(crate) fn lease(
        &self,
        credential: Credential,
        access: Access,
        until: Option<Timestamp>,
        revision: u64,
    ) -> AccessLease {
        let shared = self.shared.clone();
        let state = {
            let mut held = shared.held();
            let first = held.is_empty();
            let new = || Held { leases: 0, until, state: watch::Sender::new(None) };
            let entry = held.entry(credential.clone()).or_insert_with(new);
            entry.leases += 1;
            let state = entry.state.subscribe();
            // Something changed between the look-up and now; or the task sleeps.
            if first || shared.revision() != revision {
                shared.bell.notify_one();
            }
            state
        };
        AccessLease { shared, credential, access, state }
    }

    /// See [`RevocationWatch::lease`].
    pub(crate) fn revision(&self) -> u64 {
        self.shared.revision()
    }
}

impl AccessLease {
    /// Waits until the right is over or another one, and says why.
    pub(crate) async fn ended(&mut self) -> &'static str {
        loop {
            // The watch outlives every lease, so this ends only with a change.
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

impl Drop for AccessLease {
    fn drop(&mut self) {
        let mut held = self.shared.held();
        if let Some(entry) = held.get_mut(&self.credential) {
            entry.leases -= 1;
            if entry.leases == 0 {
                held.remove(&self.credential);
            }
        }
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, HashMap<Credential, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn revision(&self) -> u64 {
        *self.store.access_changes().borrow()
    }

    /// Looks everybody up and tells them. What cannot be read stays as it is, and is looked up again.
    async fn check(&self) -> Result<(), lalin_store::Error> {
        let credentials: Vec<Credential> = self.held().keys().cloned().collect();
        let states = self.store.credential_states(credentials.clone(), Timestamp::now()).await?;
        let mut held = self.held();
        for (credential, state) in credentials.iter().zip(states) {
            let Some(entry) = held.get_mut(credential) else { continue };
            if let CredentialState::Valid(_, until) = &state {
                entry.until = *until;
            }
            entry.state.send_replace(Some(state));
        }
        Ok(())
    }

    /// Whether somebody's time is over.
    fn is_due(&self) -> bool {
        let now = Timestamp::now();
        self.held().values().any(|held| held.until.is_some_and(|until| now >= until))
    }
}

async fn run(shared: Arc<Shared>) {
    let mut changes = shared.store.access_changes();
    let mut checked = Instant::now();
    loop {
        while shared.held().is_empty() {
            shared.bell.notified().await;
        }
        let must = tokio::select! {
            changed = changes.changed() => changed.is_ok(),
            () = shared.bell.notified() => true,
            () = sleep(LOOK) => checked.elapsed() >= SELDOM || shared.is_due(),
        };
        // Asked in any case: it tells of each change once.
        let elsewhere = shared.store.changed_elsewhere().await.unwrap_or(true);
        if !must && !elsewhere {
            continue;
        }
        match shared.check().await {
            Ok(()) => {
                checked = Instant::now();
                sleep(PAUSE).await;
            }
            Err(error) => {
                tracing::warn!(%error, "who may still look cannot be looked up for now");
                sleep(LOOK).await;
                shared.bell.notify_one();
            }
        }
    }
}
