//! The addresses of this machine by which other devices reach a server that listens everywhere.

use std::net::IpAddr;

/// The most that are told: a machine with containers has hundreds.
const MOST: usize = 8;

/// The addresses of the networks that this machine is on: those of IPv4, and where `listen` is of IPv6 those too. None of
/// the loopback, nor one that is of use on a single link only.
pub(crate) fn others(listen: IpAddr) -> Vec<IpAddr> {
    let usable = |interface: &netdev::Interface| interface.is_up() && !interface.is_loopback();
    let mut interfaces: Vec<_> = netdev::get_interfaces().into_iter().filter(usable).collect();
    // The one that leads outside first: the others may be of containers.
    interfaces.sort_by_key(|interface| !interface.default);
    let mut found = Vec::new();
    for interface in interfaces {
        found.extend(interface.ipv4.iter().map(|network| IpAddr::V4(network.addr())));
        found.extend(interface.ipv6.iter().map(|network| IpAddr::V6(network.addr())));
    }
    told(found, listen.is_ipv6())
}

/// Those to be told, IPv4 first: they are shorter to type on a phone.
fn told(mut found: Vec<IpAddr>, v6: bool) -> Vec<IpAddr> {
    found.retain(|address| match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local() && !address.is_unspecified(),
        IpAddr::V6(address) => {
            v6 && !address.is_loopback() && !address.is_unicast_link_local() && !address.is_unspecified()
        }
    });
    found.sort_by_key(IpAddr::is_ipv6);
    found.dedup();
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_type_is_told_and_ipv4_comes_first() {
        let all = ["fe80::1", "2001:db8::7", "::1", "127.0.0.1", "169.254.3.4", "192.168.88.10", "10.0.0.5"];
        let all: Vec<IpAddr> = all.iter().map(|text| text.parse().unwrap()).collect();
        let shown = |v6| told(all.clone(), v6).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(false), ["192.168.88.10", "10.0.0.5"]);
        assert_eq!(shown(true), ["192.168.88.10", "10.0.0.5", "2001:db8::7"]);
    }

    #[test]
    fn a_machine_with_hundreds_of_containers_tells_a_few() {
        let many = (0..=255).map(|last| IpAddr::from([172, 17, 0, last])).collect();
        assert_eq!(told(many, false).len(), MOST);
    }
}
