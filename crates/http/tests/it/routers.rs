//! `/api/v1/routers`, and what a viewer with limits sees of it.

use actix_web::http::Method;
use actix_web::test::{TestRequest, read_body};
use lalin_store::TokenKind;
use serde_json::{Value, json};

use crate::auth_server::{AuthServer, Credentials, HERE, line};
use crate::stream::Reader;
use crate::test_server::{RX_BPS, TestServer};

async fn ask(server: &AuthServer, method: Method, path: &str, body: Value) -> (u16, Value) {
    let answer = server.ask(&method, path, HERE, &Credentials::default(), Some(body)).await;
    (answer.status, answer.body)
}

#[tokio::test(start_paused = true)]
async fn the_list_shows_what_is_known_and_asks_the_routers_only_when_told_to() {
    let world = TestServer::new();
    let script = world.router("pop-1");
    let routers = || async { world.get("/api/v1/routers").await.body["routers"][0].clone() };
    let quiet = routers().await;
    assert_eq!((&quiet["state"]["code"], &quiet["rxBps"]), (&json!("idle"), &Value::Null));
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    assert_eq!(script.reads.load(std::sync::atomic::Ordering::SeqCst), 0, "nobody watches");
    for _ in 0..5 {
        assert_eq!(world.get("/api/v1/routers?watch=1").await.status, 200);
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    }
    let live = routers().await;
    assert_eq!(live["state"]["code"], "live");
    // The port's traffic, and not the customer's line once more.
    let rx = live["rxBps"].as_u64().unwrap();
    assert!(rx.abs_diff(RX_BPS) < RX_BPS / 100, "{live}");
    let words = [&live["origin"], &live["tags"][0], &live["about"]["identity"], &live["interfaces"], &live["sessions"]];
    assert_eq!(words, [&json!("file"), &json!("pusat"), &json!("gw-identity"), &json!(2), &json!(3)]);
    assert!(world.admin.asked.lock().unwrap().contains(&"refresh".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_port_without_counters_takes_nothing_from_a_routers_sum_and_is_counted() {
    // The first port of the world carries 100 Mbit/s; the unknown one stands last, first and between the others.
    for ports in
        [vec![Some(8_000_000), None, Some(1_000_000)], vec![Some(9_000_000), None], vec![None, Some(9_000_000)]]
    {
        let world = TestServer::new();
        *world.router("pop-1").ports.lock().unwrap() = ports.clone();
        for _ in 0..5 {
            world.get("/api/v1/routers?watch=1").await;
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        }
        let router = world.get("/api/v1/routers").await.body["routers"][0].clone();
        let rx = router["rxBps"].as_u64().unwrap();
        assert!(rx.abs_diff(RX_BPS + 9_000_000) < RX_BPS / 100, "{ports:?}: {router}");
        assert_eq!((&router["rxUnknown"], &router["txUnknown"]), (&json!(1), &json!(1)), "{ports:?}");
    }
}

#[tokio::test]
async fn a_router_is_added_changed_checked_tried_and_removed() {
    let server = AuthServer::new(true).await;
    let form = json!({"name": "Baru", "address": "192.0.2.9", "user": "lalin", "password": "rahasia-9"});
    let (status, made) = ask(&server, Method::POST, "/api/v1/routers", form).await;
    assert_eq!(
        (status, &made["id"], &made["host"], &made["tlsPolicy"]),
        (201, &json!("baru"), &json!("192.0.2.1"), &json!("off"))
    );
    assert!(!made.to_string().contains("rahasia") && made.get("password").is_none(), "{made}");
    let (status, bad) = ask(&server, Method::POST, "/api/v1/routers", json!({"user": "x"})).await;
    assert_eq!((status, &bad["field"], &bad["code"]), (400, &json!("address"), &json!("bad-parameter")));
    let (status, _) = ask(&server, Method::POST, "/api/v1/routers", json!({"adress": "x"})).await;
    assert_eq!(status, 400, "an unknown field is no field");
    let (status, _) = ask(&server, Method::PATCH, "/api/v1/routers/baru", json!({"enabled": false})).await;
    assert_eq!(status, 200);
    let (status, fixed) = ask(&server, Method::PATCH, "/api/v1/routers/pop-1", json!({})).await;
    assert_eq!((status, &fixed["code"]), (409, &json!("not-editable")));
    let (status, _) = ask(&server, Method::POST, "/api/v1/routers/baru/retry", json!({})).await;
    assert_eq!(status, 202);
    let (status, checked) = ask(&server, Method::POST, "/api/v1/check", json!({"address": "192.0.2.9"})).await;
    assert_eq!((status, &checked["ok"]), (200, &json!(false)));
    let step = &checked["steps"][2];
    assert_eq!(
        (&step["state"], &step["reason"], &step["ms"]),
        (&json!("failed"), &json!("wrong-credentials"), &json!(12))
    );
    let (status, _) = ask(&server, Method::POST, "/api/v1/routers/baru/check", json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(ask(&server, Method::DELETE, "/api/v1/routers/baru", json!({})).await.0, 204);
    assert_eq!(ask(&server, Method::DELETE, "/api/v1/routers/baru", json!({})).await.0, 404);
    let asked = server.world.admin.asked.lock().unwrap().join("\n");
    assert!(asked.contains("check Some(RouterId(\"baru\"))") && !asked.contains("rahasia"), "{asked}");
    let audit = server.ask(&Method::GET, "/api/v1/audit", HERE, &Credentials::default(), None).await.body.to_string();
    for action in ["router.add", "router.change", "router.remove"] {
        assert!(audit.contains(action), "{audit}");
    }
}

#[tokio::test]
async fn neighbours_and_the_script_are_told() {
    let world = TestServer::new();
    let found = world.get("/api/v1/discovery").await.body;
    assert_eq!((&found["listening"], &found["neighbours"][0]["identity"]), (&json!(true), &json!("gw")));
    let script = world.get("/api/v1/setup-script?user=lalin&tls=1&from=192.0.2.7").await;
    assert_eq!((script.status, script.header("Content-Type")), (200, "text/plain; charset=utf-8"));
    // Towards a router on this machine we are this machine; who says where from is believed.
    for (asked, from) in [("towards=127.0.0.1", "127.0.0.1"), ("towards=127.0.0.1&from=192.0.2.7", "192.0.2.7")] {
        let request = TestRequest::get().uri(&format!("/api/v1/setup-script?{asked}"));
        let told = String::from_utf8_lossy(&read_body(world.call(request).await).await).into_owned();
        assert!(told.contains(&format!("Some({from})")), "{told}");
    }
    for bad in ["user=", "user=a%0Ab", "from=x", "towards=router", "tls=2", "what=1"] {
        assert_eq!(world.get(&format!("/api/v1/setup-script?{bad}")).await.status, 400, "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_past_of_chosen_interfaces_is_told() {
    let world = TestServer::new();
    world.router("pop-1");
    let mut stream = Reader::open(&world, "/api/v1/stream", None).await;
    for _ in 0..5 {
        stream.wait_for("tick").await;
    }
    // The scripted clock stands in 2023: the past is counted from the newest sample, whatever this machine's clock says.
    let past = world.get("/api/v1/window?interface=ether1&window=21600").await;
    assert_eq!((past.status, &past.body["resumed"]), (200, &json!(false)), "{}", past.body);
    assert!(past.body["t"].as_array().is_some_and(|times| times.len() >= 5) && past.body["series"].is_array());
    assert_eq!((&past.body["base"], past.body.get("steps")), (&json!(1), None));
    assert_eq!(world.get("/api/v1/window?window=60").await.status, 400, "of which interfaces?");
    // A little more than the longest, so that a line enters a chart from beyond its left edge; and no more.
    for (window, status) in [(21_599, 200), (21_601, 200), (21_610, 200), (21_615, 200), (21_616, 400)] {
        let answer = world.get(&format!("/api/v1/window?interface=ether1&window={window}")).await;
        assert_eq!(answer.status, status, "{window} s");
    }
    assert_eq!(world.get("/api/v1/window?interface=ether1&router=no").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_stream_may_carry_chosen_interfaces_only() {
    let world = TestServer::new();
    world.router("pop-1");
    let mut stream = Reader::open(&world, "/api/v1/stream?interface=%3Cpppoe-budi%3E&only=1", None).await;
    let list = stream.wait_for("interfaces").await;
    assert_eq!(list.data["interfaces"].as_array().unwrap().len(), 1);
    assert_eq!(list.data["interfaces"][0]["name"], "<pppoe-budi>");
    let tick = stream.wait_for("tick").await;
    assert_eq!(tick.data["rx"].as_array().unwrap().len(), 1);
    assert!(!tick.id.is_empty(), "it can be resumed");
    assert_eq!(world.get("/api/v1/stream?only=1").await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn one_stream_carries_interfaces_of_several_routers() {
    let world = TestServer::new();
    world.router("pop-1");
    world.router("pop-2");
    let path = "/api/v1/stream?watch=pop-1/ether1,pop-2/ether1,pop-2/%3Cpppoe-budi%3E";
    let mut stream = Reader::open(&world, path, None).await;
    let hello = stream.wait_for("hello").await;
    assert_eq!((&hello.data["router"], &hello.data["routers"][1]["id"]), (&Value::Null, &json!("pop-2")));
    let mut seen = std::collections::BTreeMap::new();
    while seen.len() < 2 {
        let tick = stream.wait_for("tick").await;
        assert!(tick.id.is_empty(), "a number is one router's");
        seen.insert(tick.data["router"].to_string(), tick.data["rx"].as_array().unwrap().len());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [("\"pop-1\"".into(), 1), ("\"pop-2\"".into(), 2)]);
    for bad in ["watch=pop-1", "watch=pop-1/ether1&router=pop-1", "watch=pop-1/ether1&interface=x"] {
        assert_eq!(world.get(&format!("/api/v1/stream?{bad}")).await.status, 400, "{bad}");
    }
    assert_eq!(world.get("/api/v1/stream?watch=no/ether1").await.status, 404);
}

#[tokio::test]
async fn a_customer_sees_his_own_line_everywhere_and_nothing_else_anywhere() {
    let server = AuthServer::with_administrator(false).await;
    server.world.router("pop-2");
    let keys = Credentials {
        bearer: Some(server.token(TokenKind::Api, line(Some("<pppoe-budi>"))).await),
        ..Credentials::default()
    };
    for path in
        ["/api/interface-stats", "/api/interface-stats?raw=1", "/api/v1/interfaces", "/api/v1/routers/pop-1/interfaces"]
    {
        let body = server.get(path, &keys).await.body.to_string();
        assert!(body.contains("<pppoe-budi>") && !body.contains("ether1"), "{path}: {body}");
    }
    let routers = server.get("/api/v1/routers?watch=1", &keys).await.body;
    let text = routers.to_string();
    assert_eq!(routers["routers"].as_array().unwrap().len(), 1, "{text}");
    assert!(!text.contains("192.0.2.1") && !text.contains("\"gw\"") && !text.contains("pop-2"), "{text}");
    for path in [
        "/api/interface-stats?router=pop-2",
        "/api/v1/interfaces?router=pop-2",
        "/api/v1/stream?router=pop-2",
        "/api/v1/stream?watch=pop-2/ether1",
        "/api/v1/window?router=pop-2&interface=ether1",
        "/api/v1/routers/pop-2/interfaces",
        "/api/v1/routers/pop-2/stream",
    ] {
        assert_eq!(server.get(path, &keys).await.status, 404, "{path}: it does not exist for him");
    }
    let mut stream = server.stream("/api/v1/stream?interface=ether1", &keys).await;
    let hello = stream.wait_for("hello").await;
    assert_eq!(hello.data["router"].get("address"), None, "{}", hello.data);
    let list = stream.list().await.to_string();
    assert!(!list.contains("ether1"), "{list}");
    let tick = stream.wait_for("tick").await;
    assert!(tick.data["rx"].as_array().unwrap().len() <= 1);
}
