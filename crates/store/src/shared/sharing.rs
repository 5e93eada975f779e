//! A write from its beginning to its end, and what this node knows of the others' writes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Refused, STATE_OLD, SharedChanges, SharedKind, SharedPart, SharedRow, SharedRows, apply, capture};
use crate::told::Told;
use crate::{EncryptionKey, Error};

/// How often a write begins anew because somebody else was first.
const ATTEMPTS: usize = 6;
/// The pause between two looks for what is not in the copy yet, ms: strangers can cause them.
const LOOK_AGAIN: u64 = 100;

/// What makes a store a copy of what several share.
#[derive(Debug)]
pub(crate) struct Sharing {
    rows: Arc<dyn SharedRows>,
    known: Mutex<Known>,
    access: watch::Sender<u64>,
    kinds: [(SharedKind, watch::Sender<u64>); 5],
    begun: Instant,
    looked: AtomicU64,
}

/// What is in the copy.
#[derive(Debug, Default)]
struct Known {
    /// With which sequence each key was last written, also those that are gone.
    sequences: HashMap<String, u64>,
    /// Up to where others' changes were applied.
    up_to: HashMap<SharedPart, u64>,
}

impl Sharing {
    pub(super) fn new(rows: Arc<dyn SharedRows>, access: watch::Sender<u64>) -> Self {
        let kinds = [
            SharedKind::Routers,
            SharedKind::Lines,
            SharedKind::EmbedOrigins,
            SharedKind::Recording,
            SharedKind::Alerts,
        ];
        Self {
            rows,
            known: Mutex::default(),
            access,
            kinds: kinds.map(|kind| (kind, watch::Sender::new(0))),
            begun: Instant::now(),
            looked: AtomicU64::new(0),
        }
    }

    pub(super) fn age(&self) -> Duration {
        self.rows.age()
    }

    pub(crate) fn up_to(&self, part: SharedPart) -> u64 {
        self.known().up_to.get(&part).copied().unwrap_or(0)
    }

    pub(super) fn changes(&self, kind: SharedKind) -> watch::Receiver<u64> {
        let sender = self.kinds.iter().find(|(of, _)| *of == kind).map(|(_, sender)| sender.subscribe());
        sender.unwrap_or_else(|| watch::Sender::new(0).subscribe())
    }

    /// Whether it is time to look again for something that is not there: true for one caller each time.
    pub(super) fn may_look_again(&self) -> bool {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(LOOK_AGAIN);
        let looked = self.looked.load(Ordering::Relaxed);
        now.saturating_sub(looked) >= LOOK_AGAIN
            && self.looked.compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Runs a call that writes: its changes are committed for all, and then here. Where somebody else was first, the call
    /// runs again over what is there now. Who makes the change is told before it is committed, once; where that cannot be
    /// told nothing is changed.
    pub(crate) fn write<T>(
        &self,
        connection: &mut Connection,
        key: &EncryptionKey,
        told: Option<&Told>,
        call: impl FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Clone,
    ) -> Result<T, Error> {
        let mut outcome = None;
        self.write_all(connection, key, told, &mut |db, key| {
            outcome = Some(call.clone()(db, key)?);
            Ok(())
        })?;
        outcome.ok_or(Error::Conflict)
    }

    /// The same for whatever is written: once in the program, and not once for each kind of write.
    fn write_all(
        &self,
        connection: &mut Connection,
        key: &EncryptionKey,
        told: Option<&Told>,
        call: &mut dyn FnMut(&Transaction<'_>, &EncryptionKey) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.age() > STATE_OLD {
            return Err(Error::StateOld);
        }
        capture::prepare(connection)?;
        let mut entry = None;
        for _ in 0..ATTEMPTS {
            let db = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            capture::begin(&db)?;
            call(&db, key)?;
            let changes = capture::changes(&db, &|key| self.known().sequences.get(key).copied())?;
            if changes.is_empty() {
                db.commit()?;
                return Ok(());
            }
            if let Some((key, value)) = told.and_then(Told::take) {
                entry = Some(self.append(&key, value).map_err(|_| Error::StateOld)?);
            }
            match self.rows.commit(&changes) {
                Ok(sequences) => {
                    // If this fails, the rows come as another's would.
                    db.commit()?;
                    let mut known = self.known();
                    for (change, sequence) in changes.into_iter().zip(sequences) {
                        let Some(sequence) = sequence else { continue };
                        let up_to = known.up_to.entry(change.part).or_default();
                        if *up_to + 1 == sequence {
                            *up_to = sequence;
                        }
                        known.sequences.insert(change.key, sequence);
                    }
                    drop(known);
                    if let Some(Err(error)) = entry.map(|entry| self.apply(connection, SharedPart::Audit, &entry)) {
                        // It comes as another's would.
                        tracing::debug!(%error, "an entry of the audit log is not in the copy yet");
                    }
                    return Ok(());
                }
                Err(Refused::Conflict) => {
                    drop(db);
                    for part in [SharedPart::State, SharedPart::Sessions] {
                        let changes = self.since(part)?;
                        self.apply(connection, part, &changes)?;
                    }
                }
                Err(refused) => return Err(unanswered(refused)),
            }
        }
        Err(Error::Conflict)
    }

    /// What others committed of a part since the copy was brought up to date.
    pub(crate) fn since(&self, part: SharedPart) -> Result<SharedChanges, Error> {
        self.rows.since(part, self.up_to(part)).map_err(unanswered)
    }

    /// Appends to the audit log, and tells what is in it now that the copy does not have.
    pub(crate) fn append(&self, key: &str, value: Vec<u8>) -> Result<SharedChanges, Error> {
        let sequence = self.rows.append(key, &value).map_err(unanswered)?;
        if self.up_to(SharedPart::Audit) + 1 == sequence {
            let row = SharedRow { key: key.to_owned(), sequence, value: Some(value) };
            return Ok(SharedChanges { rows: vec![row], up_to: sequence, all: false });
        }
        self.since(SharedPart::Audit)
    }

    /// Puts changes of others into the copy: all of them, or none.
    pub(crate) fn apply(
        &self,
        connection: &mut Connection,
        part: SharedPart,
        changes: &SharedChanges,
    ) -> Result<(), Error> {
        // Nothing is new.
        if !changes.all && changes.up_to <= self.up_to(part) {
            return Ok(());
        }
        capture::prepare(connection)?;
        // Does nothing within a transaction.
        connection.pragma_update(None, "foreign_keys", "OFF")?;
        let applied = self.apply_in(connection, part, changes);
        connection.pragma_update(None, "foreign_keys", "ON")?;
        let applied = applied?;
        {
            let mut known = self.known();
            if changes.all && part != SharedPart::Audit {
                known.sequences.retain(|key, _| super::keys::read(key).is_none_or(|(one, _)| one.part != part));
            }
            if part != SharedPart::Audit {
                for row in &changes.rows {
                    let sequence = known.sequences.entry(row.key.clone()).or_default();
                    *sequence = row.sequence.max(*sequence);
                }
            }
            let up_to = known.up_to.entry(part).or_default();
            *up_to = if changes.all { changes.up_to } else { changes.up_to.max(*up_to) };
        }
        if applied.access {
            self.access.send_modify(|changes| *changes += 1);
        }
        for (_, sender) in self.kinds.iter().filter(|(kind, _)| applied.kinds.contains(kind)) {
            sender.send_modify(|changes| *changes += 1);
        }
        Ok(())
    }

    fn apply_in(
        &self,
        connection: &mut Connection,
        part: SharedPart,
        changes: &SharedChanges,
    ) -> Result<apply::Applied, Error> {
        let db = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_news = |row: &SharedRow| self.known().sequences.get(&row.key).is_none_or(|known| *known < row.sequence);
        let applied = apply::apply(&db, part, changes, is_news)?;
        // Noted as well, and nothing of this node's.
        capture::begin(&db)?;
        db.commit()?;
        Ok(applied)
    }

    /// Takes up the audit log where the file left it.
    pub(crate) fn resume(&self, connection: &mut Connection) -> Result<(), Error> {
        let db = connection.transaction()?;
        let read = apply::audit_read(&db)?;
        db.commit()?;
        self.known().up_to.insert(SharedPart::Audit, read);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unanswered(refused: Refused) -> Error {
    match refused {
        Refused::Conflict => Error::Conflict,
        Refused::ReadOnly => Error::ReadOnly,
        Refused::Unanswered(detail) => {
            tracing::warn!(detail, "the shared state did not answer");
            Error::Unanswered
        }
    }
}
