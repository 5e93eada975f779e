//! Saved layouts: whose they are, who sees them, and what of them.

use actix_web::http::Method;
use lalin_store::{Access, Grant, Timestamp, TokenKind};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials, HERE, THERE, line};

const PATH: &str = "/api/v1/layouts";

fn layout(name: &str, shared: bool) -> Value {
    let lines = json!([{"router": "pop-1", "interface": "ether1"}, {"router": "pop-2", "interface": "ether1"}]);
    let customer = json!([{"router": "pop-1", "interface": "<pppoe-budi>"}]);
    json!({"name": name, "shared": shared, "tiles": [{"title": "WAN", "lines": lines}, {"title": null, "lines": customer}],
        "rotateSeconds": 30, "windowSeconds": 3_600})
}

async fn add(server: &AuthServer, name: &str, access: Access) -> Credentials {
    server.store.add_user(name, Zeroizing::new("kata sandi".into()), access, Timestamp::now()).await.unwrap();
    server.log_in(name).await
}

async fn names(server: &AuthServer, keys: &Credentials) -> Vec<String> {
    let body = server.get(PATH, keys).await.body;
    body["layouts"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_has_their_own_and_all_see_what_is_shared() {
    let server = AuthServer::with_administrator(false).await;
    let (sari, budi) = (server.log_in("sari").await, add(&server, "budi", Access::viewer()).await);
    let made = server.post(PATH, &sari, layout("NOC", true)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let mut expected = layout("NOC", true);
    expected.as_object_mut().unwrap().extend([
        ("id".to_owned(), made.body["id"].clone()),
        ("owner".to_owned(), json!("sari")),
        ("editable".to_owned(), json!(true)),
    ]);
    assert_eq!(made.body, expected);
    server.post(PATH, &sari, layout("private", false)).await;
    let his = server.post(PATH, &budi, json!({"name": "Budi", "tiles": []})).await.body;
    assert_eq!(
        (&his["rotateSeconds"], &his["windowSeconds"], &his["shared"]),
        (&json!(20), &json!(900), &json!(false))
    );
    assert_eq!(names(&server, &budi).await, ["Budi", "NOC"]);
    assert_eq!(names(&server, &sari).await, ["NOC", "private"]);

    let ask = async |method: Method, id: &Value, keys: &Credentials, body: Value| {
        server.ask(&method, &format!("{PATH}/{id}"), THERE, keys, Some(body)).await.status
    };
    let hers = server.get(PATH, &sari).await.body["layouts"].clone();
    assert_eq!(ask(Method::PUT, &hers[0]["id"], &budi, layout("x", true)).await, 403, "he may look");
    assert_eq!(ask(Method::DELETE, &hers[1]["id"], &budi, json!({})).await, 404, "he may not even look");
    assert_eq!(ask(Method::PUT, &his["id"], &sari, layout("x", true)).await, 404, "nor she at his");
    // What the page was given it may send back.
    let mut mine = his.clone();
    (mine["name"], mine["shared"]) = (json!("Budi 2"), json!(true));
    assert_eq!(ask(Method::PUT, &his["id"], &budi, mine).await, 200);
    assert_eq!(ask(Method::DELETE, &his["id"], &sari, json!({})).await, 204, "shared: an administrator's business too");
    assert_eq!(ask(Method::DELETE, &his["id"], &sari, json!({})).await, 404);
}

#[tokio::test(start_paused = true)]
async fn a_layout_shows_nobody_more_than_they_may_see() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    server.post(PATH, &sari, layout("NOC", true)).await;
    let budi = add(&server, "budi", line(Some("<pppoe-budi>"))).await;
    let seen = server.get(PATH, &budi).await.body["layouts"].clone();
    assert_eq!(seen[0]["tiles"], json!([{"title": null, "lines": [{"router": "pop-1", "interface": "<pppoe-budi>"}]}]));
    let elsewhere = Access::viewer_of(vec![Grant { router: "pop-9".parse().unwrap(), interface: None }]);
    assert!(names(&server, &add(&server, "wati", elsewhere).await).await.is_empty());
    let link = server.token(TokenKind::Share, line(Some("ether1"))).await;
    let link = Credentials { bearer: Some(link), ..Credentials::default() };
    assert!(names(&server, &link).await.is_empty(), "a link shows its lines and nothing else");
    let token = Credentials {
        bearer: Some(server.token(TokenKind::Api, Access::administrator()).await),
        ..Credentials::default()
    };
    assert_eq!(names(&server, &token).await, ["NOC"]);
    for keys in [&link, &token] {
        assert_eq!(server.post(PATH, keys, layout("x", false)).await.status, 403);
    }
    assert_eq!(server.post(PATH, &Credentials::default(), layout("x", false)).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_is_refused_and_a_machine_without_accounts_has_layouts_too() {
    let server = AuthServer::new(true).await;
    let post = async |body: Value| server.ask(&Method::POST, PATH, HERE, &Credentials::default(), Some(body)).await;
    let line = json!({"router": "pop-1", "interface": "e"});
    let with = |field: &str, value: Value| {
        let mut layout = layout("x", false);
        layout[field] = value;
        layout
    };
    let tiles = |count: usize, lines: usize| json!(vec![json!({"lines": vec![line.clone(); lines]}); count]);
    for wrong in [
        with("name", json!(" ")),
        with("name", json!("x".repeat(129))),
        with("tiles", tiles(65, 1)),
        with("tiles", tiles(1, 9)),
        with("tiles", tiles(1, 0)),
        with("tiles", json!([{"lines": [{"router": "a b", "interface": "e"}]}])),
        with("tiles", json!([{"lines": [{"router": "a", "interface": "e\n=x"}]}])),
        with("rotateSeconds", json!(1)),
        with("windowSeconds", json!(21_601)),
        with("colour", json!("red")),
    ] {
        let answer = post(wrong.clone()).await;
        assert_eq!(answer.status, 400, "{wrong} {}", answer.body);
    }
    for _ in 0..50 {
        assert_eq!(post(with("tiles", tiles(64, 8))).await.status, 201);
    }
    assert_eq!(post(layout("x", false)).await.status, 400, "the fifty-first");
    let all = server.ask(&Method::GET, PATH, HERE, &Credentials::default(), None).await.body;
    assert_eq!((all["layouts"].as_array().unwrap().len(), &all["layouts"][0]["owner"]), (50, &Value::Null));
    // As soon as there are accounts they are the administrators'.
    server.add_administrator().await;
    let sari = server.log_in("sari").await;
    assert_eq!(names(&server, &sari).await.len(), 50);
    let budi = add(&server, "budi", Access::viewer()).await;
    assert!(names(&server, &budi).await.is_empty());
}
