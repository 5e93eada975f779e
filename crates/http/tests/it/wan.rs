//! What a router downloads and uploads is what its ways to the internet carry.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use lalin_fleet::{Wan, WanFrom};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::auth_server::{AuthServer, Credentials, THERE, line};
use crate::test_server::RX_BPS;

fn choose(server: &AuthServer, names: &[&str]) {
    let wan = Wan { interfaces: names.iter().map(|&name| name.to_owned()).collect(), from: WanFrom::Route };
    server.world.admin.wans.lock().unwrap().insert("pop-1".parse().unwrap(), Arc::new(wan));
}

async fn entry(server: &AuthServer, keys: &Credentials) -> Value {
    server.get("/api/v1/interfaces", keys).await;
    sleep(Duration::from_secs(4)).await;
    server.get("/api/v1/routers?watch=1", keys).await.body["routers"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn the_sum_is_that_of_the_ways_to_the_internet_and_unknown_where_one_of_them_is() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    *server.source.ports.lock().unwrap() = vec![Some(RX_BPS), None];
    let none = entry(&server, &sari).await;
    assert_eq!((&none["wan"], &none["wanFrom"], &none["downBps"]), (&json!([]), &json!("none"), &Value::Null));
    choose(&server, &["ether1"]);
    let one = entry(&server, &sari).await;
    assert_eq!((&one["wan"], &one["wanFrom"]), (&json!(["ether1"]), &json!("route")));
    assert_eq!((&one["downBps"], &one["upBps"]), (&json!(RX_BPS), &json!(RX_BPS / 10)));
    choose(&server, &["ether1", "ether2"]);
    assert_eq!(entry(&server, &sari).await["downBps"], json!(2 * RX_BPS));
    choose(&server, &["ether1", "ether3"]);
    assert_eq!(entry(&server, &sari).await["downBps"], Value::Null, "one of them has no counters");
    choose(&server, &["ether1", "gone"]);
    assert_eq!(entry(&server, &sari).await["downBps"], Value::Null, "one of them is not there");
    choose(&server, &["ether1"]);
    let said = json!({"router": "pop-1", "interface": "ether1", "scope": "everyone", "pointOfView": "customer"});
    server.ask(&Method::PUT, "/api/v1/lines", THERE, &sari, Some(said)).await;
    assert_eq!(entry(&server, &sari).await["downBps"], json!(RX_BPS / 10), "from its point of view");
}

#[tokio::test(start_paused = true)]
async fn streams_tell_which_ones_they_are_and_when_that_changes() {
    let server = AuthServer::with_administrator(false).await;
    let sari = server.log_in("sari").await;
    choose(&server, &["ether1"]);
    let mut stream = server.stream("/api/v1/stream?watch=pop-1/ether1", &sari).await;
    let hello = stream.wait_for("hello").await.data;
    assert_eq!((&hello["routers"][0]["wan"], &hello["routers"][0]["wanFrom"]), (&json!(["ether1"]), &json!("route")));
    assert_eq!(stream.list().await["interfaces"][0]["wan"], true);
    choose(&server, &["<pppoe-budi>"]);
    assert_eq!(stream.list().await["interfaces"][0].get("wan"), None);
}

#[tokio::test(start_paused = true)]
async fn who_sees_one_line_learns_no_other_ones_name() {
    let server = AuthServer::with_administrator(false).await;
    choose(&server, &["ether1"]);
    let keys = Credentials {
        bearer: Some(server.token(lalin_store::TokenKind::Api, line(Some("<pppoe-budi>"))).await),
        ..Credentials::default()
    };
    let seen = entry(&server, &keys).await;
    assert_eq!((&seen["wan"], &seen["downBps"]), (&json!([]), &Value::Null));
    let hello = server.stream("/api/v1/stream", &keys).await.wait_for("hello").await.data;
    assert_eq!(hello["router"]["wan"], json!([]));
}
