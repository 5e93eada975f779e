//! The shared state over real NATS servers: the suite of the store, what several nodes have, and what a lost server does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod faults;
mod health;
mod suite;

use std::time::Duration;

use lalin_cluster::{Connection, Credentials, Settings, SharedState};
use lalin_store::{EncryptionKey, Store, Timestamp};
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

// What the store's own suite asks for at the root.
use suite::{routers, store};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// How long a condition may take, far above what it does.
const PATIENCE: Duration = Duration::from_secs(60);

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// A node of a cluster: its copy, and what keeps it one.
struct Node {
    store: Store,
    connection: Connection,
    _state: SharedState,
}

async fn connection(urls: Vec<String>, cluster: &str, node: &str, site: Option<&str>) -> Connection {
    let settings = Settings {
        servers: urls,
        cluster: cluster.to_owned(),
        site: site.map(str::to_owned),
        node: node.to_owned(),
        credentials: Credentials::None,
        tls: None,
    };
    Connection::open(settings).await.unwrap()
}

impl Node {
    async fn join(urls: Vec<String>, cluster: &str, name: &str, key: &EncryptionKey) -> Self {
        let connection = connection(urls, cluster, name, None).await;
        let store = Store::in_memory(key.clone()).unwrap();
        let state = SharedState::begin(&connection, &store);
        state.whole(PATIENCE).await.unwrap();
        Self { store, connection, _state: state }
    }
}

/// Waits for a condition, and tells how long it took.
async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) -> Duration {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}
