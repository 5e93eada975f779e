//! One group of samples until it is settled: sent again while the receiver cannot take it, in halves where something in it
//! is refused.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use crate::counters::{Counters, Lost};
use crate::queue::{Group, Queue};
use crate::wire::{Sample, Version};

use super::answer::Answer;
use super::receiver::Receiver;

/// The first wait before a request is sent again, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(30);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A group is sent in at most so many parts; what is refused after that is lost whole.
const MOST_PARTS: usize = 64;

/// What became of some samples.
enum Became {
    Settled,
    Refused(String),
}

/// The sending of one group.
pub(super) struct Delivery<'a> {
    receiver: &'a Receiver,
    counters: &'a Counters,
    /// It may have been stored by a request whose answer nobody saw.
    unknown: bool,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(receiver: &'a Receiver, counters: &'a Counters, unknown: bool) -> Self {
        Self { receiver, counters, unknown }
    }

    /// Sends it until it is settled, and says up to which number. Before it is sent again the queue is asked anew: the oldest
    /// of it may be too old by then, or have made room.
    pub(super) async fn deliver(mut self, group: Group, queue: &Queue, shard: usize) -> u64 {
        let (mut wait, mut failing) = (FIRST_WAIT, None);
        let mut samples = Sample::all(&group.ticks);
        let mut end = group.end;
        loop {
            match self.once(&samples).await {
                Ok(Became::Settled) => break,
                Ok(Became::Refused(why)) => {
                    self.in_parts(samples, &why).await;
                    break;
                }
                Err((after, why)) => {
                    self.counters.retried();
                    if failing.is_none() {
                        tracing::warn!(why, "remote write waits for its receiver");
                        failing = Some(tokio::time::Instant::now());
                    }
                    sleep(after.unwrap_or_else(|| jittered(wait))).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                    let Some(group) = queue.next(shard).await else { return end };
                    samples = Sample::all(&group.ticks);
                    end = group.end;
                }
            }
        }
        if let Some(since) = failing {
            tracing::info!(seconds = since.elapsed().as_secs(), "remote write has its receiver back");
        }
        end
    }

    /// One request, in the version that the receiver takes. An error: again, after so long.
    async fn once(&mut self, samples: &[Sample]) -> Result<Became, (Option<Duration>, String)> {
        loop {
            let version = self.receiver.version();
            match self.receiver.send(version, samples).await {
                Answer::Stored { short } => {
                    let stored = (samples.len() as u64).saturating_sub(short);
                    let newest = samples.iter().map(|sample| sample.at_ms).max().unwrap_or_default();
                    self.counters.stored(stored, newest);
                    self.counters.lost(Lost::Refused, short);
                    let number = if version == Version::V2 { 2 } else { 1 };
                    self.counters.protocol.store(number, Ordering::Relaxed);
                    return Ok(Became::Settled);
                }
                Answer::OtherVersion if self.receiver.without_second() => {}
                Answer::OtherVersion => {
                    return Err((Some(LONGEST_WAIT), "the receiver does not prove that it stores version 2.0".into()));
                }
                Answer::Again { after, unknown, why } => {
                    self.unknown |= unknown;
                    return Err((after, why));
                }
                Answer::Refused { why } => return Ok(Became::Refused(why)),
            }
        }
    }

    /// Sends it in halves, and those in halves, until only what is refused is left.
    async fn in_parts(&mut self, samples: Vec<Sample>, why: &str) {
        let (mut parts, mut sent, mut refused) = (vec![samples], 0, 0);
        while let Some(mut part) = parts.pop() {
            if part.len() < 2 || sent >= MOST_PARTS {
                refused += part.len() as u64;
                continue;
            }
            let half = part.split_off(part.len() / 2);
            for half in [part, half] {
                sent += 1;
                match self.until_answered(&half).await {
                    Became::Settled => {}
                    Became::Refused(_) => parts.push(half),
                }
            }
        }
        if refused == 0 {
            return;
        }
        if self.unknown {
            // It is older than what the receiver has: it came the first time.
            self.counters.assumed(refused);
            self.counters.stored(refused, 0);
        } else {
            self.counters.lost(Lost::Refused, refused);
            tracing::warn!(why, samples = refused, "the receiver of remote write refuses samples for good");
        }
    }

    async fn until_answered(&mut self, samples: &[Sample]) -> Became {
        let mut wait = FIRST_WAIT;
        loop {
            match self.once(samples).await {
                Ok(became) => return became,
                Err((after, _)) => {
                    self.counters.retried();
                    sleep(after.unwrap_or_else(|| jittered(wait))).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }
}

/// Half of it to all of it, so that not all senders come back at once.
fn jittered(wait: Duration) -> Duration {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    wait / 2 + wait / 2 * (nanos % 1_000) / 1_000
}
