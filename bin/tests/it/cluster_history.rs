//! What a collector records is shown by a node with pages, also what it recorded while that node was away, and what one
//! records that was restored from a backup.

use std::path::Path;
use std::time::Duration;

use lalin_test_nats::{NatsServers, Version};
use serde_json::{Value, json};

use crate::cluster_state::done;
use crate::history::{PASSWORD, Router, received};
use crate::program::{Lalin, Server};

const USAGE: &str = "/api/v1/usage?interface=ether1&by=month";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_collector_records_is_at_the_web_node_once_also_after_it_was_away() {
    let servers = NatsServers::start(1, Version::V2_12).await;
    let tested = tokio::task::spawn_blocking({
        let url = servers.url(0);
        move || handed_over(&url)
    });
    tested.await.unwrap();
    drop(servers);
}

fn handed_over(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let cluster = format!("[cluster]\nnats = ['{url}']\nname = 'h'\n");
    std::fs::write(folder.path().join("cluster.toml"), format!("{cluster}key-file = 'cluster.key'\n")).unwrap();
    done(folder.path(), &["cluster", "init", "--config", "cluster.toml"]);
    let key = std::fs::canonicalize(folder.path().join("cluster.key")).unwrap();
    let node = |name: &str, role: &str| {
        let own = format!("key-file = '{}'\nnode = '{name}'\nroles = ['{role}']\n", key.display());
        Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--config", "lalin.toml"])
            .env("LALIN_HISTORY", "true")
            .file("lalin.toml", &format!("{cluster}{own}[history]\ninterval = '2s'\n"))
    };
    let router = Router::new();
    let (web, collector) = (node("web-1", "web").serve(), node("collect-1", "collect"));
    let data = collector.path().join("lalin-data");
    let collector = collector.serve();
    let form = json!({ "id": "pop", "address": router.address().ip().to_string(), "port": router.address().port(),
        "user": "admin", "password": PASSWORD, "tls": "off" });
    let added = web.send("POST", "/api/v1/routers", &form.to_string());
    assert_eq!(added.status, 201, "{}", added.text);

    let first = until(&web, |bytes| bytes > 0);
    assert!(first <= received(&collector.get(USAGE)), "no more than was recorded");
    // How far it is behind is told, by itself and by its lease.
    let told = |text: &str| {
        let told = text
            .lines()
            .find_map(|line| line.strip_prefix("lalin_cluster_history_behind_seconds{node=\"collect-1\",site=\"\"} "));
        told.map(|seconds| seconds.parse::<f64>().unwrap())
    };
    web.eventually("/metrics", |answer| told(&answer.text).is_some_and(|seconds| seconds < 15.0));
    assert_eq!(told(&collector.get("/metrics").text), None, "it shows what it recorded itself");
    let status = done(folder.path(), &["cluster", "status", "--json", "--config", "cluster.toml"]);
    let status: Value = serde_json::from_str(&status).unwrap();
    let of = |name: &str| {
        let node = status["nodes"].as_array().unwrap().iter().find(|node| node["name"] == name);
        node.unwrap()["historyBehind"].clone()
    };
    assert_eq!((of("web-1")["node"].as_str(), &of("collect-1")), (Some("collect-1"), &Value::Null), "{status}");
    // Recorded by whoever asks, and by nobody else.
    let web_folder = web.kill();
    assert!(!recorded_in(web_folder.path()));
    let missed = until(&collector, |bytes| bytes > first + 40_000_000);
    let web = node("web-1", "web").again(web_folder);
    let web = web.serve();
    until(&web, |bytes| bytes >= missed);
    assert!(received(&web.get(USAGE)) <= received(&collector.get(USAGE)), "each sample once");

    // Its disk is lost, and what it recorded since the backup is at the web node alone. From there it goes on.
    let copy = folder.path().join("collect-1.tar");
    done(folder.path(), &["backup", copy.to_str().unwrap(), "--data-dir", data.to_str().unwrap()]);
    let since = until(&collector, |bytes| bytes > missed + 40_000_000);
    until(&web, |bytes| bytes >= since);
    let collector_folder = collector.kill();
    assert!(recorded_in(collector_folder.path()));
    std::fs::remove_dir_all(&data).unwrap();
    let told = done(folder.path(), &["restore", copy.to_str().unwrap(), "--data-dir", data.to_str().unwrap()]);
    assert!(!told.contains("lalin.key"), "nothing in it needs one: {told}");
    assert!(data.join("recorded").is_dir() && !data.join("history").exists());
    let collector = node("collect-1", "collect").again(collector_folder);
    let collector = collector.serve();
    let had = received(&web.get(USAGE));
    until(&web, |bytes| bytes > had + 40_000_000);
    drop(collector);
}

/// Whether a node recorded anything itself.
fn recorded_in(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().any(|path| path.join("recorded").is_dir())
}

/// A fresh node waits for a lease before it asks routers, so this takes a while.
fn until(server: &Server, wanted: impl Fn(u64) -> bool) -> u64 {
    received(&server.within(Duration::from_secs(90), USAGE, |answer| wanted(received(answer))))
}
