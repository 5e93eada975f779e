//! Starting and ending a simulated router: where connections come in and who owns them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{DuplexStream, duplex};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::line::{self, Line, Wire};
use crate::router::{Router, lock};
use crate::{Config, Error, Fault, Handle, session};

/// The most connections at once, logged in or not; one beyond them is closed.
const CONNECTIONS: usize = 1_024;
/// What a session in memory holds in each direction, bytes.
const PIPE: usize = 64 << 10;

/// A running simulated router. Dropping it closes the port and ends every session and task.
pub struct Simulator {
    connections: Connections,
    addr: Option<SocketAddr>,
    _listening: Option<AbortOnDropHandle<()>>,
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
    /// [`Error::Listen`] where the address cannot be had.
    pub async fn start(config: Config, listen: SocketAddr) -> Result<Self, Error> {
        let mut this = Self::in_memory(config);
        let connections = this.connections.clone();
        let addr = connections.router.door.listen(listen);
        this.addr = Some(addr.map_err(|source| Error::Listen { address: listen, source })?);
        this._listening = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                let (stream, from) = connections.router.door.accept().await;
                // Replies are written whole: waiting for more would only delay them.
                let _ = stream.set_nodelay(true);
                connections.admit(stream, from.ip());
            }
        })));
        Ok(this)
    }

    /// A router without a socket, for tests under paused time: it is reached through [`Simulator::connect`] alone.
    pub fn in_memory(config: Config) -> Self {
        let connections = Connections { router: Arc::new(Router::new(config)), tasks: Arc::default() };
        Self { connections, addr: None, _listening: None }
    }

    /// Where it listens; none in memory.
    pub fn addr(&self) -> Option<SocketAddr> {
        self.addr
    }

    /// A connection in memory, served as one over TCP is, by TLS too. Under [`Fault::Refuse`] it comes closed. Needs a runtime.
    pub fn connect(&self) -> DuplexStream {
        let (theirs, ours) = duplex(PIPE);
        if *self.connections.router.fault() != Fault::Refuse {
            self.connections.admit(ours, Ipv4Addr::LOCALHOST.into());
        }
        theirs
    }

    /// A handle that changes it while it runs. It does not keep it alive.
    pub fn handle(&self) -> Handle {
        Handle(self.connections.router.clone())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // At once, not when the listening task has noticed.
        self.connections.router.door.remove();
        lock(&self.connections.tasks).abort_all();
    }
}

impl Connections {
    fn admit(&self, wire: impl Wire, from: IpAddr) {
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        self.router.counts.connections.add(1);
        if tasks.len() >= CONNECTIONS {
            return;
        }
        // Here and not in the task: a cut between now and its beginning is meant for it too.
        let mut cuts = self.router.cuts.subscribe();
        let (line, socket) = line::new(wire, &self.router);
        let router = self.router.clone();
        tasks.spawn(async move {
            tokio::select! {
                biased;
                _ = cuts.changed() => {}
                () = serve(socket, from, line, router) => {}
            }
        });
    }
}

/// By TLS or without, as the router is set at this moment.
async fn serve(socket: line::Socket<impl Wire>, from: IpAddr, line: Line, router: Arc<Router>) {
    #[cfg(feature = "tls")]
    {
        let identity = lock(&router.config).tls.clone();
        if let Some(identity) = identity {
            if *router.fault() == Fault::Silent {
                return std::future::pending().await;
            }
            let Some(stream) = identity.accept(socket).await else { return };
            return session::serve(stream, from, line, router).await;
        }
    }
    session::serve(socket, from, line, router).await;
}
