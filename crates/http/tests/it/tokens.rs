//! API tokens and share links.

use lalin_store::{Access, TokenKind};
use serde_json::json;

use crate::auth_server::{AuthServer, Credentials, line};

#[tokio::test]
async fn a_token_opens_what_it_was_made_for_and_a_wrong_one_nothing() {
    let server = AuthServer::with_administrator(false).await;
    let bearer = |token: &str| Credentials { bearer: Some(token.to_owned()), ..Credentials::default() };
    let viewer = server.token(TokenKind::Api, Access::viewer()).await;
    assert_eq!(server.get("/api/v1/routers", &bearer(&viewer)).await.status, 200);
    assert_eq!(server.get("/api/v1/users", &bearer(&viewer)).await.status, 403);
    assert_eq!(server.post("/api/v1/password", &bearer(&viewer), json!({})).await.status, 403);
    let admin = server.token(TokenKind::Api, Access::administrator()).await;
    let made =
        server.post("/api/v1/tokens", &bearer(&admin), json!({"kind": "api", "name": "x", "role": "viewer"})).await;
    assert_eq!(made.status, 201);
    let shown = made.body["token"].as_str().unwrap();
    assert_eq!(server.get("/api/v1/routers", &bearer(shown)).await.status, 200);
    let list = server.get("/api/v1/tokens", &bearer(&admin)).await;
    assert!(!list.body.to_string().contains(shown), "it is shown once");
    for wrong in ["", "x", &viewer[1..]] {
        assert_eq!(server.get("/api/v1/routers", &bearer(wrong)).await.status, 401, "{wrong}");
    }
    // Nor does a key that is none fall back on the cookie beside it.
    let both = Credentials { bearer: Some("x".into()), ..server.log_in("sari").await };
    assert_eq!(server.get("/api/v1/routers", &both).await.status, 401);
}

#[tokio::test]
async fn a_link_only_looks_and_no_other_key_travels_in_an_address() {
    let server = AuthServer::with_administrator(false).await;
    let link = |token: String| Credentials { token: Some(token), ..Credentials::default() };
    let share = link(server.token(TokenKind::Share, line(Some("<pppoe-budi>"))).await);
    assert_eq!(server.get("/api/v1/me", &share).await.body["state"], "in");
    assert_eq!(server.post("/api/v1/logout", &share, json!({})).await.status, 401);
    let api = link(server.token(TokenKind::Api, Access::administrator()).await);
    assert_eq!(server.get("/api/v1/users", &api).await.status, 401);
}
