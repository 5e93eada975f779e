//! Starts and ends a simulated router, accepts its connections and owns their tasks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{DuplexStream, duplex};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::lock::lock;
use crate::router::Router;
use crate::session::connection::{self, Connection, Stream, Transport};
use crate::{Config, Error, Fault, Handle, session};

/// The most connections at once, logged in or not; a further one is closed.
const MAX_CONNECTIONS: usize = 1_024;
/// What a connection in memory holds in each direction, bytes.
const PIPE: usize = 64 << 10;

/// A running simulated router. Dropping it closes the port and ends every session and task.
pub struct Simulator {
    connections: Connections,
    addr: Option<SocketAddr>,
    _accepting: Option<AbortOnDropHandle<()>>,
}

#[derive(Clone)]
struct Connections {
    router: Arc<Router>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

impl Simulator {
    /// Starts a router that listens on an address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::Listen`] if the address is not available.
    pub async fn start(config: Config, listen: SocketAddr) -> Result<Self, Error> {
        let mut this = Self::in_memory(config);
        let connections = this.connections.clone();
        let addr = connections.router.listener.listen(listen);
        this.addr = Some(addr.map_err(|source| Error::Listen { address: listen, source })?);
        // A router may be configured to refuse from the start.
        connections.router.change_faults(Clone::clone);
        this._accepting = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                let (stream, from) = connections.router.listener.accept().await;
                // Replies are written whole: waiting for more would only delay them.
                let _ = stream.set_nodelay(true);
                connections.admit(stream, from.ip());
            }
        })));
        Ok(this)
    }

    /// A router without a socket, for tests under paused time. Only [`Simulator::connect`] reaches it.
    pub fn in_memory(config: Config) -> Self {
        let connections = Connections { router: Arc::new(Router::new(config)), tasks: Arc::default() };
        Self { connections, addr: None, _accepting: None }
    }

    /// The address it listens on; none in memory.
    pub fn addr(&self) -> Option<SocketAddr> {
        self.addr
    }

    /// A connection in memory, served in the same way as one over TCP, with TLS too. Under [`Fault::Refuse`] it comes
    /// closed. Needs a runtime.
    pub fn connect(&self) -> DuplexStream {
        let (client, router) = duplex(PIPE);
        if !self.connections.router.faults().has(&Fault::Refuse) {
            self.connections.admit(router, Ipv4Addr::LOCALHOST.into());
        }
        client
    }

    /// A handle to change it while it runs. A handle does not keep the router running.
    pub fn handle(&self) -> Handle {
        Handle(self.connections.router.clone())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Now, and not only when the accepting task is polled again.
        self.connections.router.listener.remove();
        lock(&self.connections.tasks).abort_all();
    }
}

impl Connections {
    fn admit(&self, transport: impl Transport, from: IpAddr) {
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        self.router.usage_counters.connections.add(1);
        if tasks.len() >= MAX_CONNECTIONS {
            return;
        }
        // Here and not in the task: a cut before the task first runs ends this connection too.
        let mut cuts = self.router.cuts.subscribe();
        let (connection, stream) = connection::new(transport, &self.router);
        let router = self.router.clone();
        tasks.spawn(async move {
            tokio::select! {
                biased;
                _ = cuts.changed() => {}
                () = serve(stream, from, connection, router) => {}
            }
        });
    }
}

/// With TLS or without, as the router is set at this moment.
async fn serve(stream: Stream<impl Transport>, from: IpAddr, connection: Connection, router: Arc<Router>) {
    #[cfg(feature = "tls")]
    {
        let identity = lock(&router.config).tls.clone();
        if let Some(identity) = identity {
            if router.faults().has(&Fault::Silent) {
                return std::future::pending().await;
            }
            let Some(stream) = identity.accept(stream).await else { return };
            return session::serve(stream, from, connection, router).await;
        }
    }
    session::serve(stream, from, connection, router).await;
}
