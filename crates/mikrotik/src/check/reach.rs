//! Whether anybody accepts a connection. It is closed at once: whether that is a router is the next steps' question.

use std::io;
use std::net::SocketAddr;

use lalin_stats::{Phase, SourceError};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Settings;

/// How many addresses of a name are tried, as many as the client tries.
const ADDRESSES: usize = 8;

/// The address that accepts first.
pub(super) async fn reach(settings: &Settings) -> Result<SocketAddr, SourceError> {
    let limit = settings.connect_limit;
    let reached = timeout(limit, any_of(settings)).await;
    reached.unwrap_or(Err(SourceError::TimedOut { phase: Phase::Connect, after: limit }))
}

async fn any_of(settings: &Settings) -> Result<SocketAddr, SourceError> {
    let Settings { host, port, may_be_router, .. } = settings;
    // An IPv6 address may come in brackets, as in a URL.
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let unreachable = |detail: String| SourceError::Unreachable { detail: detail.into() };
    let addresses = lookup_host((host, *port)).await.map_err(|error| unreachable(format!("{host}: {error}")))?;
    let mut attempts = JoinSet::new();
    let allowed = |address: &SocketAddr| may_be_router.is_none_or(|may_be_router| may_be_router(address.ip()));
    for address in addresses.filter(allowed).take(ADDRESSES) {
        attempts.spawn(async move { TcpStream::connect(address).await.map_err(|error| (address, error)) });
    }
    let mut reason = unreachable(format!("{host}: no address that a router may have"));
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok(Ok(stream)) => return stream.peer_addr().map_err(|error| unreachable(error.to_string())),
            Ok(Err((address, error))) => {
                let detail = format!("{address}: {error}");
                // Somebody who refuses is nearer than nobody.
                if error.kind() == io::ErrorKind::ConnectionRefused {
                    reason = SourceError::Refused { detail: detail.into() };
                } else if !matches!(reason, SourceError::Refused { .. }) {
                    reason = unreachable(detail);
                }
            }
            Err(_) => {}
        }
    }
    Err(reason)
}
