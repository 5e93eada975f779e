//! Opening a TCP connection: every address of a name, one after the other, none of them able to hold up the rest.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Error;
use crate::Phase;

/// How long an address has before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);
/// How many addresses of a name are tried.
const ADDRESSES: usize = 8;

/// Connects to the first address that accepts.
pub(crate) async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, Error> {
    let stream = timeout(limit, any_of(host, port)).await;
    let stream = stream.map_err(|_| Error::TimedOut { phase: Phase::Connect, after: limit })??;
    // Commands are small, and each waits for its answer.
    stream.set_nodelay(true)?;
    super::keepalive::keep_alive(&stream);
    Ok(stream)
}

async fn any_of(host: &str, port: u16) -> Result<TcpStream, Error> {
    // An IPv6 address may come in brackets, as in a URL.
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let unknown = |error| Error::Unreachable { detail: format!("{host}: {error}") };
    let mut addresses =
        lookup_host((host, port)).await.map_err(unknown)?.take(ADDRESSES).collect::<Vec<_>>().into_iter();
    let mut attempts = JoinSet::new();
    let mut failures = Vec::new();
    loop {
        if let Some(address) = addresses.next() {
            attempts.spawn(async move { TcpStream::connect(address).await.map_err(|error| (address, error)) });
        }
        tokio::select! {
            attempt = attempts.join_next() => match attempt {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(failure))) => failures.push(failure),
                Some(Err(_)) => {}
                None => return Err(worst(host, failures)),
            },
            () = sleep(HEAD_START), if addresses.len() > 0 => {}
        }
    }
}

/// The failure that says most: somebody who refuses is nearer than nobody.
fn worst(host: &str, failures: Vec<(SocketAddr, io::Error)>) -> Error {
    let refused = |(_, error): &(SocketAddr, io::Error)| error.kind() == io::ErrorKind::ConnectionRefused;
    let detail = |(address, error): &(SocketAddr, io::Error)| format!("{address}: {error}");
    match (failures.iter().find(|failure| refused(failure)), failures.first()) {
        (Some(failure), _) => Error::Refused { detail: detail(failure) },
        (None, Some(failure)) => Error::Unreachable { detail: detail(failure) },
        (None, None) => Error::Unreachable { detail: format!("{host}: no address") },
    }
}
