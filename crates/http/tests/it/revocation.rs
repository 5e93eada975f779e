//! Streams end when the right to them ends, within a heartbeat and with the reason.

use std::time::Duration;

use actix_web::http::Method;
use lalin_http::StreamLimits;
use lalin_store::{Access, EncryptionKey, NewToken, SESSION_IDLE, SESSION_LIFE, Store, Timestamp, TokenKind, UserId};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials, HERE, line};
use crate::stream::Reader;

const STREAM: &str = "/api/v1/stream?interface=%3Cpppoe-budi%3E";

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.into())
}

/// A limited viewer, budi, and his stream, which runs.
async fn budi(server: &AuthServer) -> (UserId, Credentials, Reader) {
    let user = server.store.add_user("budi", secret("kata sandi"), line(None), Timestamp::now()).await.unwrap();
    let keys = server.log_in("budi").await;
    let mut stream = server.stream(STREAM, &keys).await;
    stream.wait_for("tick").await;
    (user.id, keys, stream)
}

/// That a stream ends within a heartbeat: its last event's reason.
async fn reason(stream: &mut Reader) -> Value {
    let begun = Instant::now();
    let end = timeout(Duration::from_secs(60), stream.wait_for("end")).await.unwrap();
    assert!(begun.elapsed() <= StreamLimits::default().heartbeat, "{:?}", begun.elapsed());
    assert!(stream.is_over().await, "something follows");
    end.data["reason"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_logout_a_new_password_and_a_removal_end_the_users_streams() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    let mut hers = server.stream(STREAM, &sari).await;
    let (id, keys, mut stream) = budi(&server).await;
    assert_eq!(server.post("/api/v1/logout", &keys, json!({})).await.status, 204);
    assert_eq!(reason(&mut stream).await, "logged-out");

    let keys = server.log_in("budi").await;
    let mut stream = server.stream(STREAM, &keys).await;
    let body = json!({"old": "kata sandi", "new": "kata sandi baru"});
    assert_eq!(server.post("/api/v1/password", &keys, body).await.status, 200);
    assert_eq!(reason(&mut stream).await, "logged-out");

    let path = format!("/api/v1/users/{}", id.0);
    let change = |body: Value| server.ask(&Method::PATCH, &path, HERE, &sari, Some(body));
    assert_eq!(change(json!({"password": "kata sandi"})).await.status, 204);
    let mut stream = server.stream(STREAM, &server.log_in("budi").await).await;
    assert_eq!(change(json!({"password": "kata sandi lagi"})).await.status, 204);
    assert_eq!(reason(&mut stream).await, "logged-out");

    assert_eq!(change(json!({"password": "kata sandi"})).await.status, 204);
    let mut stream = server.stream(STREAM, &server.log_in("budi").await).await;
    assert_eq!(server.ask(&Method::DELETE, &path, HERE, &sari, Some(json!({}))).await.status, 204);
    assert_eq!(reason(&mut stream).await, "user-removed");
    hers.wait_for("tick").await;
}

#[tokio::test(start_paused = true)]
async fn another_visibility_ends_the_stream_so_that_the_next_one_has_it() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    let (id, keys, mut stream) = budi(&server).await;
    for (role, only) in [
        ("viewer", json!([{"router": "pop-1", "interface": "<pppoe-budi>"}])),
        ("viewer", json!(null)),
        ("administrator", json!(null)),
    ] {
        let body = json!({"role": role, "only": only});
        let path = format!("/api/v1/users/{}", id.0);
        assert_eq!(server.ask(&Method::PATCH, &path, HERE, &sari, Some(body.clone())).await.status, 204);
        assert_eq!(reason(&mut stream).await, "access-changed");
        stream = server.stream("/api/v1/stream", &keys).await;
        let list = stream.list().await.to_string();
        assert_eq!(list.contains("ether1"), only.is_null(), "{list}");
        // The same once more is no change.
        assert_eq!(server.ask(&Method::PATCH, &path, HERE, &sari, Some(body)).await.status, 204);
        stream.wait_for("tick").await;
        stream.wait_for("tick").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_or_link_and_one_whose_maker_is_gone_end_their_streams() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    let tono =
        server.store.add_user("tono", secret("kata sandi"), Access::administrator(), Timestamp::now()).await.unwrap();
    for (kind, maker) in [("share", "sari"), ("api", "sari"), ("share", "tono"), ("api", "tono")] {
        let maker_keys = server.log_in(maker).await;
        let wanted = json!({"kind": kind, "name": "x", "role": "viewer", "only": [{"router": "pop-1", "interface": "<pppoe-budi>"}]});
        let made = server.post("/api/v1/tokens", &maker_keys, wanted).await;
        assert_eq!((made.status, &made.body["maker"]), (201, &json!(maker)), "{}", made.body);
        let token = made.body["token"].as_str().unwrap().to_owned();
        let keys = match kind {
            "share" => Credentials { token: Some(token), ..Credentials::default() },
            _ => Credentials { bearer: Some(token), ..Credentials::default() },
        };
        let (mut one, mut other) = (server.stream(STREAM, &keys).await, server.stream(STREAM, &keys).await);
        one.wait_for("tick").await;
        if maker == "sari" || kind == "share" {
            let path = format!("/api/v1/tokens/{}", made.body["id"]);
            assert_eq!(server.ask(&Method::DELETE, &path, HERE, &sari, Some(json!({}))).await.status, 204);
        } else {
            let path = format!("/api/v1/users/{}", tono.id.0);
            assert_eq!(server.ask(&Method::DELETE, &path, HERE, &sari, Some(json!({}))).await.status, 204);
        }
        assert_eq!((reason(&mut one).await, reason(&mut other).await), (json!("revoked"), json!("revoked")));
        assert_eq!(server.get("/api/v1/interfaces", &keys).await.status, 401);
    }
}

#[tokio::test(start_paused = true)]
async fn what_ends_by_itself_ends_its_streams() {
    let server = AuthServer::with_administrator(false).await;
    let user = server.store.add_user("budi", secret("kata sandi"), Access::viewer(), Timestamp::now()).await.unwrap();
    // The wall's clock goes on while the test's stands: it is waited for, by heartbeats.
    let soon = Timestamp::now().after(Duration::from_secs(4));
    let link = NewToken {
        kind: TokenKind::Share,
        name: "x".into(),
        access: line(Some("ether1")),
        expires: Some(soon),
        maker: None,
    };
    let link = server.store.add_token(link, Timestamp::now()).await.unwrap().1.expose().to_owned();
    // A session that was used all its life, which ends all the same.
    let mut used = Timestamp(soon.0 - i64::try_from(SESSION_LIFE.as_millis()).unwrap());
    let old = server.store.begin_session(user.id, used).await.unwrap();
    while used < Timestamp::now() {
        assert!(server.store.session(&old, used).await.unwrap().is_some());
        used = used.after(SESSION_IDLE / 2).min(Timestamp::now());
    }
    let link = Credentials { token: Some(link), ..Credentials::default() };
    let old = Credentials { cookie: Some(old.expose().to_owned()), ..Credentials::default() };
    let streams = [server.stream(STREAM, &link).await, server.stream(STREAM, &old).await];
    let expected = [(link, "expired"), (old, "session-expired")];
    for (mut stream, (keys, expected)) in streams.into_iter().zip(expected) {
        let end = stream.wait_for("end").await;
        assert!(Timestamp::now() >= soon, "it ended before its time");
        assert_eq!(end.data["reason"], expected);
        assert!(stream.is_over().await);
        assert_eq!(server.get("/api/v1/interfaces", &keys).await.status, 401);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_account_ends_what_was_open_to_the_machine_s_own_user() {
    let server = AuthServer::new(true).await;
    let mut stream = server.stream_from(HERE, STREAM, &Credentials::default()).await;
    stream.wait_for("tick").await;
    server.add_administrator().await;
    assert_eq!(reason(&mut stream).await, "account-needed");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_waits_is_not_answered_to_whoever_lost_the_right() {
    let server = AuthServer::with_administrator(false).await;
    *server.source.hang.lock().unwrap() = true;
    let link =
        NewToken { kind: TokenKind::Share, name: "x".into(), access: line(Some("ether1")), expires: None, maker: None };
    let (token, secret) = server.store.add_token(link, Timestamp::now()).await.unwrap();
    let keys = Credentials { token: Some(secret.expose().to_owned()), ..Credentials::default() };
    for path in ["/api/v1/interfaces", "/api/interface-stats"] {
        let revoke = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if path == "/api/v1/interfaces" {
                server.store.remove_token(token.id).await.unwrap();
            }
        };
        let (answer, ()) = tokio::join!(server.get(path, &keys), revoke);
        assert_eq!(answer.status, 401, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn another_process_s_changes_end_streams_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let key = EncryptionKey::random().unwrap();
    let server = AuthServer::over(Store::open(&path, key.clone()).unwrap(), false).await;
    server.add_administrator().await;
    let (id, _, mut stream) = budi(&server).await;
    // Another connection, as `lalin user remove` has: nothing tells the server.
    let beside = Store::open(&path, key).unwrap();
    beside.remove_user(id).await.unwrap();
    let end = timeout(Duration::from_secs(60), stream.wait_for("end")).await.unwrap();
    assert_eq!(end.data["reason"], "user-removed");
}

#[tokio::test(start_paused = true)]
async fn many_viewers_of_one_link_end_together_and_leave_nothing_behind() {
    let server = AuthServer::with_administrator(false).await;
    let link =
        NewToken { kind: TokenKind::Share, name: "x".into(), access: line(Some("ether1")), expires: None, maker: None };
    let (token, secret) = server.store.add_token(link, Timestamp::now()).await.unwrap();
    let keys = Credentials { token: Some(secret.expose().to_owned()), ..Credentials::default() };
    let mut streams = Vec::new();
    for _ in 0..40 {
        streams.push(server.stream("/api/v1/stream?watch=pop-1/ether1", &keys).await);
    }
    server.store.remove_token(token.id).await.unwrap();
    for stream in &mut streams {
        assert_eq!(reason(stream).await, "revoked");
    }
    drop(streams);
    let router = server.world.monitor.get(&"pop-1".parse().unwrap()).unwrap();
    assert_eq!(router.viewers(), 0);
}
