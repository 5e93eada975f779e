//! Peers that mean harm or are no routers.

use routeros::{Command, Error, Options, ProtocolError};

use crate::peer::{Peer, run, sentence};

async fn outcome(bytes: &[u8]) -> Error {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let reply = run(&client, Command::new("/x"));
    peer.hears().await;
    peer.writes(bytes).await;
    reply.await.unwrap().unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_hostile_length_is_an_error_at_once() {
    let error = outcome(&[0xF0, 0x7F, 0xFF, 0xFF, 0xFF]).await;
    assert_eq!(error, Error::Malformed(ProtocolError::WordTooLong { length: 0x7FFF_FFFF, limit: 1 << 20 }));
}

#[tokio::test(start_paused = true)]
async fn control_bytes_are_errors() {
    for byte in 0xF1..=0xFF_u8 {
        assert_eq!(outcome(&[byte, 0, 0, 0, 0]).await, Error::Malformed(ProtocolError::ControlByte { byte }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_web_server_on_the_port_is_malformed() {
    assert!(matches!(outcome(b"\xffHTTP/1.1 400 Bad Request\r\n\r\n").await, Error::Malformed(_)));
}

#[tokio::test(start_paused = true)]
async fn a_sentence_without_end_meets_its_limits() {
    let mut words = Vec::new();
    for _ in 0..5_000 {
        words.extend_from_slice(&[1, b'x']);
    }
    assert_eq!(outcome(&words).await, Error::Malformed(ProtocolError::TooManyWords { limit: 4_096 }));
}

#[tokio::test(start_paused = true)]
async fn a_reply_without_end_meets_its_limit_and_only_its_command_fails() {
    let mut options = Options::default();
    options.limits.rows = 10;
    let (client, mut peer) = Peer::logged_in(options).await;
    let reply = run(&client, Command::new("/x"));
    let command = peer.hears().await;
    for _ in 0..11 {
        peer.answers(&command, &["!re", "=a=1"]).await;
    }
    assert_eq!(reply.await.unwrap().unwrap_err(), Error::TooLarge);
    assert_eq!(peer.hears().await[0], "/cancel");
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_line_cut_in_the_middle_of_a_sentence_is_closed() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let reply = run(&client, Command::new("/x"));
    peer.hears().await;
    let half = sentence(&["!re", "=name=ether1"]);
    peer.writes(&half[..half.len() / 2]).await;
    drop(peer);
    assert!(matches!(reply.await.unwrap(), Err(Error::Closed { .. })));
}
