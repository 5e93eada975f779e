//! What is said of lines: by whom, for whom, and that every open page follows.

use std::time::Duration;

use actix_web::http::Method;
use lalin_stats::SourceError;
use lalin_store::{Access, Timestamp, TokenKind};
use serde_json::{Value, json};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials, HERE, THERE, line};
use crate::test_server::Answer;

const LINE: &str = "<pppoe-budi>";

async fn put(server: &AuthServer, keys: &Credentials, scope: &str, said: Value) -> Answer {
    let mut body = json!({"router": "pop-1", "interface": "ether1", "scope": scope});
    body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    server.ask(&Method::PUT, "/api/v1/lines", THERE, keys, Some(body)).await
}

async fn add(server: &AuthServer, name: &str, access: Access) -> Credentials {
    server.store.add_user(name, Zeroizing::new("kata sandi".into()), access, Timestamp::now()).await.unwrap();
    server.log_in(name).await
}

async fn ether1(server: &AuthServer, keys: &Credentials) -> Value {
    server.get("/api/v1/interfaces", keys).await.body["interfaces"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn an_administrators_word_counts_for_everyone_and_a_persons_own_before_it() {
    let server = AuthServer::with_administrator(false).await;
    let (sari, budi) = (server.log_in("sari").await, add(&server, "budi", Access::viewer()).await);
    let said =
        json!({"pointOfView": "customer", "alias": "Uplink", "limitDownBps": 20_000_000, "limitUpBps": 5_000_000});
    let answer = put(&server, &sari, "everyone", said).await;
    assert_eq!((answer.status, &answer.body["alias"]), (200, &json!("Uplink")), "{}", answer.body);
    let seen = ether1(&server, &budi).await;
    assert_eq!((&seen["pointOfView"], &seen["downloadBps"]), (&json!("customer"), &seen["txBps"]));
    assert_eq!((&seen["alias"], &seen["limitDownBps"]), (&json!("Uplink"), &json!(20_000_000)));
    let stats = server.get("/api/interface-stats", &budi).await.body;
    assert_eq!(stats[0]["pointOfView"], "customer");

    let own = put(&server, &budi, "me", json!({"pointOfView": "network", "favourite": true})).await.body;
    assert_eq!((&own["alias"], &own["own"]), (&json!("Uplink"), &json!(["pointOfView", "favourite"])));
    assert_eq!(ether1(&server, &budi).await["pointOfView"], "network");
    assert_eq!(ether1(&server, &sari).await["pointOfView"], "customer");
    let listed = server.get("/api/v1/lines?router=pop-1", &budi).await.body;
    let expected = json!({"router": "pop-1", "lines": [{"interface": "ether1", "pointOfView": "network", "alias": "Uplink", "favourite": true,
        "hidden": false, "limitDownBps": 20_000_000, "limitUpBps": 5_000_000, "own": ["pointOfView", "favourite"]}]});
    assert_eq!(listed, expected);
    put(&server, &budi, "me", json!({"pointOfView": null, "favourite": null})).await;
    assert_eq!(ether1(&server, &budi).await["pointOfView"], "customer", "everyone's again");

    let audit = server.get("/api/v1/audit", &sari).await.body;
    let lines: Vec<&str> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["action"] == "line.change")
        .map(|entry| entry["target"].as_str().unwrap())
        .collect();
    assert_eq!(lines, ["pop-1/ether1 pointOfView=customer alias=Uplink limitDownBps=20000000 limitUpBps=5000000"]);
}

#[tokio::test(start_paused = true)]
async fn each_open_page_is_told_at_once_and_only_those_whom_it_concerns() {
    let server = AuthServer::with_administrator(false).await;
    let (sari, budi) = (server.log_in("sari").await, add(&server, "budi", Access::viewer()).await);
    let mut pages = Vec::new();
    for path in ["/api/v1/stream", "/api/v1/stream?interface=ether1&only=1", "/api/v1/stream?watch=pop-1/ether1"] {
        let mut page = server.stream(path, &budi).await;
        let list = page.list().await;
        assert_eq!(list["interfaces"][0]["pointOfView"], "network");
        pages.push((page, list["rev"].clone()));
    }
    let mut hers = server.stream("/api/v1/stream", &sari).await;
    hers.wait_for("interfaces").await;
    put(&server, &sari, "everyone", json!({"pointOfView": "customer", "hidden": true})).await;
    for (page, rev) in &mut pages {
        let list = page.list().await;
        assert_eq!((&list["rev"], &list["interfaces"][0]["pointOfView"]), (&*rev, &json!("customer")));
        assert_eq!(list["interfaces"][0]["hidden"], true);
        assert_eq!(page.wait_for("tick").await.data["rev"], *rev);
    }
    assert_eq!(hers.list().await["interfaces"][0]["pointOfView"], "customer");
    put(&server, &budi, "me", json!({"pointOfView": "network", "alias": "x"})).await;
    for (page, _) in &mut pages {
        let list = page.list().await;
        assert_eq!(
            (&list["interfaces"][0]["alias"], &list["interfaces"][0]["pointOfView"]),
            (&json!("x"), &json!("network"))
        );
    }
    let told = timeout(Duration::from_secs(20), hers.list()).await;
    assert!(told.is_err(), "what he says for himself is not for her");
}

#[tokio::test(start_paused = true)]
async fn nobody_says_more_than_they_may() {
    let server = AuthServer::with_administrator(false).await;
    let budi = add(&server, "budi", line(Some(LINE))).await;
    let link = Credentials {
        bearer: Some(server.token(TokenKind::Share, line(Some("ether1"))).await),
        ..Credentials::default()
    };
    let token = Credentials {
        bearer: Some(server.token(TokenKind::Api, Access::administrator()).await),
        ..Credentials::default()
    };
    let viewing =
        Credentials { bearer: Some(server.token(TokenKind::Api, Access::viewer()).await), ..Credentials::default() };
    let said = || json!({"alias": "x"});
    assert_eq!(put(&server, &budi, "everyone", said()).await.status, 403);
    assert_eq!(put(&server, &budi, "me", said()).await.status, 404, "a line that he may not see");
    for keys in [&link, &token, &viewing] {
        assert_eq!(put(&server, keys, "me", said()).await.status, 403);
    }
    for keys in [&link, &viewing] {
        assert_eq!(put(&server, keys, "everyone", said()).await.status, 403);
    }
    assert_eq!(put(&server, &Credentials::default(), "me", said()).await.status, 401);
    assert_eq!(put(&server, &token, "everyone", said()).await.status, 200);
    let other = json!({"router": "nowhere", "interface": "ether1", "scope": "everyone", "alias": "x"});
    assert_eq!(server.ask(&Method::PUT, "/api/v1/lines", THERE, &token, Some(other)).await.status, 404);
    for wrong in [json!({"alias": ""}), json!({"colour": 1}), json!({"limitUpBps": 0}), json!({"pointOfView": "mine"})]
    {
        assert_eq!(put(&server, &token, "everyone", wrong.clone()).await.status, 400, "{wrong}");
    }
    // What is said of other lines does not exist for whoever may not see them.
    assert_eq!(server.get("/api/v1/lines", &budi).await.body["lines"], json!([]));
    assert_eq!(server.get("/api/v1/lines", &link).await.body["lines"][0]["alias"], "x");
    assert_eq!(server.get("/api/v1/lines", &Credentials::default()).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn without_accounts_the_machines_user_speaks_for_everyone_and_a_stranger_for_nobody() {
    let server = AuthServer::new(true).await;
    let put = async |from, scope: &str| {
        let body = json!({"router": "pop-1", "interface": "ether1", "scope": scope, "alias": "x"});
        server.ask(&Method::PUT, "/api/v1/lines", from, &Credentials::default(), Some(body)).await.status
    };
    assert_eq!((put(HERE, "everyone").await, put(HERE, "me").await), (200, 403));
    let open = AuthServer::open().await;
    let body = json!({"router": "pop-1", "interface": "ether1", "scope": "me", "alias": "x"});
    assert_eq!(open.ask(&Method::PUT, "/api/v1/lines", THERE, &Credentials::default(), Some(body)).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn what_was_said_is_there_after_a_restart_goes_with_its_author_and_follows_a_rename() {
    let server = AuthServer::with_administrator(false).await;
    server.auth.follow(&server.world.monitor);
    let (sari, budi) = (server.log_in("sari").await, add(&server, "budi", Access::viewer()).await);
    put(&server, &sari, "everyone", json!({"alias": "Uplink"})).await;
    put(&server, &budi, "me", json!({"alias": "Internet"})).await;
    let mut page = server.stream("/api/v1/stream", &sari).await;
    page.wait_for("tick").await;
    *server.source.name.lock().unwrap() = "wan";
    let list = loop {
        let list = page.list().await;
        if list["interfaces"][0]["alias"] == "Uplink" && list["interfaces"][0]["name"] == "wan" {
            break list;
        }
    };
    assert_eq!(list["interfaces"][0]["pointOfView"], "network");
    assert_eq!(server.get("/api/v1/lines", &budi).await.body["lines"][0]["interface"], "wan");

    let again = AuthServer::over(server.store.clone(), false).await;
    let sari = again.log_in("sari").await;
    assert_eq!(again.get("/api/v1/lines", &sari).await.body["lines"][0]["alias"], "Uplink");
    let users = again.get("/api/v1/users", &sari).await.body;
    let id = users["users"].as_array().unwrap().iter().find(|user| user["name"] == "budi").unwrap()["id"].clone();
    let path = format!("/api/v1/users/{id}");
    assert_eq!(again.ask(&Method::DELETE, &path, THERE, &sari, Some(json!({}))).await.status, 204);
    assert_eq!(again.store.lines().await.unwrap().len(), 1);
    again.source.fail(SourceError::Refused { detail: "off".into() });
    assert_eq!(again.get("/api/v1/lines", &sari).await.status, 200, "asks nothing of the router");
}
