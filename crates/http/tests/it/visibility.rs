//! What a viewer with limits learns of a router that fails: that it does, but not where and what it is.

use actix_web::http::Method;
use lalin_stats::SourceError;
use lalin_store::{Access, Grant, Timestamp, TokenKind};
use serde_json::json;
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials, THERE, line};
use crate::route_policies::TABLE;

/// The router's address, port, user, tag and identity, and the interfaces' own address, as the test server and the fake admin have them.
const SECRETS: [&str; 9] =
    ["note-in-name", "192.0.2.1", "8728", "lalin-user", "pusat", "gw-identity", "secret-detail", "0C:00", "notes-of"];

/// Everything that each route says, and the first events of each stream.
async fn walk(server: &AuthServer, keys: &Credentials) -> Vec<(String, String)> {
    let mut said = Vec::new();
    for (method, path, _) in TABLE {
        if *path == "/api/v1/logout" || path.starts_with("/api/v1/password") {
            continue;
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for query in ["", "?router=pop-1", "?watch=1", "?watch=pop-1/%3Cpppoe-budi%3E"] {
            if !query.is_empty() && (method != Method::GET || path.contains('?')) {
                continue;
            }
            let body = (method != Method::GET).then(|| json!({}));
            let text = server.text(&method, &format!("{path}{query}"), THERE, keys, body).await;
            said.push((format!("{method} {path}{query}"), text));
        }
    }
    said
}

async fn kinds(server: &AuthServer) -> Vec<(&'static str, Credentials)> {
    let bearer = |token: String| Credentials { bearer: Some(token), ..Credentials::default() };
    let mut kinds = Vec::new();
    for (name, access) in [("budi", line(Some("<pppoe-budi>"))), ("wati", line(None))] {
        server
            .store
            .add_user(name, Zeroizing::new("kata sandi".into()), access.clone(), Timestamp::now())
            .await
            .unwrap();
        kinds.push((name, server.log_in(name).await));
        kinds.push(("a token", bearer(server.token(TokenKind::Api, access).await)));
    }
    let share = server.token(TokenKind::Share, line(Some("<pppoe-budi>"))).await;
    kinds.push(("a link", Credentials { token: Some(share.clone()), ..Credentials::default() }));
    kinds.push(("a link as a token", bearer(share)));
    kinds
}

#[tokio::test(start_paused = true)]
async fn who_has_limits_learns_no_address_user_tag_or_identity_of_a_failing_router() {
    for failing in [false, true] {
        let server = AuthServer::with_administrator(false).await;
        let detail = "192.0.2.1:8728: secret-detail of lalin-user";
        if failing {
            server.source.fail(SourceError::Refused { detail: detail.into() });
        }
        for (kind, keys) in kinds(&server).await {
            // The stale answers too: it worked, and fails now.
            assert_eq!(server.get("/api/v1/interfaces", &keys).await.status, if failing { 503 } else { 200 }, "{kind}");
            for (route, text) in walk(&server, &keys).await {
                let found = SECRETS.iter().find(|secret| text.contains(**secret));
                assert_eq!(found, None, "{kind}: {route}: {text}");
            }
            let mut stream = server.stream("/api/v1/stream?interface=%3Cpppoe-budi%3E", &keys).await;
            let code = if failing { "unreachable" } else { "live" };
            let state = loop {
                let state = stream.wait_for("state").await;
                assert_eq!(state.data.get("detail"), None, "{kind}");
                if state.data["code"] == code {
                    break state;
                }
            };
            assert_eq!(state.data["reason"], if failing { json!("refused") } else { json!(null) }, "{kind}");
        }
        // What is hidden is there, for those who may see it.
        let all = walk(&server, &server.log_in("sari").await).await;
        let shown = |secret: &str| all.iter().any(|(_, text)| text.contains(secret));
        assert!(shown("192.0.2.1:8728") && shown("pusat") && shown("gw-identity") && shown("lalin-user"));
        assert_eq!(shown("secret-detail"), failing);
    }
}

#[tokio::test(start_paused = true)]
async fn where_everybody_may_look_strangers_look_only_and_learn_no_address() {
    let server = AuthServer::open().await;
    server.source.fail(SourceError::Refused { detail: "192.0.2.1:8728: secret-detail of lalin-user".into() });
    for accounts in [false, true] {
        if accounts {
            server.add_administrator().await;
        }
        for (route, text) in walk(&server, &Credentials::default()).await {
            let found = SECRETS.iter().find(|secret| text.contains(**secret));
            assert_eq!(found, None, "{route}: {text}");
        }
        let answer = server.post("/api/v1/routers/pop-1/retry", &Credentials::default(), json!({})).await;
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert!(server.world.admin.asked.lock().unwrap().iter().all(|asked| !asked.starts_with("retry")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_router_is_tried_at_once_seldom_whoever_asks_and_never_for_a_link() {
    let server = AuthServer::with_administrator(false).await;
    let (path, body) = ("/api/v1/routers/pop-1/retry", json!({}));
    let link = Credentials {
        bearer: Some(server.token(TokenKind::Share, line(Some("ether1"))).await),
        ..Credentials::default()
    };
    assert_eq!(server.post(path, &link, body.clone()).await.status, 403);
    let other = Access::viewer_of(vec![Grant { router: "pop-2".parse().unwrap(), interface: None }]);
    let other = Credentials { bearer: Some(server.token(TokenKind::Api, other).await), ..Credentials::default() };
    assert_eq!(server.post(path, &other, body.clone()).await.status, 404);
    let token = Credentials { bearer: Some(server.token(TokenKind::Api, line(None)).await), ..Credentials::default() };
    assert_eq!(server.post(path, &token, body.clone()).await.status, 202);
    let again = server.post(path, &server.log_in("sari").await, body.clone()).await;
    assert_eq!((again.status, &again.body["code"]), (429, &json!("tried-just-now")));
    tokio::time::advance(std::time::Duration::from_secs(again.header("Retry-After").parse().unwrap())).await;
    assert_eq!(server.post(path, &token, body).await.status, 202);
    let asked = server.world.admin.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("retry")).count();
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_stranger_is_told_that_the_server_lives_and_no_more() {
    let server = AuthServer::with_administrator(false).await;
    for keys in [Credentials::default(), Credentials { bearer: Some("wrong".into()), ..Credentials::default() }] {
        let answer = server.get("/healthz", &keys).await;
        assert_eq!((answer.status, answer.body), (200, json!({"status": "ok"})));
    }
    let sari = server.get("/healthz", &server.log_in("sari").await).await;
    assert!(sari.body["version"].is_string() && sari.body["viewers"].is_u64(), "{}", sari.body);
}

#[tokio::test]
async fn a_stranger_is_told_that_the_server_serves_and_of_no_router_and_others_of_those_that_they_see() {
    let server = AuthServer::with_administrator(false).await;
    server.world.router("pop-2");
    let password = || Zeroizing::new("kata sandi".to_owned());
    let one = Access::viewer_of(vec![Grant { router: "pop-1".parse().unwrap(), interface: None }]);
    server.store.add_user("budi", password(), one, Timestamp::now()).await.unwrap();
    let ids = |answer: &crate::test_server::Answer| {
        let routers = answer.body["routers"].as_array().cloned().unwrap_or_default();
        routers.iter().map(|router| router["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let stranger = Credentials::default();
    let answer = server.get("/readyz", &stranger).await;
    assert_eq!((answer.status, &answer.body), (200, &json!({"status": "ready"})));
    assert_eq!(server.get("/readyz?verbose", &stranger).await.body, json!({"status": "ready", "routers": []}));
    assert_eq!(ids(&server.get("/readyz?verbose", &server.log_in("budi").await).await), ["pop-1"]);
    let sari = server.get("/readyz?verbose=1", &server.log_in("sari").await).await;
    assert_eq!(ids(&sari), ["pop-1", "pop-2"]);
    assert!(sari.body["routers"][0]["state"].is_string(), "{}", sari.body);
}
