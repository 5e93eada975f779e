//! The door through which routers' ticks come into the queue.

use std::sync::Arc;

use prost::Message;

use crate::counters::{Counters, Lost};
use crate::queue::Queue;
use crate::tick::Tick;

/// Where a router's ticks go in.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    pub(crate) queue: Queue,
    pub(crate) counters: Arc<Counters>,
}

impl Sink {
    pub(crate) fn push(&self, tick: &Tick) {
        let samples = tick.samples() as u32;
        let shard = Queue::shard_of(&tick.router);
        if !self.queue.append(shard, tick.encode_to_vec(), samples, tick.at_ms) {
            self.lost(Lost::NotQueued, samples.into());
        }
    }

    pub(crate) fn lost(&self, why: Lost, samples: u64) {
        self.counters.lost(why, samples);
    }
}
