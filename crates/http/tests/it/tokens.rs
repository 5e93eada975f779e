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

#[tokio::test(start_paused = true)]
async fn a_link_over_lines_of_several_routers_shows_exactly_those() {
    let server = AuthServer::with_administrator(false).await;
    server.world.router("pop-2");
    server.world.router("pop-3");
    let sari = server.log_in("sari").await;
    let line = |router: &str, interface: &str| json!({"router": router, "interface": interface});
    let lines = json!([line("pop-1", "ether1"), line("pop-2", "<pppoe-budi>")]);
    let form = json!({"kind": "share", "name": "NOC", "lines": lines, "expires": 9_000_000_000_000_i64});
    let made = server.post("/api/v1/tokens", &sari, form).await;
    assert_eq!((made.status, &made.body["only"], &made.body["role"]), (201, &lines, &json!("viewer")), "{}", made.body);
    let link = Credentials { token: Some(made.body["token"].as_str().unwrap().into()), ..Credentials::default() };
    let mut stream =
        server.stream("/api/v1/stream?watch=pop-1/ether1,pop-2/%3Cpppoe-budi%3E,pop-2/ether1", &link).await;
    let hello = stream.wait_for("hello").await.data;
    assert_eq!(hello["routers"].as_array().unwrap().len(), 2);
    for _ in 0..2 {
        let list = stream.wait_for("interfaces").await.data;
        let names: Vec<&str> =
            list["interfaces"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, [if list["router"] == "pop-1" { "ether1" } else { "<pppoe-budi>" }], "{list}");
    }
    let routers = server.get("/api/v1/routers", &link).await.body["routers"].clone();
    assert_eq!(routers.as_array().unwrap().len(), 2, "{routers}");
    assert_eq!(server.get("/api/v1/stream?watch=pop-3/ether1", &link).await.status, 404);
    for wrong in [
        json!({"kind": "share", "name": "x", "lines": []}),
        json!({"kind": "share", "name": "x", "lines": vec![line("pop-1", "e"); 9]}),
        json!({"kind": "share", "name": "x", "lines": [{"router": "pop-1"}]}),
        json!({"kind": "share", "name": "x", "lines": lines, "role": "administrator"}),
        json!({"kind": "share", "name": "x", "lines": lines, "only": lines}),
        json!({"kind": "share", "name": "x"}),
    ] {
        assert_eq!(server.post("/api/v1/tokens", &sari, wrong.clone()).await.status, 400, "{wrong}");
    }
}
