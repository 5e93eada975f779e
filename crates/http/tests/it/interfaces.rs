//! `/api/v1/interfaces`: values with their types.

use lalin_stats::SourceError;

use crate::test_server::{BASE, RX_BPS, TestServer};

#[tokio::test(start_paused = true)]
async fn interfaces_are_typed_with_rates_in_bits_and_direction_from_its_point_of_view() {
    let world = TestServer::new();
    world.router("r");
    world.get("/api/v1/interfaces").await;
    let answer = world.get("/api/v1/interfaces?router=r").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["router"], "r");
    assert_eq!(answer.body["state"]["code"], "live");
    let [ether1, budi] = answer.body["interfaces"].as_array().unwrap().as_slice() else { panic!("two interfaces") };
    assert_eq!(ether1["rxBps"], RX_BPS);
    let factor = |name: &str| answer.body[name].as_f64().unwrap();
    assert!((0.9..=1.0).contains(&factor("low")) && (1.0..=1.1).contains(&factor("high")));
    assert_eq!(ether1["downloadBps"], RX_BPS);
    assert_eq!(ether1["pointOfView"], "network");
    assert_eq!(ether1["running"], true);
    assert_eq!(ether1["actualMtu"], 1500);
    assert!(ether1["rxBytes"].as_str().unwrap().parse::<u64>().unwrap() >= BASE);
    assert!(ether1["rxErrors"].is_null());
    // The router received 100 Mbit/s from the customer: that is his upload.
    assert_eq!(budi["pointOfView"], "customer");
    assert_eq!(budi["uploadBps"], RX_BPS);
    assert_eq!(budi["downloadBps"], RX_BPS / 10);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_down_is_not_running_whatever_a_string_would_say() {
    let world = TestServer::new();
    *world.router("r").down.lock().unwrap() = true;
    let typed = world.get("/api/v1/interfaces").await.body["interfaces"].clone();
    assert_eq!((&typed[0]["running"], &typed[1]["running"]), (&false.into(), &true.into()));
    let compatible = world.get("/api/interface-stats").await.body;
    assert_eq!((&compatible[0]["running"], &compatible[1]["running"]), (&"false".into(), &"true".into()));
}

#[tokio::test(start_paused = true)]
async fn routers_are_listed_with_their_state_in_the_order_of_the_configuration() {
    let world = TestServer::new();
    assert_eq!(world.get("/api/v1/routers").await.body["routers"], serde_json::json!([]));
    world.router("zulu");
    let dead = world.router("alfa");
    dead.fail(SourceError::Refused { detail: "port 8728".into() });
    world.get("/api/v1/interfaces?router=alfa").await;
    let routers = world.get("/api/v1/routers").await.body["routers"].clone();
    assert_eq!(routers[0]["id"], "zulu");
    assert_eq!(routers[0]["default"], true);
    assert_eq!(routers[0]["state"]["code"], "idle");
    assert_eq!(routers[1]["id"], "alfa");
    assert_eq!(routers[1]["default"], false);
    assert_eq!(routers[1]["state"]["reason"], "refused");
    assert_eq!(routers[1]["intervalMs"], 2_000);
}

#[tokio::test(start_paused = true)]
async fn health_is_answered_without_any_router() {
    let answer = TestServer::new().get("/healthz").await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &"ok".into()));
    assert_eq!(answer.body["routers"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_names_is_bounded_and_the_problem_says_by_what() {
    let world = TestServer::new();
    world.router("r");
    let many = |prefix: &str, count: usize| (0..count).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(",");
    for path in [
        format!("/api/v1/stream?interface={}", many("e", 30_000)),
        format!("/api/v1/stream?only=1&interface={}", ",".repeat(60_000)),
        format!("/api/v1/stream?watch={}", many("r/e", 2_000)),
        format!("/api/v1/window?interface={}", many("e", 2_000)),
        format!("/api/v1/interfaces?{}", many("router=", 2_000).replace(',', "&")),
    ] {
        let path = &path[..path.len().min(60_000)];
        let answer = world.get(path).await;
        assert_eq!((answer.status, &answer.body["code"]), (400, &"bad-parameter".into()), "{}", &path[..40]);
        assert!(answer.body["detail"].as_str().unwrap().contains("at most"), "{}", answer.body);
    }
    let routers: Vec<String> = (0..65).map(|n| format!("p{n}")).collect();
    for id in &routers {
        world.router(id);
    }
    let watch = routers.iter().map(|id| format!("{id}/ether1")).collect::<Vec<_>>().join(",");
    assert!(
        world.get(&format!("/api/v1/stream?watch={watch}")).await.body["detail"].to_string().contains("64 routers")
    );
}
