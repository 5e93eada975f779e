//! Bad input gets a problem document that names the field.

use actix_web::http::Method;
use actix_web::test::{TestRequest, read_body};

use crate::test_server::TestServer;

#[tokio::test(start_paused = true)]
async fn a_bad_parameter_is_400_and_named() {
    let world = TestServer::new();
    world.router("r");
    let cases = [
        ("/api/interface-stats?raw=2", "raw"),
        ("/api/interface-stats?foo=1", "foo"),
        ("/api/interface-stats?raw=1&raw=1", "raw"),
        ("/api/v1/interfaces?raw=1", "raw"),
        ("/api/v1/stream?window=x", "window"),
        ("/api/v1/stream?window=601", "window"),
        ("/api/v1/stream?window=-1", "window"),
        ("/api/v1/routers?x", "x"),
    ];
    for (path, field) in cases {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.header("Content-Type"), "application/problem+json", "{path}");
        assert_eq!(answer.body["code"], "bad-parameter", "{path}");
        assert_eq!(answer.body["field"], field, "{path}");
        assert_eq!(answer.body["status"], 400);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_router_is_404_and_none_at_all_is_503() {
    let world = TestServer::new();
    for path in ["/api/interface-stats", "/api/v1/interfaces"] {
        let answer = world.get(path).await;
        assert_eq!((answer.status, &answer.body["code"]), (503, &"no-router".into()), "{path}");
    }
    world.router("r");
    for path in ["/api/interface-stats", "/api/v1/interfaces", "/api/v1/stream"] {
        for id in ["x", "%00", "a/b", ""] {
            let answer = world.get(&format!("{path}?router={id}")).await;
            assert_eq!((answer.status, &answer.body["code"]), (404, &"unknown-router".into()), "{path} {id}");
            assert_eq!(answer.body["field"], "router");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_or_method_is_a_problem_too() {
    let world = TestServer::new();
    let answer = world.get("/api/v2/nothing").await;
    assert_eq!((answer.status, &answer.body["code"]), (404, &"not-found".into()));
    let response = world.call(TestRequest::post().uri("/api/interface-stats")).await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers().get("Allow").unwrap(), "GET");
    let body: serde_json::Value = serde_json::from_slice(&read_body(response).await).unwrap();
    assert_eq!(body["code"], "method-not-allowed");
    for (path, methods) in [
        ("/api/v1/alerts/x/acknowledgement", vec!["DELETE", "POST"]),
        ("/api/v1/alert-rules/7", vec!["DELETE", "PUT"]),
        ("/api/v1/routers/pop-1", vec!["DELETE", "GET", "PATCH"]),
        ("/api/v1/check", vec!["POST"]),
        ("/metrics", vec!["GET"]),
    ] {
        let response = world.call(TestRequest::with_uri(path).method(Method::OPTIONS)).await;
        let allowed = response.headers().get("Allow").unwrap().to_str().unwrap();
        let mut allowed: Vec<&str> = allowed.split(", ").collect();
        allowed.sort_unstable();
        assert_eq!((response.status().as_u16(), allowed), (405, methods), "{path}");
    }
    // What cannot be read has no head.
    let head = world.call(TestRequest::with_uri("/api/v1/check").method(Method::HEAD)).await;
    assert_eq!(head.status(), 405);
}
