//! What several of these tests need.

use std::time::Duration;

use lalin_cluster::{Connection, Credentials, Settings};
use lalin_test_nats::NatsServers;
use tokio::time::{Instant, sleep};

pub fn settings(servers: &NatsServers, node: &str) -> Settings {
    Settings {
        servers: servers.urls(),
        cluster: "c".into(),
        site: None,
        node: node.into(),
        credentials: Credentials::None,
        tls: None,
    }
}

pub async fn connect(servers: &NatsServers, node: &str) -> Connection {
    Connection::open(settings(servers, node)).await.expect("a connection")
}

/// Waits until it is so; panics with the words if that takes too long.
pub async fn until(words: &str, patience: Duration, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within {patience:?}: {words}");
        sleep(Duration::from_millis(20)).await;
    }
}
