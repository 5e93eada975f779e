//! How many event streams may be open: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Problem;

/// The limits for event streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// How many may be open at once.
    pub streams: usize,
    /// How many of them may come from one address; this machine's own address is exempt.
    pub streams_per_address: usize,
    /// The longest time that a stream is silent.
    pub heartbeat: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { streams: 1_000, streams_per_address: 100, heartbeat: Duration::from_secs(5) }
    }
}

/// Counts the open streams.
#[derive(Clone, Debug)]
pub(crate) struct StreamSlots(Arc<Slots>);

#[derive(Debug)]
struct Slots {
    limits: StreamLimits,
    open_by_address: Mutex<HashMap<IpAddr, usize>>,
}

impl StreamSlots {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        Self(Arc::new(Slots { limits, open_by_address: Mutex::default() }))
    }

    fn open_by_address(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.open_by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot, which is free again when it is dropped. An `exempt` address may stand for many people, so the limit for
    /// one address does not apply to it.
    pub(crate) fn take(&self, address: IpAddr, exempt: bool) -> Result<StreamSlot, Problem> {
        let limits = self.0.limits;
        let mut open_by_address = self.open_by_address();
        let open: usize = open_by_address.values().sum();
        let own = open_by_address.get(&address).copied().unwrap_or(0);
        if open >= limits.streams {
            return Err(Problem::too_many_viewers(open));
        }
        if own >= limits.streams_per_address && !exempt {
            return Err(Problem::too_many_viewers(own));
        }
        open_by_address.insert(address, own + 1);
        drop(open_by_address);
        Ok(StreamSlot { slots: self.clone(), address })
    }
}

/// The right to one open stream.
#[derive(Debug)]
pub(crate) struct StreamSlot {
    slots: StreamSlots,
    address: IpAddr,
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open_by_address = self.slots.open_by_address();
        if let Some(open) = open_by_address.get_mut(&self.address) {
            *open -= 1;
            if *open == 0 {
                open_by_address.remove(&self.address);
            }
        }
    }
}
