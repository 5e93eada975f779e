//! Who is logged in: as many as there are seats. Who is merely connected has none.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use crate::router::lock;

/// The sessions that are logged in.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    last: u32,
    sitting: Vec<Sitting>,
}

/// One of them.
#[derive(Clone)]
pub(crate) struct Sitting {
    pub(crate) id: u32,
    pub(crate) address: IpAddr,
    /// When it logged in, seconds since 1970.
    pub(crate) since: u64,
}

/// A seat, given back when dropped.
pub(crate) struct Seat {
    seats: Seats,
    id: u32,
}

impl Seats {
    pub(crate) fn taken(&self) -> usize {
        lock(&self.0).sitting.len()
    }

    /// Takes a seat where fewer than `most` are taken.
    pub(crate) fn take(&self, most: usize, address: IpAddr, since: u64) -> Option<Seat> {
        let mut taken = lock(&self.0);
        if taken.sitting.len() >= most {
            return None;
        }
        taken.last = taken.last.wrapping_add(1);
        let id = taken.last;
        taken.sitting.push(Sitting { id, address, since });
        Some(Seat { seats: self.clone(), id })
    }

    pub(crate) fn sitting(&self) -> Vec<Sitting> {
        lock(&self.0).sitting.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.seats.0).sitting.retain(|sitting| sitting.id != self.id);
    }
}
