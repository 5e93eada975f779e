//! The limits of connections, tested on real sockets because that is where they apply.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::App;
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use lalin_http::{Auth, AuthSettings, ConnectionLimits, WebServer, guard};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::test_server::TestServer;

/// Whatever is waited for comes long before; what does not come fails here.
const SOON: Duration = Duration::from_secs(60);

/// A server on a real socket; it ends with the test.
pub struct Serving {
    pub address: SocketAddr,
    pub world: TestServer,
    handle: ServerHandle,
}

impl Serving {
    pub fn plain(limits: ConnectionLimits) -> Self {
        Self::of(WebServer::new(limits))
    }

    pub fn tls(limits: ConnectionLimits) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
        let mut server = WebServer::new(limits);
        server.tls = Some(Arc::new(config));
        Self::of(server)
    }

    fn of(server: WebServer) -> Self {
        let world = TestServer::new();
        let listener = lalin_http::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = AuthSettings::default();
        settings.loopback = true;
        // HTTP/1.0 looks like a proxy, which would ask for an account.
        settings.open = true;
        let (api, auth) = (world.api.clone(), Auth::without_accounts(settings));
        let app = move || {
            let app = App::new().wrap(from_fn(guard)).configure(lalin_http::request_bodies);
            app.configure(auth.routes()).configure(api.routes())
        };
        let server = server.serve(listener, app).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, world, handle }
    }

    /// Connects from 127.0.0.`last`.
    pub async fn from(&self, last: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0)).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// Asks to stop, and waits for nothing.
    pub fn stop(&self) {
        self.world.api.stop_token().cancel();
        drop(self.handle.stop(true));
    }

    /// Whether somebody from this address is answered.
    async fn answers(&self, last: u8) -> bool {
        let mut stream = self.from(last).await;
        stream.write_all(GET).await.unwrap();
        head(&mut stream).await.starts_with("HTTP/1.1 200")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

const STREAM: &[u8] = b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn limits(change: impl FnOnce(&mut ConnectionLimits)) -> ConnectionLimits {
    let mut limits = ConnectionLimits::default();
    change(&mut limits);
    limits
}

/// What comes up to the end of the first answer's head; less where the connection ends before.
async fn head(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.windows(4).any(|end| end == b"\r\n\r\n") {
        match timeout(SOON, stream.read_u8()).await.unwrap() {
            Ok(byte) => text.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(text).unwrap()
}

async fn says(stream: &mut TcpStream, start: &str) {
    let said = head(stream).await;
    assert!(said.starts_with(start), "{said}");
}

/// Waits for the connection's end.
async fn ended(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.unwrap();
}

fn login(length: usize) -> Vec<u8> {
    let head = "POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
                Content-Type: application/json\r\nContent-Length:";
    format!("{head} {length}\r\n\r\n{{\"name\":\"").into_bytes()
}

#[tokio::test]
async fn a_large_login_is_refused_before_it_is_sent() {
    let server = Serving::plain(ConnectionLimits::default());
    let mut stream = server.from(2).await;
    stream.write_all(&login(65_500)).await.unwrap();
    says(&mut stream, "HTTP/1.1 413").await;
    // One that does not say how large it is, is read as far as it may be.
    let mut stream = server.from(2).await;
    let chunked = "POST /api/v1/setup HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
                   Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(format!("{chunked}1388\r\n{}\r\n", " ".repeat(5_000)).as_bytes()).await.unwrap();
    says(&mut stream, "HTTP/1.1 413").await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Serving::plain(limits(|limits| limits.request_time = Duration::from_millis(300)));
    let mut stream = server.from(2).await;
    stream.write_all(&login(1_000)).await.unwrap();
    says(&mut stream, "HTTP/1.1 408").await;
    ended(&mut stream).await;
}

#[tokio::test]
async fn a_head_without_an_end_is_told_so() {
    let server = Serving::plain(ConnectionLimits::default());
    let mut stream = server.from(2).await;
    let head_of = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}", "a".repeat(20_000));
    stream.write_all(head_of.as_bytes()).await.unwrap();
    says(&mut stream, "HTTP/1.1 431").await;
    // As large a one as is allowed, and more headers than anybody needs.
    let mut stream = server.from(2).await;
    let allowed = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "a".repeat(15_000));
    stream.write_all(allowed.as_bytes()).await.unwrap();
    says(&mut stream, "HTTP/1.1 200").await;
    let mut stream = server.from(2).await;
    let many = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X-Many: 1\r\n".repeat(200));
    stream.write_all(many.as_bytes()).await.unwrap();
    says(&mut stream, "HTTP/1.1 431").await;
}

#[tokio::test]
async fn the_head_of_a_second_request_is_not_waited_for_either() {
    let server = Serving::plain(limits(|limits| limits.request_time = Duration::from_millis(300)));
    let mut stream = server.from(2).await;
    stream.write_all(GET).await.unwrap();
    says(&mut stream, "HTTP/1.1 200").await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost:").await.unwrap();
    ended(&mut stream).await;
}

#[tokio::test]
async fn silent_connections_make_room_for_a_visitor_and_an_open_stream_stays() {
    let server = Serving::plain(limits(|limits| (limits.connections, limits.kept_for_this_machine) = (8, 1)));
    server.world.router("r");
    let mut viewer = server.from(9).await;
    viewer.write_all(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    says(&mut viewer, "HTTP/1.1 200").await;
    let mut strangers = Vec::new();
    for last in 20..60 {
        let mut stranger = server.from(last).await;
        stranger.write_all(&login(3_000)).await.unwrap();
        strangers.push(stranger);
    }
    assert!(server.answers(61).await);
    ended(&mut strangers[0]).await;
    let mut sent = Vec::new();
    while !String::from_utf8_lossy(&sent).contains("event: tick") {
        assert_ne!(timeout(SOON, viewer.read_buf(&mut sent)).await.unwrap().unwrap(), 0, "the viewer's stream ended");
    }
}

#[tokio::test]
async fn where_everybody_is_answered_strangers_are_refused_and_the_machine_itself_is_not() {
    let server = Serving::plain(limits(|limits| {
        (limits.connections, limits.connections_per_address, limits.kept_for_this_machine) = (5, 2, 2);
    }));
    let mut asking = Vec::new();
    for (n, last) in [9, 9, 10].into_iter().enumerate() {
        let router = server.world.router(&format!("r{n}"));
        *router.stuck.lock().unwrap() = true;
        let mut stranger = server.from(last).await;
        let head = format!("GET /api/interface-stats?router=r{n} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stranger.write_all(head.as_bytes()).await.unwrap();
        while router.reads.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        asking.push(stranger);
    }
    assert!(!server.answers(11).await, "no room");
    assert!(server.answers(1).await, "some are kept free");
    // A viewer of the page needs no place of theirs, once it is one.
    let mut viewer = server.from(1).await;
    viewer.write_all(STREAM).await.unwrap();
    says(&mut viewer, "HTTP/1.1 200").await;
    drop(asking.remove(0));
    // Its end is noticed when its task is next polled.
    while !server.answers(11).await {
        tokio::task::yield_now().await;
    }
}

/// Reads the stream of a viewer up to the first event of this name.
async fn read_to(viewer: &mut TcpStream, event: &str) -> String {
    let mut sent = Vec::new();
    while !String::from_utf8_lossy(&sent).contains(event) {
        assert_ne!(timeout(SOON, viewer.read_buf(&mut sent)).await.unwrap().unwrap(), 0, "the viewer's stream ended");
    }
    String::from_utf8(sent).unwrap()
}

#[tokio::test]
async fn a_stream_goes_on_by_itself_in_chunks_and_ends_as_an_answer_does() {
    let server = Serving::plain(ConnectionLimits::default());
    server.world.router("r");
    let mut viewer = server.from(9).await;
    // Not the first request of its connection, as in a browser.
    viewer.write_all(GET).await.unwrap();
    says(&mut viewer, "HTTP/1.1 200").await;
    viewer.write_all(STREAM).await.unwrap();
    let mut text = read_to(&mut viewer, "event: tick").await;
    server.stop();
    let _ = timeout(SOON, viewer.read_to_string(&mut text)).await.unwrap();
    let (head, chunks) = text[text.find("HTTP/1.1 200").unwrap()..].split_once("\r\n\r\n").unwrap();
    for header in ["content-type: text/event-stream", "transfer-encoding: chunked", "cache-control: no-store", "date: "]
    {
        assert!(head.to_ascii_lowercase().contains(header), "{header}: {head}");
    }
    assert!(head.contains("\r\nconnection: close"), "it has left the server of pages: {head}");
    let (mut rest, mut events) = (chunks, String::new());
    loop {
        let (size, after) = rest.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        events.push_str(&after[..size]);
        rest = after[size..].strip_prefix("\r\n").unwrap();
        if size == 0 {
            break;
        }
    }
    assert!(rest.is_empty() && events.starts_with("event: hello\n") && events.contains("event: tick\n"), "{events}");
}

/// As many a proxy asks.
#[tokio::test]
async fn a_stream_of_http_1_0_goes_on_by_itself_without_chunks() {
    let server = Serving::plain(ConnectionLimits::default());
    server.world.router("r");
    let mut viewer = server.from(9).await;
    viewer.write_all(&String::from_utf8_lossy(STREAM).replace("HTTP/1.1", "HTTP/1.0").into_bytes()).await.unwrap();
    let mut text = read_to(&mut viewer, "event: tick").await;
    server.stop();
    let _ = timeout(SOON, viewer.read_to_string(&mut text)).await.unwrap();
    let (head, events) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200") && !head.contains("transfer-encoding"), "{head}");
    assert!(head.contains("\r\nconnection: close"), "it has left the server of pages: {head}");
    assert!(events.starts_with("event: hello\n") && events.ends_with("\n\n"), "{events}");
}

#[tokio::test]
async fn a_client_that_has_closed_its_side_is_answered_too() {
    let server = Serving::plain(ConnectionLimits::default());
    server.world.router("r");
    let mut viewer = server.from(9).await;
    viewer.write_all(STREAM).await.unwrap();
    viewer.shutdown().await.unwrap();
    says(&mut viewer, "HTTP/1.1 200").await;
}

/// Waits until so many viewers are left.
pub async fn streams_left(server: &Serving, left: usize) {
    let router = server.world.monitor.default_router().unwrap();
    let settled = async {
        while router.viewers() != left {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, settled).await.unwrap();
}

/// A router whose every tick is more than a socket's buffers take in a few of them.
pub fn many_ports(server: &Serving) {
    *server.world.router("r").ports.lock().unwrap() = vec![Some(1_000_000); 20_000];
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_who_reads_nothing_is_let_go_and_the_others_are_told_every_tick() {
    let server = Serving::plain(limits(|limits| limits.stalled_time = Duration::from_secs(1)));
    many_ports(&server);
    let mut silent = server.from(9).await;
    silent.write_all(STREAM).await.unwrap();
    says(&mut silent, "HTTP/1.1 200").await;
    let mut reading = server.from(10).await;
    reading.write_all(STREAM).await.unwrap();
    says(&mut reading, "HTTP/1.1 200").await;
    let reads = tokio::spawn(async move {
        let mut sent = vec![0; 1 << 20];
        while reading.read(&mut sent).await.is_ok_and(|read| read > 0) {}
    });
    streams_left(&server, 1).await;
    assert!(!reads.is_finished(), "the one who reads stays");
    reads.abort();
}

#[tokio::test]
async fn silent_handshakes_are_few_and_short() {
    let server = Serving::tls(limits(|limits| {
        (limits.handshakes, limits.request_time) = (2, Duration::from_millis(500));
    }));
    let mut silent = [server.from(2).await, server.from(3).await, server.from(4).await];
    for stream in &mut silent {
        ended(stream).await;
    }
}
