//! Over a real socket, in real time: what cannot be had over a pipe.

use std::time::Duration;

use routeros::{Client, Error, Options, Phase};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use crate::peer::{command, credentials, sentence};

/// A router on a loopback address that ends every command at once.
async fn router(address: &str) -> Option<(u16, tokio::task::JoinHandle<()>)> {
    let listener = TcpListener::bind((address, 0)).await.ok()?;
    let port = listener.local_addr().unwrap().port();
    let serve = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(answer(stream));
        }
    });
    Some((port, serve))
}

async fn answer(mut stream: TcpStream) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut received = Vec::new();
    while stream.read_buf(&mut received).await.is_ok_and(|read| read > 0) {
        while let Some(end) = received.iter().position(|byte| *byte == 0) {
            let command: Vec<u8> = received.drain(..=end).collect();
            let at = command.windows(5).rposition(|window| window == b".tag=").expect("a tag");
            let tag = &command[at..command.len() - 1];
            if stream.write_all(&sentence(&[&b"!done"[..], tag])).await.is_err() {
                return;
            }
        }
    }
}

#[tokio::test]
async fn both_kinds_of_addresses_and_names_are_connected_to() {
    for (address, hosts) in [("127.0.0.1", &["127.0.0.1", "localhost"][..]), ("::1", &["::1", "[::1]"])] {
        let Some((port, serve)) = router(address).await else {
            assert_eq!(address, "::1", "every machine has an IPv4 loopback");
            continue;
        };
        for host in hosts {
            let client = Client::connect(host, port, &credentials(), &Options::default()).await.expect(host);
            client.run(command("/x")).await.unwrap();
            client.close().await;
        }
        serve.abort();
    }
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = Client::connect("127.0.0.1", port, &credentials(), &Options::default()).await.unwrap_err();
    let Error::Refused { detail } = &error else { panic!("{error:?}") };
    assert!(detail.contains(&format!("127.0.0.1:{port}")), "{detail}");
    assert!(error.ends_connection() && error.is_retryable());
}

#[tokio::test]
async fn a_name_that_nobody_has_is_unreachable() {
    let options = Options::default().with_connect_timeout(Duration::from_secs(2));
    let began = Instant::now();
    let error = Client::connect("no-such-router.invalid", 8728, &credentials(), &options).await.unwrap_err();
    // A machine without a resolver may take its time to say so.
    let limited = matches!(error, Error::TimedOut { phase: Phase::Connect, .. });
    assert!(limited || matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_socket_that_accepts_and_is_silent_is_given_up_at_login() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = Options::default().with_login_timeout(Duration::from_millis(100));
    let connect = async { Client::connect("127.0.0.1", port, &credentials(), &options).await };
    let error = timeout(Duration::from_secs(5), connect).await.expect("in time").unwrap_err();
    assert!(matches!(error, Error::TimedOut { phase: Phase::Login, .. }), "{error:?}");
}

#[tokio::test]
async fn a_reset_ends_what_is_in_flight() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = [0; 4_096];
        assert!(stream.read(&mut received).await.unwrap() > 0);
        stream.write_all(&sentence(&["!done"])).await.unwrap();
        // Ended with bytes unread, which is a reset.
        stream.readable().await.unwrap();
    });
    let client = Client::connect("127.0.0.1", port, &credentials(), &Options::default()).await.unwrap();
    let error = timeout(Duration::from_secs(5), client.run(command("/x"))).await.expect("in time").unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");
    serve.await.unwrap();
}
