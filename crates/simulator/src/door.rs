//! The listening socket, which can be shut and opened again on the same port. Whoever shuts it may rely on it being
//! shut when the call returns, and on connections being taken when the opening returns. What comes through is
//! `simulator`'s.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{io, net};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::router::lock;

/// Before the port is tried again, where the system would not give it or a connection.
const AGAIN: Duration = Duration::from_millis(20);

/// The door of a router; one in memory has an address nowhere and never opens.
#[derive(Default)]
pub(crate) struct Door {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    address: Option<SocketAddr>,
    listener: Listener,
    shut: bool,
}

#[derive(Default)]
enum Listener {
    #[default]
    None,
    /// Bound by a thread that may have no runtime; connections wait in the system's queue.
    Bound(net::TcpListener),
    Open(TcpListener),
}

impl Door {
    /// Opens it for the first time; says where.
    pub(crate) fn listen(&self, address: SocketAddr) -> io::Result<SocketAddr> {
        let listener = bind(address)?;
        let address = listener.local_addr()?;
        let mut state = lock(&self.state);
        (state.address, state.listener) = (Some(address), Listener::Bound(listener));
        Ok(address)
    }

    pub(crate) fn set_open(&self, open: bool) {
        let mut state = lock(&self.state);
        state.shut = !open;
        state.settle();
        drop(state);
        self.changed.notify_one();
    }

    /// Shuts it for good.
    pub(crate) fn remove(&self) {
        *lock(&self.state) = State::default();
    }

    /// The next connection, from whom. Waits while it is shut.
    pub(crate) async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let accepted = tokio::select! {
                accepted = poll_fn(|context| lock(&self.state).poll(context)) => accepted,
                () = changed => continue,
            };
            match accepted {
                Ok(connection) => return connection,
                // No descriptors left, the port not yet free, or a connection that went in the same moment.
                Err(_) => sleep(AGAIN).await,
            }
        }
    }
}

impl State {
    /// Closes or opens the socket as it should be.
    fn settle(&mut self) {
        match (self.shut, &self.listener, self.address) {
            (true, _, _) => self.listener = Listener::None,
            (false, Listener::None, Some(address)) => {
                // Where it fails `poll` tries again.
                self.listener = bind(address).map_or(Listener::None, Listener::Bound);
            }
            _ => {}
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.settle();
        if let Listener::Bound(_) = self.listener
            && let Listener::Bound(bound) = std::mem::take(&mut self.listener)
        {
            self.listener = Listener::Open(TcpListener::from_std(bound)?);
        }
        match &self.listener {
            Listener::Open(listener) => listener.poll_accept(context),
            _ if self.shut || self.address.is_none() => Poll::Pending,
            _ => Poll::Ready(Err(io::ErrorKind::AddrInUse.into())),
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<net::TcpListener> {
    let listener = net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
