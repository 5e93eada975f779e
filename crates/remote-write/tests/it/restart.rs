//! What is in the queue outlives the program, within its bounds.

use std::time::Duration;

use lalin_remote_write::{Lost, Protocol};
use tempfile::TempDir;

use crate::delivery::{frame, in_time, router, start, until};
use crate::receiver::{Manner, Receiver};

#[tokio::test]
async fn what_waits_is_sent_after_a_restart() {
    let (receiver, folder) = (Receiver::start(Manner::Mute).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    (1..=10).for_each(|at| series.tick(&frame(at * 1_000, &[("ether1", at)])));
    // The first one was stored, and nobody heard of it.
    in_time(receiver.until(|stored| !stored.is_empty())).await;
    drop(series);
    writing.close().await;
    receiver.be(Manner::First);
    let writing = start(&receiver, &folder, |settings| settings.protocol = Protocol::V1);
    let mut series = router(&writing, "a");
    series.tick(&frame(11_000, &[("ether1", 11)]));
    in_time(receiver.until(|stored| stored.len() == 33)).await;
    assert_eq!((receiver.wrong(), writing.counted().lost), (0, [0; 5]));
}

#[tokio::test]
async fn the_oldest_is_lost_first_and_counted() {
    let (receiver, folder) = (Receiver::start(Manner::Away).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| {
        settings.protocol = Protocol::V1;
        settings.most_bytes = 3_000_000;
    });
    let mut series = router(&writing, "a");
    let names: Vec<String> = (0..600).map(|at| format!("a line with a rather long name {at:04}")).collect();
    let lines: Vec<(&str, u64)> = names.iter().map(|name| (&**name, 1)).collect();
    let mut ticks = 0;
    in_time(async {
        while writing.counted().lost(Lost::NoRoom) == 0 {
            ticks += 1;
            series.tick(&frame(ticks * 1_000, &lines));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    let counted = writing.counted();
    assert!(counted.queue_bytes <= 3_000_000, "{counted:?}");
    assert_eq!(counted.lost(Lost::NotQueued), 0);
    receiver.be(Manner::First);
    let last = ticks as i64 * 1_000;
    in_time(receiver.until(|stored| stored.keys().any(|(_, at)| *at == last))).await;
    let counted = in_time(until(&writing, |counted| counted.waiting == 0)).await;
    assert_eq!(receiver.wrong(), 0);
    assert_eq!(counted.stored + counted.lost(Lost::NoRoom), ticks * 1_800, "each sample is stored or counted");
}

#[tokio::test]
async fn what_is_too_old_is_not_sent_any_more() {
    let (receiver, folder) = (Receiver::start(Manner::Away).await, TempDir::new().unwrap());
    let writing = start(&receiver, &folder, |settings| {
        settings.protocol = Protocol::V1;
        settings.oldest = Duration::from_secs(3_600);
    });
    let mut series = router(&writing, "a");
    series.tick(&frame(1_000, &[("ether1", 1)]));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    series.tick(&frame(now, &[("ether1", 2)]));
    receiver.be(Manner::First);
    in_time(receiver.until(|stored| stored.len() == 3)).await;
    assert!(receiver.stored().keys().all(|(_, at)| *at == now as i64));
    assert_eq!(writing.counted().lost(Lost::TooOld), 3);
}
