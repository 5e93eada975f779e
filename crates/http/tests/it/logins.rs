//! Logging in and out: the first administrator, sessions, passwords, names of the server.

use actix_web::http::Method;
use serde_json::json;

use crate::auth_server::{AuthServer, Credentials, HERE, cookie};

#[tokio::test]
async fn the_first_administrator_is_made_with_the_code_and_only_once() {
    let server = AuthServer::new(false).await;
    let code = server.auth.setup_code().unwrap().to_string();
    let setup = |code: &str| json!({"code": code, "name": "sari", "password": "kata sandi"});
    assert_eq!(server.post("/api/v1/setup", &Credentials::default(), setup("AAAA-BBBB-CCCC")).await.status, 403);
    let made =
        server.post("/api/v1/setup", &Credentials::default(), setup(&code.to_lowercase().replace('-', " "))).await;
    assert_eq!((made.status, &made.body["role"]), (200, &json!("administrator")), "{}", made.body);
    let keys = Credentials { cookie: Some(cookie(&made)), ..Credentials::default() };
    assert_eq!(server.get("/api/v1/users", &keys).await.status, 200);
    assert!(server.auth.setup_code().is_none());
    assert_eq!(server.post("/api/v1/setup", &Credentials::default(), setup(&code)).await.status, 403);
    assert_eq!(server.post("/api/v1/setup", &Credentials::default(), setup("")).await.status, 403);
}

#[tokio::test]
async fn on_loopback_it_is_open_until_somebody_has_an_account() {
    let server = AuthServer::new(true).await;
    let nobody = Credentials::default();
    let me = server.ask(&Method::GET, "/api/v1/me", HERE, &nobody, None).await;
    assert_eq!(me.body["state"], "open");
    assert_eq!(server.ask(&Method::GET, "/api/v1/interfaces", HERE, &nobody, None).await.status, 200);
    let viewer = json!({"name": "budi", "password": "kata sandi", "role": "viewer"});
    assert_eq!(server.ask(&Method::POST, "/api/v1/users", HERE, &nobody, Some(viewer)).await.status, 400);
    let admin = json!({"name": "sari", "password": "kata sandi", "role": "administrator"});
    assert_eq!(server.ask(&Method::POST, "/api/v1/users", HERE, &nobody, Some(admin)).await.status, 201);
    assert_eq!(server.ask(&Method::GET, "/api/v1/interfaces", HERE, &nobody, None).await.status, 401);
}

#[tokio::test]
async fn a_server_on_loopback_answers_to_its_own_names_only() {
    let server = AuthServer::new(true).await;
    for (host, status) in [("localhost:3000", 200), ("127.0.0.1:3000", 200), ("[::1]:3000", 200), ("evil.example", 421)]
    {
        let keys = Credentials { host: Some(host), ..Credentials::default() };
        let answer = server.ask(&Method::GET, "/api/v1/routers", HERE, &keys, None).await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_told_like_an_unknown_name_and_guessing_has_to_wait() {
    let server = AuthServer::with_administrator(false).await;
    let guess = |name: &str| json!({"name": name, "password": "salah semua"});
    let wrong = server.post("/api/v1/login", &Credentials::default(), guess("sari")).await;
    let unknown = server.post("/api/v1/login", &Credentials::default(), guess("tono")).await;
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    assert_eq!(wrong.status, 401);
    for _ in 0..3 {
        server.post("/api/v1/login", &Credentials::default(), guess("sari")).await;
    }
    let refused =
        server.post("/api/v1/login", &Credentials::default(), json!({"name": "sari", "password": "kata sandi"})).await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("too-many-attempts")));
    assert!(refused.header("Retry-After").parse::<u64>().unwrap() >= 1);
    let failed = server.store.audit_log(100).await.unwrap();
    let [failed] = &failed[..] else { panic!("of one address one entry: {failed:?}") };
    assert_eq!((failed.event.action.as_str(), failed.times), ("login.failed", 5));
    assert_eq!(failed.event.actor.address, "203.0.113.9");
}

#[tokio::test]
async fn a_session_is_new_at_each_login_and_over_at_logout_and_with_a_new_password() {
    let server = AuthServer::with_administrator(false).await;
    let first = server.log_in("sari").await;
    let login = || json!({"name": "sari", "password": "kata sandi"});
    let unguarded = Credentials { guard: None, ..first.clone() };
    // A page that has a session logs in with its guard, as any change.
    assert_eq!(server.post("/api/v1/login", &unguarded, login()).await.status, 421);
    let again = server.post("/api/v1/login", &first, json!({"name": "sari", "password": "kata sandi"})).await;
    let second = Credentials {
        cookie: Some(cookie(&again)),
        guard: again.body["guard"].as_str().map(Into::into),
        ..Credentials::default()
    };
    assert_ne!(first.cookie, second.cookie);
    assert_eq!(server.get("/api/v1/users", &first).await.status, 401, "the old one is over");
    let other = server.log_in("sari").await;
    let changed =
        server.post("/api/v1/password", &second, json!({"old": "kata sandi", "new": "kata sandi baru"})).await;
    let third = Credentials {
        cookie: Some(cookie(&changed)),
        guard: changed.body["guard"].as_str().map(Into::into),
        ..Credentials::default()
    };
    for gone in [&second, &other] {
        assert_eq!(server.get("/api/v1/users", gone).await.status, 401);
    }
    assert_eq!(server.get("/api/v1/users", &third).await.status, 200);
    assert_eq!(server.post("/api/v1/logout", &third, json!({})).await.status, 204);
    assert_eq!(server.get("/api/v1/users", &third).await.status, 401);
}
