//! Commands that may never end.

use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use routeros::{Error, Options, Phase, Rows};
use tokio::time::{Instant, timeout};

use crate::peer::{Heard, Peer, client, command, connected, spawned};

async fn stream(client: &routeros::Client, peer: &mut Peer) -> (Rows, Heard) {
    let rows = client.stream(command("/interface/listen")).await.unwrap();
    (rows, peer.hears().await)
}

#[tokio::test(start_paused = true)]
async fn rows_come_one_by_one_until_the_command_ends() {
    let (client, mut peer) = client().await;
    let (mut rows, heard) = stream(&client, &mut peer).await;
    peer.says(&["!empty", &heard.tag()]).await;
    peer.says(&["!re", &heard.tag(), "=name=ether1"]).await;
    assert_eq!(rows.next().await.unwrap().unwrap().get("name").unwrap().text(), "ether1");
    peer.says(&["!empty", &heard.tag()]).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    peer.says(&["!re", &heard.tag(), "=name=ether2"]).await;
    peer.done(&heard).await;
    // Also as a `Stream`.
    let mut rows = Pin::new(&mut rows);
    let row = StreamExt::next(&mut rows).await.unwrap().unwrap();
    assert_eq!(row.get("name").unwrap().text(), "ether2");
    assert!(StreamExt::next(&mut rows).await.is_none());
    assert!(StreamExt::next(&mut rows).await.is_none());
    peer.hears_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn dropping_a_stream_cancels_it() {
    let (client, mut peer) = client().await;
    let (rows, heard) = stream(&client, &mut peer).await;
    drop(rows);
    let cancel = peer.hears().await;
    assert_eq!(cancel.said(), heard.cancel());
    peer.says(&["!trap", &heard.tag(), "=category=2", "=message=interrupted"]).await;
    peer.done(&cancel).await;
    peer.done(&heard).await;
    peer.hears_nothing_for(Duration::from_secs(60)).await;
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn the_rows_before_a_trap_come_before_it() {
    let (client, mut peer) = client().await;
    let (mut rows, heard) = stream(&client, &mut peer).await;
    peer.says(&["!re", &heard.tag()]).await;
    peer.says(&["!trap", &heard.tag(), "=message=interface removed"]).await;
    peer.done(&heard).await;
    rows.next().await.unwrap().unwrap();
    assert!(matches!(rows.next().await, Some(Err(Error::Trap { .. }))));
    assert!(rows.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_lags_and_never_stalls_another_command() {
    let mut options = Options::default();
    options.limits.queued_rows = 100;
    let (client, mut peer) = connected(&options).await;
    let (mut rows, heard) = stream(&client, &mut peer).await;
    let other = spawned(&client, command("/other"));
    let other_heard = peer.hears().await;
    for _ in 0..500 {
        peer.says(&["!re", &heard.tag(), "=name=ether1"]).await;
    }
    peer.done(&other_heard).await;
    timeout(Duration::from_millis(10), other).await.expect("not stalled").unwrap().unwrap();
    assert_eq!(peer.hears().await.said(), heard.cancel());
    peer.done(&heard).await;
    for _ in 0..100 {
        rows.next().await.unwrap().unwrap();
    }
    assert_eq!(rows.next().await, Some(Err(Error::Lagged)));
    assert_eq!(rows.next().await, None);
    drop(rows);
    peer.hears_nothing_for(Duration::from_secs(60)).await;
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_bounded_in_bytes_too() {
    let mut options = Options::default();
    options.limits.queued_bytes = 10_000;
    let (client, mut peer) = connected(&options).await;
    let (mut rows, heard) = stream(&client, &mut peer).await;
    let comment = format!("=comment={}", "x".repeat(15_000));
    peer.says(&["!re", &heard.tag(), &comment]).await;
    rows.next().await.unwrap().expect("one row always fits");
    for _ in 0..2 {
        peer.says(&["!re", &heard.tag(), &comment]).await;
    }
    assert_eq!(peer.hears().await.said(), heard.cancel());
    rows.next().await.unwrap().unwrap();
    assert_eq!(rows.next().await, Some(Err(Error::Lagged)));
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_keeps_up_loses_no_row_of_a_burst() {
    let (client, mut peer) = client().await;
    let (mut rows, heard) = stream(&client, &mut peer).await;
    let router = tokio::spawn(async move {
        let mut bytes = Vec::new();
        for number in 0..50_000 {
            bytes.extend(crate::peer::sentence(&["!re", &heard.tag(), &format!("=n={number}")]));
        }
        peer.sends(&bytes).await;
        peer.done(&heard).await;
        peer
    });
    for number in 0..50_000 {
        assert_eq!(rows.next().await.unwrap().unwrap().get("n").unwrap().u64(), Some(number));
    }
    assert!(rows.next().await.is_none());
    drop(router.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_streams_time_limit_ends_it_and_a_stream_without_one_has_none() {
    let (client, mut peer) = client().await;
    let began = Instant::now();
    let (after, limited) = (Duration::from_secs(30), command("/x").timeout(Duration::from_secs(30)));
    let mut rows = client.stream(limited).await.unwrap();
    let heard = peer.hears().await;
    let error = rows.next().await.unwrap().unwrap_err();
    assert_eq!(error, Error::TimedOut { phase: Phase::Command, after });
    assert_eq!(began.elapsed(), after);
    assert!(rows.next().await.is_none());
    assert_eq!(peer.hears().await.said(), heard.cancel());
    peer.done(&heard).await;
    let (mut rows, _) = stream(&client, &mut peer).await;
    timeout(Duration::from_secs(100_000), rows.next()).await.expect_err("still waiting");
}

#[tokio::test(start_paused = true)]
async fn a_stream_keeps_the_connection_and_learns_of_its_end() {
    let (client, mut peer) = client().await;
    let (mut rows, heard) = stream(&client, &mut peer).await;
    drop(client);
    peer.says(&["!re", &heard.tag()]).await;
    rows.next().await.unwrap().unwrap();
    drop(peer);
    assert!(matches!(rows.next().await, Some(Err(Error::Closed { .. }))));
    assert!(rows.next().await.is_none());
}
