//! The door through which routers' ticks come into the queue.

use std::sync::Arc;

use prost::Message;

use crate::counters::{Counters, Lost};
use crate::queue::Queue;
use crate::tick::{Line, MOST_SAMPLES, Tick};

/// Where a router's ticks go in.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    pub(crate) queue: Queue,
    pub(crate) counters: Arc<Counters>,
}

impl Sink {
    /// Puts lines of one moment in, in records of at most [`MOST_SAMPLES`] each. `false` where one of them has no room.
    pub(crate) fn push_lines(&self, router: &str, at_ms: i64, lines: Vec<Line>) -> bool {
        let new = || Tick { router: router.to_owned(), at_ms, lines: Vec::new() };
        let (mut tick, mut samples, mut fits) = (new(), 0, true);
        for line in lines {
            if samples + line.values.len() > MOST_SAMPLES {
                fits &= self.push(&std::mem::replace(&mut tick, new()));
                samples = 0;
            }
            samples += line.values.len();
            tick.lines.push(line);
        }
        if samples > 0 {
            fits &= self.push(&tick);
        }
        fits
    }

    fn push(&self, tick: &Tick) -> bool {
        let samples = tick.samples() as u32;
        let shard = Queue::shard_of(&tick.router);
        let fits = self.queue.append(shard, tick.encode_to_vec(), samples, tick.at_ms);
        if !fits {
            self.lost(Lost::NotQueued, samples.into());
        }
        fits
    }

    pub(crate) fn lost(&self, why: Lost, samples: u64) {
        self.counters.lost(why, samples);
    }
}
