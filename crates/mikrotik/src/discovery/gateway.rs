//! The default gateway: often the router itself. Only whether its API ports accept a connection is tried; nothing is
//! sent to it, least of all a password.

use std::net::IpAddr;
use std::time::Duration;

use routeros::{Options, connect_tcp};
use tokio::time::timeout;

/// The ports of `api` and `api-ssl`.
const API: u16 = 8728;
const API_SSL: u16 = 8729;
const LIMIT: Duration = Duration::from_millis(1_500);

/// A default gateway of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gateway {
    /// Its address.
    pub address: IpAddr,
    /// Port 8728 accepts connections.
    pub api: bool,
    /// Port 8729 accepts connections.
    pub api_ssl: bool,
}

/// The default gateway, and whether it looks like a MikroTik. `None` where there is no gateway. Takes two seconds at
/// most.
pub async fn default_gateway() -> Option<Gateway> {
    let asked = tokio::task::spawn_blocking(|| netdev::get_default_gateway().ok());
    let gateway = timeout(LIMIT, asked).await.ok()?.ok()??;
    let address = gateway.ipv4.first().map(|address| IpAddr::V4(*address));
    let address = address.or_else(|| gateway.ipv6.first().map(|address| IpAddr::V6(*address)))?;
    Some(probe(address, API, API_SSL).await)
}

async fn probe(address: IpAddr, api: u16, api_ssl: u16) -> Gateway {
    let (api, api_ssl) = tokio::join!(accepts(address, api), accepts(address, api_ssl));
    Gateway { address, api, api_ssl }
}

async fn accepts(address: IpAddr, port: u16) -> bool {
    let options = Options::default().with_connect_timeout(LIMIT);
    connect_tcp(&address.to_string(), port, &options).await.is_ok()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_open_port_is_told_from_a_closed_one() {
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let address = IpAddr::from([127, 0, 0, 1]);
        let found = probe(address, open.local_addr().unwrap().port(), closed).await;
        assert_eq!(found, Gateway { address, api: true, api_ssl: false });
    }
}
