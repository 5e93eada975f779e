//! Opens a TCP connection. The addresses of a name are tried one after the other, and none of them holds up the rest.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::{Error, Options, Phase};

/// How long an address has before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(250);
/// How many addresses of a name are tried.
const ADDRESSES: usize = 8;

/// Opens a TCP connection to `host`, an IPv4 or IPv6 address or a name, of which the first address that accepts is
/// taken: what [`Client::connect`](crate::Client::connect) does first. Of the options,
/// [`connect_timeout`](Options::connect_timeout) and [`allowed_address`](Options::allowed_address) hold. By itself it
/// answers whether anybody listens there.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Refused`], and [`Error::TimedOut`] in [`Phase::Connect`].
pub async fn connect_tcp(host: &str, port: u16, options: &Options) -> Result<TcpStream, Error> {
    let after = options.connect_timeout;
    let stream = timeout(after, any_address(host, port, options.allowed_address)).await;
    let stream = stream.map_err(|_| Error::TimedOut { phase: Phase::Connect, after })??;
    // Commands are small, and each waits for its answer.
    stream.set_nodelay(true)?;
    super::keepalive::keep_alive(&stream);
    Ok(stream)
}

async fn any_address(host: &str, port: u16, allowed: Option<fn(IpAddr) -> bool>) -> Result<TcpStream, Error> {
    // An IPv6 address may come in brackets, as in a URL.
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let unknown = |error| Error::Unreachable { detail: format!("{host}: {error}") };
    let addresses = lookup_host((host, port)).await.map_err(unknown)?;
    let addresses = addresses.filter(|address| allowed.is_none_or(|allowed| allowed(address.ip()))).take(ADDRESSES);
    let mut addresses = addresses.collect::<Vec<_>>().into_iter();
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

/// The failure that says most: a refusal shows that somebody is there.
fn worst(host: &str, failures: Vec<(SocketAddr, io::Error)>) -> Error {
    let refused = |(_, error): &(SocketAddr, io::Error)| error.kind() == io::ErrorKind::ConnectionRefused;
    let detail = |(address, error): &(SocketAddr, io::Error)| format!("{address}: {error}");
    match (failures.iter().find(|failure| refused(failure)), failures.first()) {
        (Some(failure), _) => Error::Refused { detail: detail(failure) },
        (None, Some(failure)) => Error::Unreachable { detail: detail(failure) },
        (None, None) => Error::Unreachable { detail: format!("{host}: no address that a router may have") },
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_address_that_is_not_allowed_is_never_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let options = Options::default().with_allowed_address(Some(|address| !address.is_loopback()));
        let error = connect_tcp("localhost", port, &options).await.unwrap_err();
        assert!(matches!(&error, Error::Unreachable { detail } if detail.contains("may have")), "{error:?}");
        assert!(timeout(Duration::from_millis(20), listener.accept()).await.is_err(), "somebody connected");
    }
}
