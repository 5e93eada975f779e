//! A server with accounts, and requests to it from anyone.

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

/// A server with one router and a store of accounts.
pub struct AuthServer {
    pub world: TestServer,
    pub auth: Auth,
    pub store: Store,
    /// The router's source.
    pub source: Arc<ScriptedSource>,
}

/// What a request shows of who makes it, and how it comes.
#[derive(Clone, Default)]
pub struct Credentials {
    pub cookie: Option<String>,
    pub guard: Option<String>,
    pub device: Option<String>,
    pub bearer: Option<String>,
    pub token: Option<String>,
    pub origin: Option<&'static str>,
    pub host: Option<&'static str>,
    /// What a proxy adds, or someone who pretends to be one.
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

    pub async fn set(store: Store, set: impl FnOnce(&mut AuthSettings)) -> Self {
        let mut settings = AuthSettings::default();
        set(&mut settings);
        let auth = Auth::new(store.clone(), settings).await.unwrap();
        let world = TestServer::new();
        let source = world.router("pop-1");
        Self { world, auth, store, source }
    }

    pub async fn with_administrator(loopback: bool) -> Self {
        let server = Self::new(loopback).await;
        server.add_administrator().await;
        server
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

    /// Everything an answer contains: status, headers, body; of a stream the first events.
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
        // The user of this machine sends requests from a page of this server.
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

    /// Logs in, and returns the credentials of that session.
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
