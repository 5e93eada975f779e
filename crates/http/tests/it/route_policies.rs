//! Every route with every kind of principal.

use actix_web::http::Method;
use lalin_store::{Access, Timestamp};
use serde_json::json;
use zeroize::Zeroizing;

use crate::auth_server::{AuthServer, Credentials, HERE, THERE};

/// Every route, and what it answers to someone not logged in, a viewer, an administrator. A route of the API that is missing here fails
/// `every_route_is_in_the_table`.
pub const TABLE: &[(&str, &str, [u16; 3])] = &[
    ("GET", "/healthz", [200, 200, 200]),
    ("GET", "/readyz?verbose", [200, 200, 200]),
    ("GET", "/api/v1/me", [200, 200, 200]),
    ("GET", "/metrics", [401, 200, 200]),
    ("GET", "/api/v1/openapi.json", [401, 200, 200]),
    ("GET", "/api/v1/business", [401, 200, 200]),
    // Without a picture, and with nothing recorded.
    ("GET", "/api/v1/business/logo", [401, 404, 404]),
    ("GET", "/api/v1/recording", [401, 200, 200]),
    ("PUT", "/api/v1/recording", [401, 403, 409]),
    ("GET", "/api/v1/history?interface=ether1", [401, 404, 404]),
    ("GET", "/api/v1/alerts", [401, 200, 200]),
    // Of a server without alerts.
    ("GET", "/api/v1/alerts/stream", [401, 404, 404]),
    // Nothing is watched for here.
    ("POST", "/api/v1/alerts/x/acknowledgement", [401, 404, 404]),
    ("DELETE", "/api/v1/alerts/x/acknowledgement", [401, 404, 404]),
    ("GET", "/api/v1/alert-rules", [401, 403, 200]),
    ("POST", "/api/v1/alert-rules", [401, 403, 404]),
    ("POST", "/api/v1/alert-rules/dry-run", [401, 403, 400]),
    ("PUT", "/api/v1/alert-rules/99", [401, 403, 404]),
    ("DELETE", "/api/v1/alert-rules/99", [401, 403, 404]),
    ("GET", "/api/v1/alert-channels", [401, 403, 200]),
    ("POST", "/api/v1/alert-channels", [401, 403, 400]),
    ("PUT", "/api/v1/alert-channels/99", [401, 403, 400]),
    ("DELETE", "/api/v1/alert-channels/99", [401, 403, 404]),
    ("POST", "/api/v1/alert-channels/99/test", [401, 403, 404]),
    ("GET", "/api/v1/maintenance", [401, 403, 200]),
    ("POST", "/api/v1/maintenance", [401, 403, 400]),
    ("DELETE", "/api/v1/maintenance/99", [401, 403, 404]),
    ("GET", "/api/v1/usage", [401, 404, 404]),
    ("GET", "/api/v1/percentile?month=2026-11", [401, 404, 404]),
    ("GET", "/api/v1/top", [401, 404, 404]),
    ("GET", "/api/interface-stats", [401, 200, 200]),
    ("GET", "/api/v1/interfaces", [401, 200, 200]),
    ("GET", "/api/v1/routers", [401, 200, 200]),
    ("GET", "/api/v1/lines", [401, 200, 200]),
    ("PUT", "/api/v1/lines", [401, 400, 400]),
    ("GET", "/api/v1/layouts", [401, 200, 200]),
    ("POST", "/api/v1/layouts", [401, 400, 400]),
    ("PUT", "/api/v1/layouts/99", [401, 400, 400]),
    ("DELETE", "/api/v1/layouts/99", [401, 404, 404]),
    ("GET", "/api/v1/embed-origins", [401, 403, 200]),
    ("PUT", "/api/v1/embed-origins", [401, 403, 400]),
    ("GET", "/api/v1/stream", [401, 200, 200]),
    ("GET", "/api/v1/window?interface=ether1", [401, 200, 200]),
    ("GET", "/api/v1/routers/pop-1", [401, 403, 200]),
    ("GET", "/api/v1/routers/pop-1/interfaces", [401, 200, 200]),
    ("GET", "/api/v1/routers/pop-1/stream", [401, 200, 200]),
    ("GET", "/api/v1/discovery", [401, 403, 200]),
    ("GET", "/api/v1/setup-script", [401, 403, 200]),
    ("POST", "/api/v1/routers", [401, 403, 400]),
    ("PATCH", "/api/v1/routers/pop-1", [401, 403, 409]),
    ("DELETE", "/api/v1/routers/nothing", [401, 403, 404]),
    ("POST", "/api/v1/routers/pop-1/retry", [401, 202, 429]),
    ("POST", "/api/v1/routers/pop-1/check", [401, 403, 200]),
    ("POST", "/api/v1/check", [401, 403, 200]),
    ("GET", "/api/v1/users", [401, 403, 200]),
    ("GET", "/api/v1/tokens", [401, 403, 200]),
    ("GET", "/api/v1/audit", [401, 403, 200]),
    // Nothing logs here whose level could be changed.
    ("GET", "/api/v1/log-level", [401, 403, 404]),
    ("PUT", "/api/v1/log-level", [401, 403, 400]),
    // Without a body that can be read: what is asked first is who asks.
    ("POST", "/api/v1/login", [400, 400, 400]),
    ("POST", "/api/v1/setup", [400, 400, 400]),
    ("POST", "/api/v1/password", [401, 400, 400]),
    ("POST", "/api/v1/users", [401, 403, 400]),
    ("PATCH", "/api/v1/users/1", [401, 403, 204]),
    ("DELETE", "/api/v1/users/99", [401, 403, 404]),
    ("POST", "/api/v1/tokens", [401, 403, 400]),
    ("DELETE", "/api/v1/tokens/99", [401, 403, 404]),
    // Nobody thought of these.
    ("GET", "/api/v1/nothing", [401, 403, 404]),
    ("PUT", "/api/v1/routers", [401, 403, 405]),
    // The last, as it ends the session.
    ("POST", "/api/v1/logout", [401, 204, 204]),
];

/// The routes as the sources declare them: method and path.
pub fn declared() -> Vec<(String, String)> {
    let mut routes = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for resource in text.split("web::resource(\"").skip(1) {
                let (path, chain) = resource.split_once('"').unwrap();
                let chain = chain.split([';', '}']).next().unwrap();
                for method in ["get", "post", "put", "patch", "delete"] {
                    if chain.contains(&format!(".{method}(")) {
                        routes.push((method.to_uppercase(), path.to_owned()));
                    }
                }
            }
        }
    }
    routes
}

#[test]
fn every_route_is_in_the_table() {
    let routes = declared();
    assert!(routes.len() > 25, "{routes:?}");
    for (method, path) in routes {
        let fits = |entry: &str| {
            let entry = entry.split('?').next().unwrap();
            let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
            let (wanted, given) = (parts(&path), parts(entry));
            wanted.len() == given.len()
                && wanted.iter().zip(&given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
        };
        assert!(TABLE.iter().any(|(of, entry, _)| *of == method && fits(entry)), "{method} {path} is not in the table");
    }
}

#[tokio::test]
async fn every_route_asks_for_what_it_needs() {
    let server = AuthServer::with_administrator(false).await;
    server
        .store
        .add_user("budi", Zeroizing::new("kata sandi".into()), Access::viewer(), Timestamp::now())
        .await
        .unwrap();
    let people = [Credentials::default(), server.log_in("budi").await, server.log_in("sari").await];
    for (method, path, expected) in TABLE {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for (keys, expected) in people.iter().zip(expected) {
            let body = (method != Method::GET).then(|| json!({}));
            let answer = server.ask(&method, path, THERE, keys, body).await;
            assert_eq!(answer.status, *expected, "{method} {path}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_session_that_is_over_is_nobodys_and_a_wrong_key_opens_nothing() {
    let server = AuthServer::with_administrator(false).await;
    let over = server.log_in("sari").await;
    server.post("/api/v1/logout", &over, json!({})).await;
    let wrong = Credentials { bearer: Some("not-a-token".into()), ..Credentials::default() };
    let link = Credentials { token: Some("not-a-link".into()), ..Credentials::default() };
    for (method, path, [nobody, ..]) in TABLE.iter().filter(|(_, path, _)| !path.contains('?')) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = || (method != Method::GET).then(|| json!({}));
        let ended = server.ask(&method, path, THERE, &over, body()).await;
        assert_eq!(ended.status, *nobody, "{method} {path} with an ended session: {}", ended.body);
        for keys in [&wrong, &link] {
            let refused = server.ask(&method, path, THERE, keys, body()).await;
            // Where nobody is looked up no key is looked at.
            let expected = if ["/healthz", "/readyz?verbose"].contains(path) { 200 } else { 401 };
            assert_eq!(refused.status, expected, "{method} {path} with a wrong key: {}", refused.body);
        }
    }
}

#[tokio::test]
async fn a_change_needs_the_guard_and_this_very_site() {
    let server = AuthServer::with_administrator(false).await;
    let keys = server.log_in("sari").await;
    for (method, path, _) in TABLE.iter().filter(|(method, ..)| *method != "GET") {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let public = ["/api/v1/login", "/api/v1/setup"].contains(path);
        let unguarded = Credentials { guard: None, ..keys.clone() };
        let wrong = Credentials { guard: Some("wrong".into()), ..keys.clone() };
        let foreign = Credentials { origin: Some("https://evil.example"), ..keys.clone() };
        for bad in [unguarded, wrong, foreign] {
            let answer = server.ask(&method, path, THERE, &bad, Some(json!({}))).await;
            // Who comes without a session's rights has nothing to be misused; another site is turned away everywhere.
            let expected = if public && bad.origin.is_none() { [421, 400] } else { [421, 421] };
            assert!(expected.contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
    assert_eq!(server.get("/api/v1/me", &keys).await.body["state"], "in", "nothing of it logged anybody out");
}

#[tokio::test]
async fn before_there_is_an_administrator_nothing_is_told_to_others() {
    let server = AuthServer::new(false).await;
    for (method, path, _) in TABLE {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let public = ["/healthz", "/readyz?verbose", "/api/v1/me", "/api/v1/login", "/api/v1/setup"].contains(path);
        // Also from the machine itself: the address is one that others reach.
        for from in [HERE, THERE] {
            let answer = server
                .ask(&method, path, from, &Credentials::default(), (method != Method::GET).then(|| json!({})))
                .await;
            assert_eq!(answer.status == 403, !public, "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
    assert_eq!(server.get("/api/v1/me", &Credentials::default()).await.body["state"], "setup");
}
