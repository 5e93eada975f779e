//! HTTP/2 on the server's own TLS, with the client of another library.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{Request, Response};
use lalin_http::ConnectionLimits;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::connection_limits::{Serving, many_ports, streams_left};

const SOON: Duration = Duration::from_secs(60);

/// The certificate is made for the test: nothing is to be learnt from it.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// A TLS connection that speaks this protocol.
async fn tls(server: &Serving, protocol: &[u8]) -> TlsStream<TcpStream> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.dangerous().with_custom_certificate_verifier(Arc::new(Anybody)).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = server.from(2).await;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
    stream
}

/// A connection that speaks HTTP/2, and what becomes of it.
async fn connect(server: &Serving) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let (send, connection) = h2::client::handshake(tls(server, b"h2").await).await.unwrap();
    let connection = tokio::spawn(connection);
    (send.ready().await.unwrap(), connection)
}

fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(format!("https://localhost{path}"))
}

async fn get(send: &mut SendRequest<Bytes>, path: &str) -> Response<RecvStream> {
    let (response, _) = send.send_request(request("GET", path).body(()).unwrap(), true).unwrap();
    timeout(SOON, response).await.unwrap().unwrap()
}

/// Reads up to and with `text`.
async fn read_to(body: &mut RecvStream, text: &str) {
    let mut read = String::new();
    while !read.contains(text) {
        let bytes = timeout(SOON, body.data()).await.unwrap().unwrap().unwrap();
        body.flow_control().release_capacity(bytes.len()).unwrap();
        read += std::str::from_utf8(&bytes).unwrap();
    }
}

#[tokio::test]
async fn eight_streams_of_a_page_are_one_connection_and_a_closed_one_stops_counting() {
    let server = Serving::tls(ConnectionLimits::default());
    server.world.router("r");
    let (mut send, _connection) = connect(&server).await;
    let answer = get(&mut send, "/healthz").await;
    assert_eq!((answer.status().as_u16(), answer.version()), (200, http::Version::HTTP_2));
    assert!(answer.headers().contains_key("date") && !answer.headers().contains_key("connection"));
    let mut streams = Vec::new();
    for _ in 0..8 {
        let answer = get(&mut send, "/api/v1/stream").await;
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        streams.push(answer.into_body());
    }
    for stream in &mut streams {
        read_to(stream, "event: tick").await;
    }
    let router = server.world.monitor.default_router().unwrap();
    assert_eq!(router.viewers(), 8);
    // Dropping one resets it.
    streams.truncate(3);
    while router.viewers() > 3 {
        tokio::task::yield_now().await;
    }
    read_to(&mut streams[2], "event: tick").await;
}

#[tokio::test]
async fn what_is_sent_is_read_and_bounded() {
    let server = Serving::tls(ConnectionLimits::default());
    let (mut send, _connection) = connect(&server).await;
    for (length, status) in [(20, 400), (5_000, 413)] {
        let asked = request("POST", "/api/v1/login").header("origin", "https://localhost");
        let asked = asked.header("content-type", "application/json").body(()).unwrap();
        let (response, mut body) = send.send_request(asked, false).unwrap();
        // Where it was refused before it was sent the rest is not wanted.
        let _ = body.send_data(vec![b'a'; length].into(), true);
        let mut answer = timeout(SOON, response).await.unwrap().unwrap();
        let said = answer.body_mut().data().await;
        assert_eq!(answer.status().as_u16(), status, "{said:?}");
    }
    let none = get(&mut send, "/api/v1/nothing").await;
    assert_eq!(none.status().as_u16(), 404);
}

#[tokio::test]
async fn headers_streams_and_resets_are_bounded() {
    let server = Serving::tls(ConnectionLimits::default());
    let (mut send, _connection) = connect(&server).await;
    let large = request("GET", "/healthz").header("x-long", "a".repeat(20_000)).body(()).unwrap();
    let (response, _) = send.send_request(large, true).unwrap();
    match timeout(SOON, response).await.unwrap() {
        Ok(answer) => assert_eq!(answer.status().as_u16(), 431),
        Err(error) => assert!(error.is_reset() || error.is_go_away(), "{error}"),
    }

    let (mut send, connection) = connect(&server).await;
    get(&mut send, "/healthz").await;
    assert_eq!(send.current_max_send_streams(), 64);
    // A client that opens and resets for ever is told to leave.
    let told = async {
        loop {
            let Ok(ready) = send.clone().ready().await else { break };
            send = ready;
            let Ok((_, mut stream)) = send.send_request(request("GET", "/healthz").body(()).unwrap(), false) else {
                break;
            };
            stream.send_reset(Reason::CANCEL);
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, told).await.unwrap();
    let error = timeout(SOON, connection).await.unwrap().unwrap().unwrap_err();
    // It may be gone before the client has read why.
    assert!(error.reason() == Some(Reason::ENHANCE_YOUR_CALM) || error.is_io(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_who_reads_nothing_is_let_go_by_http2_too() {
    let mut limits = ConnectionLimits::default();
    limits.stalled_time = Duration::from_secs(1);
    let server = Serving::tls(limits);
    many_ports(&server);
    let (mut send, _connection) = connect(&server).await;
    // It gives no room for more than the protocol's first 64 KiB.
    let _unread = get(&mut send, "/api/v1/stream").await.into_body();
    streams_left(&server, 0).await;
    assert_eq!(get(&mut send, "/healthz").await.status().as_u16(), 200, "the connection itself is fine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_not_read_at_all_ends_with_its_viewers() {
    let mut limits = ConnectionLimits::default();
    limits.stalled_time = Duration::from_secs(1);
    let server = Serving::tls(limits);
    many_ports(&server);
    let (mut send, mut connection) = h2::client::handshake(tls(&server, b"h2").await).await.unwrap();
    let open = async { [get(&mut send, "/api/v1/stream").await, get(&mut send, "/api/v1/stream").await] };
    let _streams = tokio::select! {
        streams = open => streams,
        _ = &mut connection => panic!("it ended"),
    };
    // As a laptop that fell asleep: from here on nobody drives the connection, and its socket stays.
    streams_left(&server, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_who_reads_nothing_is_let_go_under_tls_too() {
    let mut limits = ConnectionLimits::default();
    limits.stalled_time = Duration::from_secs(1);
    let server = Serving::tls(limits);
    many_ports(&server);
    let mut silent = tls(&server, b"http/1.1").await;
    silent.write_all(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut read = [0; 12];
    silent.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"HTTP/1.1 200");
    streams_left(&server, 0).await;
}

#[tokio::test]
async fn a_stopping_server_says_so_and_ends() {
    let server = Serving::tls(ConnectionLimits::default());
    server.world.router("r");
    let (mut send, connection) = connect(&server).await;
    let mut stream = get(&mut send, "/api/v1/stream").await.into_body();
    read_to(&mut stream, "event: tick").await;
    server.stop();
    while let Some(bytes) = timeout(SOON, stream.data()).await.unwrap() {
        let _ = stream.flow_control().release_capacity(bytes.map_or(0, |bytes| bytes.len()));
    }
    drop((send, stream));
    let _ = timeout(SOON, connection).await.unwrap().unwrap();
}
