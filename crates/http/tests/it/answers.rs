//! Answers that many are given: made once, sent as each accepts them, and never to whom they are not for.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody as _;
use actix_web::dev::Service as _;
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, read_body};
use actix_web::{App, http};
use bytes::Bytes;
use lalin_http::{ConnectionLimits, WebServer, guard};
use lalin_monitor::MOMENTS_APART;
use lalin_store::{Access, TokenKind};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, advance, timeout};

use crate::auth_server::{AuthServer, Credentials, line};
use crate::test_server::{RX_BPS, TestServer};

const STATS: &str = "/api/interface-stats";
const ONE_MS: Duration = Duration::from_millis(1);

async fn bytes(world: &TestServer, request: TestRequest) -> Bytes {
    world.call(request).await.into_body().try_into_bytes().unwrap()
}

/// Waits for the beginning of a moment.
async fn begin_moment(world: &TestServer) {
    let first = bytes(world, TestRequest::get().uri(STATS)).await;
    for _ in 0..=MOMENTS_APART.as_millis() {
        advance(ONE_MS).await;
        if bytes(world, TestRequest::get().uri(STATS)).await != first {
            return;
        }
    }
    panic!("no new moment within {MOMENTS_APART:?}");
}

#[tokio::test(start_paused = true)]
async fn who_asks_in_one_moment_is_sent_the_same_bytes_and_in_the_next_one_others() {
    let world = TestServer::new();
    world.router("r");
    world.get(STATS).await;
    begin_moment(&world).await;
    for accepted in ["identity", "gzip", "zstd"] {
        let request = || TestRequest::get().uri(STATS).insert_header((ACCEPT_ENCODING, accepted));
        let one = bytes(&world, request()).await;
        advance(ONE_MS).await;
        let other = bytes(&world, request()).await;
        assert_eq!(one.as_ptr(), other.as_ptr(), "{accepted}: made twice");
    }
    let before: Value = serde_json::from_slice(&bytes(&world, TestRequest::get().uri(STATS)).await).unwrap();
    advance(MOMENTS_APART).await;
    let after: Value = serde_json::from_slice(&bytes(&world, TestRequest::get().uri(STATS)).await).unwrap();
    let rx = |rows: &Value| rows[0]["rx-byte"].as_str().unwrap().parse::<u64>().unwrap();
    let expected = RX_BPS / 8 / 50;
    assert!((rx(&after) - rx(&before)).abs_diff(expected) <= 1, "what flows in 20 ms");
}

#[tokio::test(start_paused = true)]
async fn the_age_in_the_headers_is_of_the_request_and_not_of_the_moment() {
    let world = TestServer::new();
    world.router("r");
    world.get(STATS).await;
    begin_moment(&world).await;
    let age = async || world.get(STATS).await.header("X-Lalin-Age-Ms").parse::<u64>().unwrap();
    let before = age().await;
    advance(7 * ONE_MS).await;
    assert_eq!(age().await, before + 7);
}

#[tokio::test(start_paused = true)]
async fn a_page_whose_polls_drift_draws_the_truth_within_two_percent_too() {
    let world = TestServer::new();
    world.router("r");
    let mut last: Option<(Instant, f64)> = None;
    for poll in 0..60_u32 {
        let asked = Instant::now();
        let rows = world.get(STATS).await.body;
        let rx: f64 = rows[0]["rx-byte"].as_str().unwrap().parse().unwrap();
        if let Some((before, old)) = last {
            let rate = (rx - old) * 8.0 / (asked - before).as_secs_f64();
            // Moments that are 50 ms apart are wrong by up to 2.5 %.
            assert!((rate / RX_BPS as f64 - 1.0).abs() <= 0.011, "poll {poll}: {rate}");
        }
        last = Some((asked, rx));
        tokio::time::sleep_until(asked + Duration::from_millis(2_000 + u64::from(poll * 13 % 29))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn each_is_sent_what_they_accept() {
    let world = TestServer::new();
    world.router("r");
    world.get(STATS).await;
    for path in [STATS, "/api/v1/interfaces", "/api/v1/window?interface=ether1,%3Cpppoe-budi%3E&window=600"] {
        let get = async |accepted: &'static str| {
            world.call(TestRequest::get().uri(path).insert_header((ACCEPT_ENCODING, accepted))).await
        };
        let plain = read_body(get("identity").await).await;
        for (accepted, named) in
            [("gzip", "gzip"), ("gzip, zstd", "zstd"), ("zstd;q=0.1, gzip;q=0.2, identity;q=0", "gzip")]
        {
            let answer = get(accepted).await;
            // A small body is sent as it is, unless that is refused.
            let small = plain.len() < 1_200 && !accepted.contains("identity;q=0");
            let encoding = answer.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(encoding.as_deref(), (!small).then_some(named), "{path}, {accepted}");
            assert_eq!(answer.headers().get(VARY).unwrap(), "Accept-Encoding");
            assert_eq!(answer.headers().get("Cache-Control").unwrap(), "no-store");
            let body = read_body(answer).await;
            let mut read = Vec::new();
            match encoding.as_deref() {
                Some("gzip") => drop(flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut read).unwrap()),
                Some("zstd") => read = zstd::bulk::decompress(&body, 1 << 20).unwrap(),
                _ => read = body.to_vec(),
            }
            assert_eq!(read, plain, "{path}, {accepted}");
        }
        assert_eq!(get("identity;q=0").await.status(), 406, "{path}");
        assert_eq!(get("identity;q=0, *;q=0.5").await.headers().get(CONTENT_ENCODING).unwrap(), "zstd", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_the_sample_already_is_told_so() {
    let world = TestServer::new();
    world.router("r");
    world.get(STATS).await;
    begin_moment(&world).await;
    for path in [STATS, "/api/interface-stats?raw=1", "/api/v1/interfaces", "/api/v1/window?interface=ether1"] {
        let tag = world.call(TestRequest::get().uri(path)).await.headers().get(ETAG).unwrap().clone();
        let again = || TestRequest::get().uri(path).insert_header((IF_NONE_MATCH, tag.clone()));
        let known = world.call(again()).await;
        assert_eq!((known.status().as_u16(), known.headers().get(ETAG)), (304, Some(&tag)), "{path}");
        assert_eq!(known.headers().get("X-Lalin-State").unwrap(), "live", "{path}");
        assert!(read_body(known).await.is_empty(), "{path}");
        let other = TestRequest::get().uri(path).insert_header((IF_NONE_MATCH, "W/\"other\", \"x\""));
        assert_eq!(world.call(other).await.status(), 200, "{path}");
        advance(Duration::from_millis(2_100)).await;
        // A read goes on in a task of its own.
        tokio::time::sleep(ONE_MS).await;
        assert_eq!(world.call(again()).await.status(), 200, "{path}: there is a new sample");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_sent_what_another_may_see() {
    let server = AuthServer::with_administrator(false).await;
    let bearer = async |access| Credentials {
        bearer: Some(server.token(TokenKind::Api, access).await),
        ..Credentials::default()
    };
    let (whole, one) = (bearer(Access::viewer()).await, bearer(line(Some("ether1"))).await);
    let (router, other) = (bearer(line(None)).await, bearer(line(Some("<pppoe-budi>"))).await);
    for path in [STATS, "/api/v1/interfaces", "/api/v1/window?interface=ether1,%3Cpppoe-budi%3E"] {
        for _ in 0..2 {
            let seen = async |keys: &Credentials| {
                let answer = server.get(path, keys).await;
                let rows = answer.body.get("interfaces").or_else(|| answer.body.get("series")).unwrap_or(&answer.body);
                let names = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned());
                (names.collect::<Vec<_>>(), answer.body.to_string().contains("0C:00:E6"))
            };
            let details = !path.contains("window");
            assert_eq!(seen(&whole).await, (vec!["ether1".to_owned(), "<pppoe-budi>".to_owned()], details), "{path}");
            assert_eq!(seen(&one).await, (vec!["ether1".to_owned()], false), "{path}");
            assert_eq!(seen(&router).await, (vec!["ether1".to_owned(), "<pppoe-budi>".to_owned()], false), "{path}");
            assert_eq!(seen(&other).await, (vec!["<pppoe-budi>".to_owned()], false), "{path}");
        }
    }
}

/// A server with accounts on a real socket, and how many requests its application was asked.
struct OnSocket {
    server: AuthServer,
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl OnSocket {
    async fn new() -> Self {
        let server = AuthServer::with_administrator(true).await;
        let listener = lalin_http::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let (api, auth, counted) = (server.world.api.clone(), server.auth.clone(), asked.clone());
        let app = move || {
            let counted = counted.clone();
            App::new()
                .wrap(from_fn(guard))
                .wrap_fn(move |request, next| {
                    counted.fetch_add(1, Ordering::SeqCst);
                    next.call(request)
                })
                .configure(lalin_http::request_bodies)
                .configure(auth.routes())
                .configure(api.routes())
        };
        tokio::spawn(WebServer::new(ConnectionLimits::default()).serve(listener, app).unwrap());
        Self { server, address, asked }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// One request and its answer: head and body.
async fn ask(stream: &mut TcpStream, request: &str) -> (String, Vec<u8>) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(Duration::from_secs(60), stream.read_u8()).await.unwrap().unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = field(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    (head, body)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[actix_web::test]
async fn the_same_head_is_answered_again_without_asking_the_application() {
    let served = OnSocket::new().await;
    let bearer = served.server.token(TokenKind::Api, Access::viewer()).await;
    let limited = served.server.token(TokenKind::Api, line(Some("ether1"))).await;
    let request =
        |token: &str| format!("GET {STATS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    let mut stream = served.connect().await;
    let mut repeated = 0;
    // Until it has happened: a busy machine may need longer than a moment for a request.
    while repeated < 3 {
        let (first, one) = ask(&mut stream, &request(&bearer)).await;
        // Of the second alone: the first may be a repetition too, of the round before, and its moment may end in between.
        let before = served.asked.load(Ordering::SeqCst);
        let (second, two) = ask(&mut stream, &request(&bearer)).await;
        let is_repeated = served.asked.load(Ordering::SeqCst) == before;
        let (_, narrow) = ask(&mut stream, &request(&limited)).await;
        assert!(first.starts_with("http/1.1 200") && second.starts_with("http/1.1 200"));
        let rows = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap().as_array().unwrap().len();
        assert_eq!((rows(&one), rows(&two), rows(&narrow)), (2, 2, 1), "of another's head there is another answer");
        let age = |head: &str| field(head, "x-lalin-age-ms").unwrap().parse::<u64>().unwrap();
        if is_repeated {
            repeated += 1;
            assert_eq!(one, two);
            assert!(age(&second) >= age(&first));
            let names = |head: &str| {
                let mut names: Vec<_> =
                    head.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect();
                names.sort();
                names
            };
            assert_eq!(names(&first), names(&second), "the same fields");
        }
    }
}

#[actix_web::test]
async fn what_ends_a_right_ends_the_repeating_at_once() {
    let served = OnSocket::new().await;
    let store = &served.server.store;
    let mut stream = served.connect().await;
    let mut other = served.connect().await;
    for round in 0..20 {
        let bearer = served.server.token(TokenKind::Api, Access::viewer()).await;
        let request = format!("GET {STATS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {bearer}\r\n\r\n");
        for _ in 0..3 {
            assert!(ask(&mut stream, &request).await.0.starts_with("http/1.1 200"));
        }
        let id = store.tokens().await.unwrap()[0].id;
        store.remove_token(id).await.unwrap();
        assert!(ask(&mut stream, &request).await.0.starts_with("http/1.1 401"), "round {round}");
        assert!(ask(&mut other, &request).await.0.starts_with("http/1.1 401"), "round {round}");
    }
}

#[actix_web::test]
async fn a_list_is_compressed_for_its_content_and_what_is_personal_too() {
    let server = AuthServer::with_administrator(false).await;
    let mut keys = server.log_in("sari").await;
    keys.headers = vec![("Accept-Encoding", "gzip".to_owned())];
    let post = |name: String| {
        server.post("/api/v1/layouts", &keys, serde_json::json!({
        "name": name, "shared": false, "tiles": [{"title": "WAN", "lines": [{"router": "pop-1", "interface": "ether1"}]}],
        "rotateSeconds": 20, "windowSeconds": 900
    }))
    };
    for number in 0..20 {
        assert_eq!(post(format!("layar {number}")).await.status, http::StatusCode::CREATED.as_u16());
    }
    let answer = server.text(&http::Method::GET, "/api/v1/layouts", crate::auth_server::THERE, &keys, None).await;
    let answer = answer.to_ascii_lowercase();
    for expected in
        ["\"content-encoding\": value { inner: [\"gzip\"] }", "\"vary\": value { inner: [\"accept-encoding\"] }"]
    {
        assert!(answer.contains(expected), "{answer}");
    }
}
