//! Guessing passwords is slow, and locks out only whoever guesses.

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use lalin_store::Access;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials};
use crate::test_server::Answer;

async fn log_in(server: &AuthServer, from: &str, keys: &Credentials, password: &str) -> Answer {
    let body = json!({"name": "sari", "password": password});
    server.ask(&Method::POST, "/api/v1/login", &format!("{from}:50000"), keys, Some(body)).await
}

/// Guesses from so many addresses that strangers have to wait.
async fn strangers(server: &AuthServer) {
    for number in 1..=5 {
        log_in(server, &format!("198.51.100.{number}"), &Credentials::default(), "salah semua").await;
    }
    let refused = log_in(server, "198.51.100.99", &Credentials::default(), "kata sandi").await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("too-many-attempts")), "{}", refused.body);
}

fn device(answer: &Answer) -> String {
    let cookies = answer.headers.get_all("Set-Cookie").filter_map(|value| value.to_str().ok());
    let cookie =
        cookies.filter_map(|text| Cookie::parse(text.to_owned()).ok()).find(|one| one.name() == "lalin-device");
    let cookie = cookie.unwrap();
    assert_eq!(cookie.http_only(), Some(true));
    cookie.value().to_owned()
}

#[tokio::test(start_paused = true)]
async fn strangers_lock_out_neither_a_known_device_nor_a_known_address() {
    let server = AuthServer::with_administrator(false).await;
    let home = log_in(&server, "203.0.113.9", &Credentials::default(), "kata sandi").await;
    assert_eq!(home.status, 200);
    strangers(&server).await;
    assert_eq!(
        log_in(&server, "203.0.113.9", &Credentials::default(), "kata sandi").await.status,
        200,
        "a known address"
    );
    strangers(&server).await;
    let laptop = Credentials { device: Some(device(&home)), ..Credentials::default() };
    let elsewhere = log_in(&server, "192.0.2.77", &laptop, "kata sandi").await;
    assert_eq!(elsewhere.status, 200, "a known device: {}", elsewhere.body);
    assert_eq!(device(&elsewhere), device(&home), "it stays the same one");
    let other =
        server.store.add_user("budi", Zeroizing::new("kata sandi".into()), Access::viewer(), lalin_store::Timestamp(0));
    let forged = server.store.mark_device(other.await.unwrap().id).unwrap();
    strangers(&server).await;
    for mark in [forged, "x".to_owned()] {
        let keys = Credentials { device: Some(mark), ..Credentials::default() };
        assert_eq!(log_in(&server, "192.0.2.78", &keys, "kata sandi").await.status, 429, "not a device of hers");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_password_lets_everybody_try_at_once() {
    let server = AuthServer::with_administrator(false).await;
    strangers(&server).await;
    // As `lalin user password` does it, beside the running server.
    let user = server.store.users().await.unwrap()[0].id;
    server.store.set_password(user, Zeroizing::new("kata sandi baru".into())).await.unwrap();
    let came = log_in(&server, "192.0.2.77", &Credentials::default(), "kata sandi baru").await;
    assert_eq!(came.status, 200, "{}", came.body);
}

#[tokio::test(start_paused = true)]
async fn nobody_locks_the_first_setup_for_others() {
    let server = AuthServer::new(false).await;
    let setup = |code: &str| -> Value { json!({"code": code, "name": "sari", "password": "kata sandi"}) };
    let ask = |from: String, code: String| {
        let server = &server;
        let body = setup(&code);
        async move { server.ask(&Method::POST, "/api/v1/setup", &from, &Credentials::default(), Some(body)).await }
    };
    for guess in 0..10 {
        for number in 1..=6 {
            let status = ask(format!("198.51.100.{number}:50000"), "AAAA-BBBB-CCCC".into()).await.status;
            assert_eq!(status, if guess < 5 { 403 } else { 429 }, "guess {guess}");
        }
    }
    let code = server.auth.setup_code().unwrap().to_string();
    let made = ask("203.0.113.9:50000".into(), code).await;
    assert_eq!(made.status, 200, "{}", made.body);
}
