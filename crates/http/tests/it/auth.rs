//! The auth: every route times every kind of principal, and what each of the ways in does.
//!
//! Long because the table of the routes and everything that is held against it stand together.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::App;
use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use lalin_http::{Auth, AuthSettings, guard};
use lalin_store::{Access, EncryptionKey, Grant, NewToken, Store, Timestamp, TokenKind};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::stream::Reader;
use crate::test_server::{Answer, ScriptedSource, TestServer};

pub const HERE: &str = "127.0.0.1:50000";
pub const THERE: &str = "203.0.113.9:50000";

/// A server with a router and a store, seen from somewhere.
pub struct AuthServer {
    pub world: TestServer,
    pub auth: Auth,
    pub store: Store,
    /// The one router.
    pub script: Arc<ScriptedSource>,
}

/// What a visitor brings.
#[derive(Clone, Default)]
pub struct Credentials {
    pub cookie: Option<String>,
    pub guard: Option<String>,
    pub device: Option<String>,
    pub bearer: Option<String>,
    pub token: Option<String>,
    pub origin: Option<&'static str>,
    pub host: Option<&'static str>,
    /// What a proxy, or somebody who plays one, adds.
    pub headers: Vec<(&'static str, String)>,
}

impl AuthServer {
    pub async fn new(loopback: bool) -> Self {
        Self::over(Store::in_memory(EncryptionKey::random().unwrap()).unwrap(), loopback).await
    }

    pub async fn over(store: Store, loopback: bool) -> Self {
        Self::set(store, |settings| settings.loopback = loopback).await
    }

    pub async fn with(set: impl FnOnce(&mut AuthSettings)) -> Self {
        Self::set(Store::in_memory(EncryptionKey::random().unwrap()).unwrap(), set).await
    }

    pub async fn open() -> Self {
        Self::with(|settings| settings.open = true).await
    }

    async fn set(store: Store, set: impl FnOnce(&mut AuthSettings)) -> Self {
        let mut settings = AuthSettings::default();
        set(&mut settings);
        let auth = Auth::new(store.clone(), settings).await.unwrap();
        let world = TestServer::new();
        let script = world.router("pop-1");
        Self { world, auth, store, script }
    }

    pub async fn with_administrator(loopback: bool) -> Self {
        let house = Self::new(loopback).await;
        house.add_administrator().await;
        house
    }

    pub async fn add_administrator(&self) {
        let password = Zeroizing::new("kata sandi".into());
        self.store.add_user("sari", password, Access::administrator(), Timestamp::now()).await.unwrap();
    }

    pub async fn ask(
        &self,
        method: &Method,
        path: &str,
        from: &str,
        keys: &Credentials,
        body: Option<Value>,
    ) -> Answer {
        let response = self.call(method, path, from, keys, body).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A stream has no end.
        let stream = headers.get("Content-Type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body =
            if stream { Value::Null } else { serde_json::from_slice(&read_body(response).await).unwrap_or_default() };
        Answer { status, headers, body }
    }

    pub async fn stream(&self, path: &str, keys: &Credentials) -> Reader {
        self.stream_from(THERE, path, keys).await
    }

    pub async fn stream_from(&self, from: &str, path: &str, keys: &Credentials) -> Reader {
        Reader::of(self.call(&Method::GET, path, from, keys, None).await)
    }

    /// Everything that an answer says: status, headers, body; of a stream the first events.
    pub async fn text(
        &self,
        method: &Method,
        path: &str,
        from: &str,
        keys: &Credentials,
        body: Option<Value>,
    ) -> String {
        let response = self.call(method, path, from, keys, body).await;
        let head = format!("{} {:?}\n", response.status(), response.headers());
        if response.headers().get("Content-Type").is_some_and(|kind| kind == "text/event-stream") {
            return head + &Reader::of(response).blocks(6).await;
        }
        head + &String::from_utf8_lossy(&read_body(response).await)
    }

    async fn call(
        &self,
        method: &Method,
        path: &str,
        from: &str,
        keys: &Credentials,
        body: Option<Value>,
    ) -> ServiceResponse {
        let app = App::new().wrap(from_fn(guard)).configure(self.auth.routes()).configure(self.world.api.routes());
        let app = init_service(app).await;
        let path = match &keys.token {
            Some(token) => format!("{path}{}token={token}", if path.contains('?') { '&' } else { '?' }),
            None => path.to_owned(),
        };
        let mut request =
            TestRequest::with_uri(&path).method(method.clone()).peer_addr(from.parse::<SocketAddr>().unwrap());
        request = request.insert_header(("Host", keys.host.unwrap_or("localhost:3000")));
        if let Some(cookie) = &keys.cookie {
            request = request.cookie(Cookie::new("lalin-session", cookie.clone()));
        }
        if let Some(device) = &keys.device {
            request = request.cookie(Cookie::new("lalin-device", device.clone()));
        }
        if let Some(guard) = &keys.guard {
            request = request.insert_header(("X-Lalin-Guard", guard.clone()));
        }
        if let Some(bearer) = &keys.bearer {
            request = request.insert_header(("Authorization", format!("Bearer {bearer}")));
        }
        // Who sits at the machine asks by a page of this server.
        if let Some(origin) = keys.origin.or_else(|| (from == HERE).then_some("http://localhost:3000")) {
            request = request.insert_header(("Origin", origin));
        }
        for header in &keys.headers {
            request = request.append_header((header.0, header.1.as_str()));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        call_service(&app, request.to_request()).await.map_into_boxed_body()
    }

    pub async fn get(&self, path: &str, keys: &Credentials) -> Answer {
        self.ask(&Method::GET, path, THERE, keys, None).await
    }

    pub async fn post(&self, path: &str, keys: &Credentials, body: Value) -> Answer {
        self.ask(&Method::POST, path, THERE, keys, Some(body)).await
    }

    /// Logs in; the keys of a person.
    pub async fn log_in(&self, name: &str) -> Credentials {
        let answer =
            self.post("/api/v1/login", &Credentials::default(), json!({"name": name, "password": "kata sandi"})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Credentials {
            cookie: Some(cookie(&answer)),
            guard: Some(answer.body["guard"].as_str().unwrap().into()),
            ..Credentials::default()
        }
    }

    pub async fn token(&self, kind: TokenKind, access: Access) -> String {
        let name = if kind == TokenKind::Share { "note-in-name" } else { "billing" };
        let token = NewToken { kind, name: name.into(), access, expires: None, maker: None };
        self.store.add_token(token, Timestamp::now()).await.unwrap().1.expose().to_owned()
    }
}

pub fn cookie(answer: &Answer) -> String {
    let text = answer.header("Set-Cookie");
    let cookie = Cookie::parse_encoded(text.to_owned()).unwrap();
    assert_eq!((cookie.name(), cookie.http_only()), ("lalin-session", Some(true)), "{text}");
    cookie.value().to_owned()
}

pub fn line(interface: Option<&str>) -> Access {
    Access::viewer_of(vec![Grant { router: "pop-1".parse().unwrap(), interface: interface.map(Into::into) }])
}

/// Every route, and what it answers to: nobody, a viewer, an administrator. A route of the API that is missing here fails
/// `every_route_is_in_the_table`.
pub const TABLE: &[(&str, &str, [u16; 3])] = &[
    ("GET", "/healthz", [200, 200, 200]),
    ("GET", "/api/v1/me", [200, 200, 200]),
    ("GET", "/api/interface-stats", [401, 200, 200]),
    ("GET", "/api/v1/interfaces", [401, 200, 200]),
    ("GET", "/api/v1/routers", [401, 200, 200]),
    ("GET", "/api/v1/stream", [401, 200, 200]),
    ("GET", "/api/v1/window?interface=ether1", [401, 200, 200]),
    ("GET", "/api/v1/routers/pop-1", [401, 403, 200]),
    ("GET", "/api/v1/routers/pop-1/interfaces", [401, 200, 200]),
    ("GET", "/api/v1/routers/pop-1/stream", [401, 200, 200]),
    ("GET", "/api/v1/discovery", [401, 403, 200]),
    ("GET", "/api/v1/setup-script", [401, 403, 200]),
    ("POST", "/api/v1/routers", [401, 403, 400]),
    ("PATCH", "/api/v1/routers/pop-1", [401, 403, 409]),
    ("DELETE", "/api/v1/routers/nothing", [401, 403, 404]),
    ("POST", "/api/v1/routers/pop-1/retry", [401, 202, 429]),
    ("POST", "/api/v1/routers/pop-1/check", [401, 403, 200]),
    ("POST", "/api/v1/check", [401, 403, 200]),
    ("GET", "/api/v1/users", [401, 403, 200]),
    ("GET", "/api/v1/tokens", [401, 403, 200]),
    ("GET", "/api/v1/audit", [401, 403, 200]),
    // Without a body that can be read: what is asked first is who asks.
    ("POST", "/api/v1/login", [400, 400, 400]),
    ("POST", "/api/v1/setup", [400, 400, 400]),
    ("POST", "/api/v1/password", [401, 400, 400]),
    ("POST", "/api/v1/users", [401, 403, 400]),
    ("PATCH", "/api/v1/users/1", [401, 403, 204]),
    ("DELETE", "/api/v1/users/99", [401, 403, 404]),
    ("POST", "/api/v1/tokens", [401, 403, 400]),
    ("DELETE", "/api/v1/tokens/99", [401, 403, 404]),
    // Nobody thought of these.
    ("GET", "/api/v1/nothing", [401, 403, 404]),
    ("PUT", "/api/v1/routers", [401, 403, 405]),
    // The last, as it ends the session.
    ("POST", "/api/v1/logout", [401, 204, 204]),
];

/// The routes as the sources declare them: method and path.
fn declared() -> Vec<(String, String)> {
    let mut routes = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for resource in text.split("web::resource(\"").skip(1) {
                let (path, chain) = resource.split_once('"').unwrap();
                let chain = chain.split([';', '}']).next().unwrap();
                for method in ["get", "post", "put", "patch", "delete"] {
                    if chain.contains(&format!(".{method}(")) {
                        routes.push((method.to_uppercase(), path.to_owned()));
                    }
                }
            }
        }
    }
    routes
}

#[test]
fn every_route_is_in_the_table() {
    let routes = declared();
    assert!(routes.len() > 25, "{routes:?}");
    for (method, path) in routes {
        let fits = |entry: &str| {
            let entry = entry.split('?').next().unwrap();
            let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
            let (wanted, given) = (parts(&path), parts(entry));
            wanted.len() == given.len()
                && wanted.iter().zip(&given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
        };
        assert!(TABLE.iter().any(|(of, entry, _)| *of == method && fits(entry)), "{method} {path} is not in the table");
    }
}

#[tokio::test]
async fn every_route_asks_for_what_it_needs() {
    let house = AuthServer::with_administrator(false).await;
    house
        .store
        .add_user("budi", Zeroizing::new("kata sandi".into()), Access::viewer(), Timestamp::now())
        .await
        .unwrap();
    let people = [Credentials::default(), house.log_in("budi").await, house.log_in("sari").await];
    for (method, path, expected) in TABLE {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for (keys, expected) in people.iter().zip(expected) {
            let body = (method != Method::GET).then(|| json!({}));
            let answer = house.ask(&method, path, THERE, keys, body).await;
            assert_eq!(answer.status, *expected, "{method} {path}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_session_that_is_over_is_nobodys_and_a_wrong_key_opens_nothing() {
    let house = AuthServer::with_administrator(false).await;
    let over = house.log_in("sari").await;
    house.post("/api/v1/logout", &over, json!({})).await;
    let wrong = Credentials { bearer: Some("not-a-token".into()), ..Credentials::default() };
    let link = Credentials { token: Some("not-a-link".into()), ..Credentials::default() };
    for (method, path, [nobody, ..]) in TABLE.iter().filter(|(_, path, _)| !path.contains('?')) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = || (method != Method::GET).then(|| json!({}));
        let ended = house.ask(&method, path, THERE, &over, body()).await;
        assert_eq!(ended.status, *nobody, "{method} {path} with an ended session: {}", ended.body);
        for keys in [&wrong, &link] {
            let refused = house.ask(&method, path, THERE, keys, body()).await;
            // Where nobody is looked up no key is looked at.
            let expected = if *path == "/healthz" { 200 } else { 401 };
            assert_eq!(refused.status, expected, "{method} {path} with a wrong key: {}", refused.body);
        }
    }
}

#[tokio::test]
async fn a_change_needs_the_guard_and_this_very_site() {
    let house = AuthServer::with_administrator(false).await;
    let keys = house.log_in("sari").await;
    for (method, path, _) in TABLE.iter().filter(|(method, ..)| *method != "GET") {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let public = ["/api/v1/login", "/api/v1/setup"].contains(path);
        let unguarded = Credentials { guard: None, ..keys.clone() };
        let wrong = Credentials { guard: Some("wrong".into()), ..keys.clone() };
        let foreign = Credentials { origin: Some("https://evil.example"), ..keys.clone() };
        for bad in [unguarded, wrong, foreign] {
            let answer = house.ask(&method, path, THERE, &bad, Some(json!({}))).await;
            // Who comes without a session's rights has nothing to be misused; another site is turned away everywhere.
            let expected = if public && bad.origin.is_none() { [421, 400] } else { [421, 421] };
            assert!(expected.contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
    assert_eq!(house.get("/api/v1/me", &keys).await.body["state"], "in", "nothing of it logged anybody out");
}

#[tokio::test]
async fn before_there_is_an_administrator_nothing_is_told_to_others() {
    let house = AuthServer::new(false).await;
    for (method, path, _) in TABLE {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let public = ["/healthz", "/api/v1/me", "/api/v1/login", "/api/v1/setup"].contains(path);
        // Also from the machine itself: the address is one that others reach.
        for from in [HERE, THERE] {
            let answer = house
                .ask(&method, path, from, &Credentials::default(), (method != Method::GET).then(|| json!({})))
                .await;
            assert_eq!(answer.status == 403, !public, "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
    assert_eq!(house.get("/api/v1/me", &Credentials::default()).await.body["state"], "setup");
}

#[tokio::test]
async fn the_first_administrator_is_made_with_the_code_and_only_once() {
    let house = AuthServer::new(false).await;
    let code = house.auth.setup_code().unwrap().to_string();
    let setup = |code: &str| json!({"code": code, "name": "sari", "password": "kata sandi"});
    assert_eq!(house.post("/api/v1/setup", &Credentials::default(), setup("AAAA-BBBB-CCCC")).await.status, 403);
    let made =
        house.post("/api/v1/setup", &Credentials::default(), setup(&code.to_lowercase().replace('-', " "))).await;
    assert_eq!((made.status, &made.body["role"]), (200, &json!("administrator")), "{}", made.body);
    let keys = Credentials { cookie: Some(cookie(&made)), ..Credentials::default() };
    assert_eq!(house.get("/api/v1/users", &keys).await.status, 200);
    assert!(house.auth.setup_code().is_none());
    assert_eq!(house.post("/api/v1/setup", &Credentials::default(), setup(&code)).await.status, 403);
    assert_eq!(house.post("/api/v1/setup", &Credentials::default(), setup("")).await.status, 403);
}

#[tokio::test]
async fn on_loopback_it_is_open_until_somebody_has_an_account() {
    let house = AuthServer::new(true).await;
    let nobody = Credentials::default();
    let me = house.ask(&Method::GET, "/api/v1/me", HERE, &nobody, None).await;
    assert_eq!(me.body["state"], "open");
    assert_eq!(house.ask(&Method::GET, "/api/v1/interfaces", HERE, &nobody, None).await.status, 200);
    let viewer = json!({"name": "budi", "password": "kata sandi", "role": "viewer"});
    assert_eq!(house.ask(&Method::POST, "/api/v1/users", HERE, &nobody, Some(viewer)).await.status, 400);
    let admin = json!({"name": "sari", "password": "kata sandi", "role": "administrator"});
    assert_eq!(house.ask(&Method::POST, "/api/v1/users", HERE, &nobody, Some(admin)).await.status, 201);
    assert_eq!(house.ask(&Method::GET, "/api/v1/interfaces", HERE, &nobody, None).await.status, 401);
}

#[tokio::test]
async fn a_server_on_loopback_answers_to_its_own_names_only() {
    let house = AuthServer::new(true).await;
    for (host, status) in [("localhost:3000", 200), ("127.0.0.1:3000", 200), ("[::1]:3000", 200), ("evil.example", 421)]
    {
        let keys = Credentials { host: Some(host), ..Credentials::default() };
        let answer = house.ask(&Method::GET, "/api/v1/routers", HERE, &keys, None).await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_told_like_an_unknown_name_and_guessing_has_to_wait() {
    let house = AuthServer::with_administrator(false).await;
    let guess = |name: &str| json!({"name": name, "password": "salah semua"});
    let wrong = house.post("/api/v1/login", &Credentials::default(), guess("sari")).await;
    let unknown = house.post("/api/v1/login", &Credentials::default(), guess("tono")).await;
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    assert_eq!(wrong.status, 401);
    for _ in 0..3 {
        house.post("/api/v1/login", &Credentials::default(), guess("sari")).await;
    }
    let refused =
        house.post("/api/v1/login", &Credentials::default(), json!({"name": "sari", "password": "kata sandi"})).await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("too-many-attempts")));
    assert!(refused.header("Retry-After").parse::<u64>().unwrap() >= 1);
    let failed = house.store.audit_log(100).await.unwrap();
    let [failed] = &failed[..] else { panic!("of one address one entry: {failed:?}") };
    assert_eq!((failed.event.action.as_str(), failed.times), ("login.failed", 5));
    assert_eq!(failed.event.actor.address, "203.0.113.9");
}

#[tokio::test]
async fn a_session_is_new_at_each_login_and_over_at_logout_and_with_a_new_password() {
    let house = AuthServer::with_administrator(false).await;
    let first = house.log_in("sari").await;
    let login = || json!({"name": "sari", "password": "kata sandi"});
    let unguarded = Credentials { guard: None, ..first.clone() };
    // A page that has a session logs in with its guard, as any change.
    assert_eq!(house.post("/api/v1/login", &unguarded, login()).await.status, 421);
    let again = house.post("/api/v1/login", &first, json!({"name": "sari", "password": "kata sandi"})).await;
    let second = Credentials {
        cookie: Some(cookie(&again)),
        guard: again.body["guard"].as_str().map(Into::into),
        ..Credentials::default()
    };
    assert_ne!(first.cookie, second.cookie);
    assert_eq!(house.get("/api/v1/users", &first).await.status, 401, "the old one is over");
    let other = house.log_in("sari").await;
    let changed = house.post("/api/v1/password", &second, json!({"old": "kata sandi", "new": "kata sandi baru"})).await;
    let third = Credentials {
        cookie: Some(cookie(&changed)),
        guard: changed.body["guard"].as_str().map(Into::into),
        ..Credentials::default()
    };
    for gone in [&second, &other] {
        assert_eq!(house.get("/api/v1/users", gone).await.status, 401);
    }
    assert_eq!(house.get("/api/v1/users", &third).await.status, 200);
    assert_eq!(house.post("/api/v1/logout", &third, json!({})).await.status, 204);
    assert_eq!(house.get("/api/v1/users", &third).await.status, 401);
}

#[tokio::test]
async fn a_token_opens_what_it_was_made_for_and_a_wrong_one_nothing() {
    let house = AuthServer::with_administrator(false).await;
    let bearer = |token: &str| Credentials { bearer: Some(token.to_owned()), ..Credentials::default() };
    let viewer = house.token(TokenKind::Api, Access::viewer()).await;
    assert_eq!(house.get("/api/v1/routers", &bearer(&viewer)).await.status, 200);
    assert_eq!(house.get("/api/v1/users", &bearer(&viewer)).await.status, 403);
    assert_eq!(house.post("/api/v1/password", &bearer(&viewer), json!({})).await.status, 403);
    let admin = house.token(TokenKind::Api, Access::administrator()).await;
    let made =
        house.post("/api/v1/tokens", &bearer(&admin), json!({"kind": "api", "name": "x", "role": "viewer"})).await;
    assert_eq!(made.status, 201);
    let shown = made.body["token"].as_str().unwrap();
    assert_eq!(house.get("/api/v1/routers", &bearer(shown)).await.status, 200);
    let list = house.get("/api/v1/tokens", &bearer(&admin)).await;
    assert!(!list.body.to_string().contains(shown), "it is shown once");
    for wrong in ["", "x", &viewer[1..]] {
        assert_eq!(house.get("/api/v1/routers", &bearer(wrong)).await.status, 401, "{wrong}");
    }
    // Nor does a key that is none fall back on the cookie beside it.
    let both = Credentials { bearer: Some("x".into()), ..house.log_in("sari").await };
    assert_eq!(house.get("/api/v1/routers", &both).await.status, 401);
}

#[tokio::test]
async fn a_link_only_looks_and_no_other_key_travels_in_an_address() {
    let house = AuthServer::with_administrator(false).await;
    let link = |token: String| Credentials { token: Some(token), ..Credentials::default() };
    let share = link(house.token(TokenKind::Share, line(Some("<pppoe-budi>"))).await);
    assert_eq!(house.get("/api/v1/me", &share).await.body["state"], "in");
    assert_eq!(house.post("/api/v1/logout", &share, json!({})).await.status, 401);
    let api = link(house.token(TokenKind::Api, Access::administrator()).await);
    assert_eq!(house.get("/api/v1/users", &api).await.status, 401);
}
