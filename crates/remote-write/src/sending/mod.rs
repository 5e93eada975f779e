//! Sends what the queue has, one request of a shard at a time, and settles it.
//!
//! | file | it holds |
//! | --- | --- |
//! | `answer` | what an answer means |
//! | `receiver` | one request, and which version it is in |
//! | `delivery` | one group until it is settled: trying again, finding what is refused |

mod answer;
mod delivery;
mod receiver;

use std::sync::Arc;

use crate::counters::Counters;
use crate::queue::Queue;

use delivery::Delivery;
pub(crate) use receiver::Receiver;

/// Sends one shard's records, in their order, until the queue ends.
pub(crate) async fn run(queue: Queue, shard: usize, receiver: Arc<Receiver>, counters: Arc<Counters>) {
    // What was under way when the program ended may have been stored.
    let mut unknown = queue.was_left(shard);
    while let Some(group) = queue.next(shard).await {
        let end = Delivery::new(&receiver, &counters, unknown).deliver(group, &queue, shard).await;
        queue.settled(shard, end).await;
        unknown = false;
    }
}
