//! The address that a router sees this machine at, as far as this machine can tell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Any port will do: nothing is sent to it.
const PORT: u16 = 8728;

/// The address of this machine from which it would speak to `router`; `None` where there is no way to it. The system
/// is asked for the route, and nothing is sent. Where addresses are translated on the way, the router sees another one.
pub fn own_address(router: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match router {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(SocketAddr::new(router, PORT)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified()).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_on_this_machine_is_spoken_to_from_this_machine() {
        let own = own_address(Ipv4Addr::LOCALHOST.into()).unwrap();
        assert!(own.is_loopback(), "{own}");
    }

    #[test]
    fn nobody_is_at_no_address() {
        assert_eq!(own_address(Ipv4Addr::BROADCAST.into()), None, "a socket for one machine reaches no broadcast");
    }
}
