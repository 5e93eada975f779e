//! How a connection ends, from either side, and that everybody learns why.

use std::time::Duration;

use routeros::{Client, Error, Options, ProtocolError};
use tokio::time::{Instant, timeout};

use crate::peer::{client, command, connected, credentials, spawned, wire};

#[tokio::test(start_paused = true)]
async fn a_fatal_ends_every_command_with_its_reason() {
    for (word, reason) in
        [("session terminated on request", "session terminated on request"), ("=message=boom", "boom")]
    {
        let (client, mut peer) = client().await;
        let runs = [spawned(&client, command("/a")), spawned(&client, command("/b"))];
        peer.hears().await;
        peer.hears().await;
        peer.says(&["!fatal", word]).await;
        let fatal = Error::Fatal { message: reason.into() };
        for run in runs {
            assert_eq!(run.await.unwrap().unwrap_err(), fatal);
        }
        assert_eq!(client.closed().await, fatal);
        assert_eq!(client.run(command("/c")).await.unwrap_err(), fatal);
        assert!(client.is_closed() && fatal.ends_connection());
    }
}

#[tokio::test(start_paused = true)]
async fn a_hostile_length_ends_the_connection_at_once() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    peer.hears().await;
    let began = Instant::now();
    peer.sends(&[0xF0, 0x7F, 0xFF, 0xFF, 0xFF]).await;
    let error = run.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Malformed(ProtocolError::WordTooLong { length: 0x7FFF_FFFF, .. })), "{error:?}");
    assert_eq!(began.elapsed(), Duration::ZERO);
    while peer.try_hear().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn a_sentence_without_end_meets_its_limit() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    peer.hears().await;
    peer.sends(&b"\x01x".repeat(5_000)).await;
    assert_eq!(run.await.unwrap().unwrap_err(), ProtocolError::TooManyWords { limit: 4_096 }.into());
}

#[tokio::test(start_paused = true)]
async fn a_control_byte_ends_the_connection() {
    for byte in 0xF1..=0xFF {
        let (client, mut peer) = client().await;
        peer.sends(&[byte]).await;
        assert_eq!(client.closed().await, ProtocolError::ControlByte { byte }.into());
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_connection_is_told_amid_a_sentence_and_between_two() {
    for (bytes, words) in [(&b""[..], "closed the connection"), (&b"\x05!do"[..], "amid a sentence")] {
        let (client, mut peer) = client().await;
        let run = spawned(&client, command("/x"));
        peer.hears().await;
        peer.sends(bytes).await;
        drop(peer);
        let error = run.await.unwrap().unwrap_err();
        assert!(matches!(&error, Error::Closed { detail } if detail.contains(words)), "{error:?}");
        assert!(!error.to_string().contains("login"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_client_that_is_dropped_ends_the_connection() {
    let (client, mut peer) = client().await;
    let clone = client.clone();
    drop(client);
    peer.hears_nothing_for(Duration::from_secs(60)).await;
    drop(clone);
    assert!(timeout(Duration::from_millis(1), peer.try_hear()).await.expect("at once").is_none());
}

#[tokio::test(start_paused = true)]
async fn closing_ends_it_for_every_clone() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    peer.hears().await;
    let clone = client.clone();
    client.close().await;
    assert!(clone.is_closed());
    assert!(matches!(run.await.unwrap(), Err(Error::Closed { .. })));
    assert!(matches!(clone.closed().await, Error::Closed { .. }));
    assert!(peer.try_hear().await.is_none());
    clone.clone().close().await;
}

#[tokio::test(start_paused = true)]
async fn closing_takes_no_longer_than_a_second_whatever_the_peer_does() {
    let (client, _peer) = client().await;
    let _big = spawned(&client, command("/big").attribute("script", vec![b'x'; 200_000]));
    tokio::task::yield_now().await;
    let began = Instant::now();
    client.close().await;
    assert!(began.elapsed() <= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_command_waiting_for_a_place_learns_of_the_end() {
    let mut options = Options::default();
    options.limits.commands = 1;
    let (client, mut peer) = connected(&options).await;
    let runs = [spawned(&client, command("/1")), spawned(&client, command("/2"))];
    peer.hears().await;
    peer.says(&["!fatal", "reboot"]).await;
    for run in runs {
        assert_eq!(run.await.unwrap().unwrap_err(), Error::Fatal { message: "reboot".into() });
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_that_nobody_asked_for_does_not_stop_a_command() {
    let (near, peer) = wire();
    let (mut reading, mut writing) = tokio::io::split(peer.stream);
    let login = tokio::spawn(async move { Client::login(near, &credentials(), &Options::default()).await });
    let flood = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let mut bytes = vec![0; 1_000];
        bytes.extend(crate::peer::sentence(&["!re", ".tag=999", "=a=b"]));
        for _ in 0..1_000 {
            writing.write_all(&bytes).await.unwrap();
        }
        writing.write_all(&crate::peer::sentence(&["!done", ".tag=1"])).await.unwrap();
        writing
    });
    let client = login.await.unwrap().expect("the login's answer is found in the flood");
    let _writing = flood.await.unwrap();
    let mut heard = [0; 6];
    tokio::io::AsyncReadExt::read_exact(&mut reading, &mut heard).await.unwrap();
    assert!(!client.is_closed());
}
