//! Who changed what: written with every change, read by administrators, never changed.
//!
//! Where the store is shared the entry is written before the change that it tells of: of two writes the second may be lost,
//! and a change that nobody can be asked about is worse than an entry about one that did not come to pass.

use std::net::Ipv6Addr;

use crate::audit_entries::{entry, write, written};
use crate::told::Told;
use crate::{Actor, AuditEntry, AuditEvent, Error, Store};

/// The longest text of an event, in characters: what comes from outside must not fill the disk.
const LONGEST: usize = 512;

impl Store {
    /// Makes a change and writes who made it into the log. Where the store is shared that is written right before what is
    /// changed in the store, once it is certain that it can be; and where it cannot be written, nothing is changed. On a
    /// machine alone it is written afterwards, and a change that was made stands.
    ///
    /// # Errors
    /// Those of the change; [`Error::StateOld`] among them, where it could not be told.
    pub async fn audited<T, E>(&self, event: AuditEvent, change: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let entry = entry_of(event);
        let (done, is_told) = if self.is_shared() {
            let told = Told::new(key(&entry), written(&entry));
            let done = told.by(change).await;
            (done, told.take().is_none())
        } else {
            (change.await, false)
        };
        // On a machine alone always; otherwise what changed nothing in the store.
        if done.is_ok() && !is_told {
            let action = entry.event.action.clone();
            if let Err(error) = self.append(entry).await {
                tracing::error!(%error, action, "the audit log cannot be written");
            }
        }
        done
    }

    /// Writes an event into the log.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn record(&self, event: AuditEvent) -> Result<(), Error> {
        self.append(entry_of(event)).await
    }

    /// Writes an entry: for all nodes where the store is shared.
    pub(crate) async fn append(&self, entry: AuditEntry) -> Result<(), Error> {
        if !self.is_shared() {
            return self.write(move |db, _| write(db, &entry)).await;
        }
        self.0.database.clone().append(key(&entry), written(&entry)).await
    }

    /// How many entries of an action are kept.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn recorded(&self, action: &'static str) -> Result<u32, Error> {
        self.read(move |db, _| {
            Ok(db.query_row("SELECT count(*) FROM audit WHERE action = ?1", [action], |row| row.get(0))?)
        })
        .await
    }

    /// The newest entries, the newest first; at most a thousand.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn audit_log(&self, most: u16) -> Result<Vec<AuditEntry>, Error> {
        self.read(move |db, _| {
            let mut newest = db.prepare("SELECT * FROM audit ORDER BY at DESC, id DESC LIMIT ?1")?;
            let entries = newest.query_map([most.min(1_000)], entry)?.collect::<Result<_, _>>()?;
            Ok(entries)
        })
        .await
    }
}

/// An entry of what happened once.
fn entry_of(event: AuditEvent) -> AuditEntry {
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let AuditEvent { at, actor, action, target } = &event;
    let actor = Actor { name: short(&actor.name), address: short(&network(actor, action)) };
    let event = AuditEvent { at: *at, actor, action: short(action), target: short(target) };
    AuditEntry { since: event.at, event, times: 1 }
}

/// Where it is among the entries of all nodes: each action has room of its own there, too.
fn key(entry: &AuditEntry) -> String {
    let word = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    entry.event.action.chars().map(word).collect()
}

/// The address as it is logged. An attacker usually has a whole IPv6 /64 to try from, so a failure is logged by network.
fn network(actor: &Actor, action: &str) -> String {
    match actor.address.parse() {
        Ok(Ipv6Addr::LOCALHOST) | Err(_) => actor.address.clone(),
        Ok(address) if action.ends_with(".failed") && address.to_ipv4_mapped().is_none() => {
            format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & !0 << 64))
        }
        Ok(_) => actor.address.clone(),
    }
}
