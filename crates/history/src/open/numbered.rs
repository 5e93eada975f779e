//! Maps by a line's number. The numbers are given one after the other by this program, so that nobody can choose them to
//! collide, and need no hash that withstands it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by a line's number.
pub(crate) type Numbered<T> = HashMap<u32, T, BuildHasherDefault<NumberHasher>>;

/// Spreads numbers over all bits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NumberHasher(u64);

/// The golden ratio of 64 bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for NumberHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(SPREAD);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(SPREAD);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
