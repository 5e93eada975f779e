//! A simulated MikroTik router.

mod config;
mod router;
mod session;
mod traffic;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

pub use config::{Config, InterfaceSpec, Login};
pub use router::{Fault, Handle, Load};
pub use traffic::Traffic;

use router::Router;

/// Why it cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is taken or none of ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// A running simulated router; dropping it ends every session.
pub struct Simulator {
    router: Arc<Router>,
    addr: Option<SocketAddr>,
    sessions: Arc<std::sync::Mutex<JoinSet<()>>>,
    _listener: Option<AbortOnDropHandle<()>>,
}

impl Simulator {
    /// Starts one on an address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::Listen`].
    pub async fn start(config: Config, listen: SocketAddr) -> Result<Self, Error> {
        let failed = |source| Error::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let mut this = Self::in_memory(config);
        this.addr = Some(addr);
        let (router, sessions) = (this.router.clone(), this.sessions.clone());
        this._listener = Some(AbortOnDropHandle::new(tokio::spawn(listen_on(addr, listener, router, sessions))));
        Ok(this)
    }

    /// One without a socket.
    pub fn in_memory(config: Config) -> Self {
        Self { router: Arc::new(Router::new(config)), addr: None, sessions: Arc::default(), _listener: None }
    }

    /// Where it listens.
    pub fn addr(&self) -> Option<SocketAddr> {
        self.addr
    }

    /// A session in memory.
    pub fn connect(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        if *self.router.fault.borrow() == Fault::Refuse {
            self.router.counts.connections.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        } else {
            router::lock(&self.sessions).spawn(session::serve(theirs, self.router.clone()));
        }
        ours
    }

    /// Changes it while it runs.
    pub fn handle(&self) -> Handle {
        Handle(self.router.clone())
    }
}

async fn listen_on(
    addr: SocketAddr,
    listener: TcpListener,
    router: Arc<Router>,
    sessions: Arc<std::sync::Mutex<JoinSet<()>>>,
) {
    let mut listener = Some(listener);
    let mut faults = router.fault.subscribe();
    loop {
        let refuse = *faults.borrow_and_update() == Fault::Refuse;
        if refuse {
            listener = None;
            let _ = faults.changed().await;
            continue;
        }
        let Some(open) = &listener else {
            listener = TcpListener::bind(addr).await.ok();
            if listener.is_none() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            continue;
        };
        tokio::select! {
            accepted = open.accept() => if let Ok((stream, _)) = accepted {
                let _ = stream.set_nodelay(true);
                let mut sessions = router::lock(&sessions);
                while sessions.try_join_next().is_some() {}
                sessions.spawn(session::serve(stream, router.clone()));
            },
            _ = faults.changed() => {}
        }
    }
}
