//! How many event streams may be open: in all, and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Problem;

/// The limits for event streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// How many may be open at once.
    pub streams: usize,
    /// How many of them may come from one address, or from one /64 of IPv6; this machine's own address is exempt.
    pub streams_per_address: usize,
    /// The longest time that a stream is silent.
    pub heartbeat: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { streams: 10_000, streams_per_address: 200, heartbeat: Duration::from_secs(5) }
    }
}

/// Counts the open streams.
#[derive(Clone, Debug)]
pub(crate) struct StreamSlots(Arc<Slots>);

#[derive(Debug)]
struct Slots {
    limits: StreamLimits,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl StreamSlots {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        Self(Arc::new(Slots { limits, open: Mutex::default() }))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many streams are open.
    pub(crate) fn taken(&self) -> usize {
        self.open().all
    }

    /// Takes a slot, which is free again when it is dropped. An `exempt` address may stand for many people, so the limit for
    /// one address does not apply to it.
    pub(crate) fn take(&self, address: IpAddr, exempt: bool) -> Result<StreamSlot, Problem> {
        let limits = self.0.limits;
        let address = counted_as(address);
        let mut open = self.open();
        let own = open.by_address.get(&address).copied().unwrap_or(0);
        if own >= limits.streams_per_address && !exempt {
            return Err(Problem::too_many_viewers_of_one_address(own));
        }
        if open.all >= limits.streams {
            return Err(Problem::too_many_viewers(open.all));
        }
        open.all += 1;
        open.by_address.insert(address, own + 1);
        drop(open);
        Ok(StreamSlot { slots: self.clone(), address })
    }
}

/// The address itself, or the /64 network of a household or an office.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
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
        let mut open = self.slots.open();
        open.all -= 1;
        if let Some(own) = open.by_address.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_limit_is_named_and_a_slot_that_is_given_back_is_free() {
        let slots = StreamSlots::new(StreamLimits { streams: 3, streams_per_address: 2, ..StreamLimits::default() });
        let held = ["192.0.2.1", "192.0.2.1"].map(|from| slots.take(ip(from), false).unwrap());
        let refused = slots.take(ip("192.0.2.1"), false).unwrap_err();
        assert_eq!((refused.status_code().as_u16(), refused.limit()), (429, Some("viewers-per-address")));
        let exempt = slots.take(ip("192.0.2.1"), true).unwrap();
        let refused = slots.take(ip("192.0.2.2"), false).unwrap_err();
        assert_eq!((refused.status_code().as_u16(), refused.limit()), (503, Some("viewers")));
        drop((held, exempt));
        assert_eq!(slots.taken(), 0);
        assert!(slots.open().by_address.is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let slots = StreamSlots::new(StreamLimits { streams_per_address: 1, ..StreamLimits::default() });
        let _held = slots.take(ip("2001:db8::1"), false).unwrap();
        assert!(slots.take(ip("2001:db8::2"), false).is_err());
        let _other = slots.take(ip("2001:db8:0:1::2"), false).unwrap();
    }
}
