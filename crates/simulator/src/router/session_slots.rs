//! The sessions that are logged in, up to a limit. A connection before its login takes no slot.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use crate::lock::lock;

/// All slots of one router.
#[derive(Clone, Default)]
pub(crate) struct SessionSlots(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    last_id: u32,
    sessions: Vec<ActiveSession>,
}

/// A session that is logged in.
#[derive(Clone)]
pub(crate) struct ActiveSession {
    pub(crate) id: u32,
    pub(crate) user: Arc<str>,
    pub(crate) address: IpAddr,
    /// The time of its login, seconds since 1970.
    pub(crate) since: u64,
}

/// One taken slot, given back when dropped.
pub(crate) struct SessionSlot {
    slots: SessionSlots,
    id: u32,
    pub(crate) user: Arc<str>,
}

impl SessionSlots {
    pub(crate) fn taken(&self) -> usize {
        lock(&self.0).sessions.len()
    }

    /// Takes a slot if fewer than `most` are taken.
    pub(crate) fn take(&self, most: usize, user: Arc<str>, address: IpAddr, since: u64) -> Option<SessionSlot> {
        let mut taken = lock(&self.0);
        if taken.sessions.len() >= most {
            return None;
        }
        taken.last_id = taken.last_id.wrapping_add(1);
        let id = taken.last_id;
        taken.sessions.push(ActiveSession { id, user: user.clone(), address, since });
        Some(SessionSlot { slots: self.clone(), id, user })
    }

    pub(crate) fn sessions(&self) -> Vec<ActiveSession> {
        lock(&self.0).sessions.clone()
    }
}

impl Drop for SessionSlot {
    fn drop(&mut self) {
        lock(&self.slots.0).sessions.retain(|session| session.id != self.id);
    }
}
