//! Who changed what: written with every change, read by administrators, never changed.

use std::net::Ipv6Addr;

use crate::audit_entries::{entry, write, written};
use crate::{Actor, AuditEntry, AuditEvent, Error, Store};

/// The longest text of an event, in characters: what comes from outside must not fill the disk.
const LONGEST: usize = 512;

impl Store {
    /// Writes an event into the log.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn record(&self, event: AuditEvent) -> Result<(), Error> {
        let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let AuditEvent { at, actor, action, target } = &event;
        let actor = Actor { name: short(&actor.name), address: short(&network(actor, action)) };
        let event = AuditEvent { at: *at, actor, action: short(action), target: short(target) };
        self.append(AuditEntry { since: event.at, event, times: 1 }).await
    }

    /// Writes an entry: for all nodes where the store is shared.
    pub(crate) async fn append(&self, entry: AuditEntry) -> Result<(), Error> {
        if !self.is_shared() {
            return self.write(move |db, _| write(db, &entry)).await;
        }
        // Each action has room of its own there, too.
        let word = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        let key: String = entry.event.action.chars().map(word).collect();
        self.0.database.clone().append(key, written(&entry)).await
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
