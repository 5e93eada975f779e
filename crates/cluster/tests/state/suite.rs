//! The store's own suite, over one NATS server: the same assertions as on a machine alone.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use lalin_cluster::SharedState;
use lalin_store::{EncryptionKey, Store};
use lalin_test_nats::{NatsServers, Version};
use tokio::runtime::Runtime;

use crate::{PATIENCE, connection};

#[path = "../../../store/tests/it/alerting.rs"]
mod alerting;
#[path = "../../../store/tests/it/lines.rs"]
mod lines;
#[path = "../../../store/tests/it/recording.rs"]
mod recording;
#[path = "../../../store/tests/it/routers.rs"]
pub mod routers;
#[path = "../../../store/tests/it/sessions.rs"]
mod sessions;
#[path = "../../../store/tests/it/tokens.rs"]
mod tokens;
#[path = "../../../store/tests/it/users.rs"]
mod users;

/// The server, as long as some test uses it, and what makes each test's store a node.
type Held = (SharedState, Arc<NatsServers>);

static SERVER: Mutex<Weak<NatsServers>> = Mutex::new(Weak::new());
static CLUSTERS: AtomicU32 = AtomicU32::new(0);
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

thread_local! {
    /// Goes with the test's thread.
    static HELD: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
}

/// The one node of a cluster of its own.
pub fn store() -> Store {
    // Not on the test's own thread, which runs a runtime already.
    let (store, held) = std::thread::spawn(|| runtime().block_on(node())).join().unwrap();
    HELD.with_borrow_mut(|all| all.push(held));
    store
}

fn runtime() -> &'static Runtime {
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap())
}

async fn node() -> (Store, Held) {
    let server = server();
    let cluster = format!("suite{}", CLUSTERS.fetch_add(1, Ordering::Relaxed));
    let connection = connection(server.urls(), &cluster, "n1", None).await;
    let store = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    let state = SharedState::begin(&connection, &store);
    state.whole(PATIENCE).await.unwrap();
    (store, (state, server))
}

fn server() -> Arc<NatsServers> {
    let mut known = SERVER.lock().unwrap();
    if let Some(server) = known.upgrade() {
        return server;
    }
    let start = || runtime().block_on(NatsServers::start(1, Version::V2_12));
    let server = Arc::new(std::thread::spawn(start).join().unwrap());
    *known = Arc::downgrade(&server);
    server
}
