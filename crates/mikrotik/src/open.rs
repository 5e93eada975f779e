//! Opening one session, and never to an address that is none of a router's.

use std::net::IpAddr;

use routeros::{Client, Error, Options, Phase};
use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::Settings;

/// How many addresses of a name are tried.
const ADDRESSES: usize = 4;

/// Opens a session, logged in.
pub(crate) async fn open(settings: &Settings, options: &Options) -> Result<Client, Error> {
    let Settings { host, port, credentials, .. } = settings;
    if settings.may_be_router.is_none() {
        return Client::connect(host, *port, credentials, options).await;
    }
    let mut failure = Error::Unreachable { detail: format!("{host}: no address that a router may have") };
    for address in allowed(settings).await? {
        let options = named(settings, options)?;
        match Client::connect(&address.to_string(), *port, credentials, &options).await {
            Ok(client) => return Ok(client),
            // Only where nobody was there may the next one be another way to the same router.
            Err(error @ (Error::Unreachable { .. } | Error::TimedOut { phase: Phase::Connect, .. })) => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

/// The name's addresses, resolved anew, as it may have moved; only those that a router may have.
async fn allowed(settings: &Settings) -> Result<Vec<IpAddr>, Error> {
    let Settings { host, port, connect_limit, .. } = settings;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let found = timeout(*connect_limit, lookup_host((host, *port))).await;
    let found = found.map_err(|_| Error::TimedOut { phase: Phase::Connect, after: *connect_limit })?;
    let found = found.map_err(|error| Error::Unreachable { detail: format!("{host}: {error}") })?;
    let allowed = |address: &IpAddr| settings.may_be_router.is_none_or(|may_be_router| may_be_router(*address));
    Ok(found.map(|address| address.ip()).filter(allowed).take(ADDRESSES).collect())
}

/// The certificate is the name's, not the address's.
fn named(settings: &Settings, options: &Options) -> Result<Options, Error> {
    match &settings.tls {
        Some(tls) => Ok(options.clone().with_tls(tls.clone().with_server_name(&settings.host)?)),
        None => Ok(options.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_address_that_is_none_of_a_routers_is_never_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = Settings::new("localhost", listener.local_addr().unwrap().port(), "a", "b");
        settings.may_be_router = Some(|address| !address.is_loopback());
        let error = open(&settings, &settings.options()).await.unwrap_err();
        assert!(matches!(&error, Error::Unreachable { detail } if detail.contains("may have")), "{error:?}");
        assert!(timeout(Duration::from_millis(20), listener.accept()).await.is_err(), "somebody connected");
    }
}
