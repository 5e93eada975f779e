//! `lalin top`, once and for programs: straight from a simulated router, and from a server with an account.

use serde_json::Value;

use crate::history::{PASSWORD, Router};
use crate::program::Lalin;

/// The one line, which carries 80 Mbit/s down and 8 up.
fn is_right(said: &std::process::Output) {
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success(), "{text} {}", String::from_utf8_lossy(&said.stderr));
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&json["state"], &json["lines"][0]["name"]), (&"live".into(), &"ether1".into()), "{text}");
    for (direction, expected) in [("downloadBps", 80e6), ("uploadBps", 8e6)] {
        let bps = json["lines"][0][direction].as_f64().unwrap();
        assert!((bps / expected - 1.0).abs() < 0.1, "{direction}: {text}");
    }
}

#[test]
fn straight_from_a_router_it_needs_no_server() {
    let router = Router::new();
    let address = format!("admin@{}", router.address());
    let top = ["top", "--router", &address, "--interval", "1", "--once", "--json"];
    is_right(&Lalin::new(&top).env("LALIN_ROUTER_PASSWORD", PASSWORD).output());
    let nobody = ["top", "--once", "--listen", "127.0.0.1:1"];
    let refused = Lalin::new(&nobody).output();
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn from_a_server_with_accounts_it_wants_a_token_or_the_servers_own_data() {
    let router = Router::new();
    let command = router.command();
    let data = command.path().join("lalin-data").to_str().unwrap().to_owned();
    let server = command.serve();
    let listen = ["--listen", &server.address];
    let top = [&["top", "--once", "--json"][..], &listen].concat();
    is_right(&Lalin::new(&top).output());
    let add = ["user", "add", "sari", "--data-dir", &data];
    let (added, _) = Lalin::new(&add).output_with(b"a-long-password\n", std::path::Path::new("."));
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    server.eventually("/api/v1/routers", |answer| answer.status == 401);

    let refused = Lalin::new(&top).output();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("LALIN_TOKEN"), "{said}");
    let own = [&top[..], &["--data-dir", &data]].concat();
    is_right(&Lalin::new(&own).output());
    let level = [&["log", "level", "debug"][..], &listen, &["--data-dir", &data]].concat();
    let changed = Lalin::new(&level).output();
    let said = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(said.contains("the log's level is debug until the next start"), "{said}");
    let asked = [&["log", "level"][..], &listen, &["--data-dir", &data]].concat();
    assert!(String::from_utf8_lossy(&Lalin::new(&asked).output().stdout).contains("is debug"));
}
