//! The listening socket, which can be closed and opened again on the same port. When `set_open` returns, the change
//! is done: a closed port refuses, an open one queues connections. What comes in goes to `simulator`.

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

use crate::lock::lock;

/// How long to wait before another try when the system gives no port or no connection.
const RETRY: Duration = Duration::from_millis(20);

/// The listener of one router. A router in memory has no address, and its listener never opens.
#[derive(Default)]
pub(crate) struct Listener {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    address: Option<SocketAddr>,
    socket: Socket,
    closed: bool,
}

#[derive(Default)]
enum Socket {
    #[default]
    None,
    /// Bound by a thread that may have no runtime; connections wait in the system's queue.
    Bound(net::TcpListener),
    Open(TcpListener),
}

impl Listener {
    /// Opens it for the first time and returns its address.
    pub(crate) fn listen(&self, address: SocketAddr) -> io::Result<SocketAddr> {
        let socket = bind(address)?;
        let address = socket.local_addr()?;
        let mut state = lock(&self.state);
        (state.address, state.socket) = (Some(address), Socket::Bound(socket));
        Ok(address)
    }

    pub(crate) fn set_open(&self, open: bool) {
        let mut state = lock(&self.state);
        state.closed = !open;
        state.settle();
        drop(state);
        self.changed.notify_one();
    }

    /// Closes it for good.
    pub(crate) fn remove(&self) {
        *lock(&self.state) = State::default();
    }

    /// The next connection and its peer. Waits while the listener is closed.
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
                // No descriptors left, a port that is not free yet, or a connection that is gone already.
                Err(_) => sleep(RETRY).await,
            }
        }
    }
}

impl State {
    /// Closes or opens the socket as it should be.
    fn settle(&mut self) {
        match (self.closed, &self.socket, self.address) {
            (true, _, _) => self.socket = Socket::None,
            (false, Socket::None, Some(address)) => {
                // If this fails, `poll` tries again.
                self.socket = bind(address).map_or(Socket::None, Socket::Bound);
            }
            _ => {}
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.settle();
        if let Socket::Bound(_) = self.socket
            && let Socket::Bound(bound) = std::mem::take(&mut self.socket)
        {
            self.socket = Socket::Open(TcpListener::from_std(bound)?);
        }
        match &self.socket {
            Socket::Open(socket) => socket.poll_accept(context),
            _ if self.closed || self.address.is_none() => Poll::Pending,
            _ => Poll::Ready(Err(io::ErrorKind::AddrInUse.into())),
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<net::TcpListener> {
    let socket = net::TcpListener::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
