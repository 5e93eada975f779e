//! Commands that never end.

use futures_util::StreamExt;
use routeros::{Command, Error, Options};

use crate::peer::{Peer, run, tag};

#[tokio::test(start_paused = true)]
async fn rows_come_one_by_one_and_dropping_them_cancels() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let mut rows = client.stream(Command::new("/interface/listen")).await.unwrap();
    let command = peer.hears().await;
    for n in ["1", "2"] {
        peer.answers(&command, &["!re", &format!("=n={n}")]).await;
        assert_eq!(rows.next().await.unwrap().unwrap().get("n").unwrap().text(), n);
    }
    peer.answers(&command, &["!empty"]).await;
    peer.answers(&command, &["!re", "=n=3"]).await;
    assert!(StreamExt::next(&mut rows).await.unwrap().is_ok());
    drop(rows);
    assert_eq!(peer.hears().await[1], format!("={}", &tag(&command)[1..]));
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_at_its_done_and_tells_its_trap() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let mut rows = client.stream(Command::new("/x")).await.unwrap();
    let command = peer.hears().await;
    peer.answers(&command, &["!re"]).await;
    peer.answers(&command, &["!trap", "=message=no such item"]).await;
    peer.answers(&command, &["!done"]).await;
    assert!(rows.next().await.unwrap().is_ok());
    assert!(matches!(rows.next().await, Some(Err(Error::Trap { .. }))));
    assert!(rows.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_stalls_nobody_and_is_told() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let mut rows = client.stream(Command::new("/flood")).await.unwrap();
    let command = peer.hears().await;
    for _ in 0..1_000 {
        peer.answers(&command, &["!re", "=n=1"]).await;
    }
    let other = run(&client, Command::new("/other"));
    assert_eq!(peer.hears().await[0], "/cancel", "the flood is ended on the router");
    let heard = peer.hears().await;
    peer.answers(&heard, &["!done"]).await;
    other.await.unwrap().unwrap();
    let mut taken = 0;
    let end = loop {
        match rows.next().await.unwrap() {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(end, Error::Lagged);
    assert!((1..1_000).contains(&taken), "{taken}");
}
