//! The routers that were heard: one entry for each, although it announces itself on every one of its interfaces.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::Instant;

use super::packet::Announcement;

/// The most routers that are kept; whoever floods the network with invented ones pushes out the oldest.
const MOST: usize = 1_024;
/// The most addresses and interfaces of one router that are kept.
const MOST_EACH: usize = 16;

/// A router that was heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Neighbour {
    /// Its `/system/identity`, where it announced one.
    pub identity: Option<String>,
    /// The model, such as `RB5009UG+S+`.
    pub board: Option<String>,
    /// RouterOS' version, as it writes it.
    pub version: Option<String>,
    /// Usually `MikroTik`.
    pub platform: Option<String>,
    /// How long it had been running when it was last heard.
    pub uptime: Option<Duration>,
    /// Its licence's number, which tells two routers of one name apart.
    pub software_id: Option<String>,
    /// Addresses at which it may be reached, the likeliest first.
    pub addresses: Vec<IpAddr>,
    /// The interface of this machine by which a link-local IPv6 address of it is reached; see [`Neighbour::reachable`].
    pub zone: Option<String>,
    /// The MAC addresses of the interfaces by which it was heard.
    pub macs: Vec<[u8; 6]>,
    /// The router's own interfaces by which it was heard.
    pub interfaces: Vec<String>,
    /// When it was last heard.
    pub heard: Instant,
    /// The number of `zone`.
    pub(super) zone_index: Option<u32>,
}

/// Whoever was heard.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    all: Vec<Neighbour>,
}

impl Neighbours {
    /// Takes in what came from `source`; true if there was something new in it.
    pub(crate) fn hear(&mut self, told: Announcement, source: SocketAddr, now: Instant) -> bool {
        let known = self.all.iter_mut().find(|neighbour| neighbour.is(&told));
        let (neighbour, fresh) = match known {
            Some(neighbour) => (neighbour, false),
            None => {
                self.make_room();
                self.all.push(Neighbour::new(now));
                // Just pushed.
                let Some(neighbour) = self.all.last_mut() else { return false };
                (neighbour, true)
            }
        };
        if let SocketAddr::V6(source) = source
            && source.ip().is_unicast_link_local()
            && source.scope_id() != 0
        {
            neighbour.zone_index = Some(source.scope_id());
        }
        neighbour.take(told, source.ip(), now) || fresh
    }

    /// Everyone, by name.
    pub(crate) fn list(&self) -> Vec<Neighbour> {
        let mut all = self.all.clone();
        all.sort_by(|a, b| (&a.identity, &a.addresses).cmp(&(&b.identity, &b.addresses)));
        all
    }

    /// Forgets routers that were silent for this long.
    pub(crate) fn forget(&mut self, silent: Duration) -> bool {
        let before = self.all.len();
        self.all.retain(|neighbour| neighbour.heard.elapsed() < silent);
        self.all.len() != before
    }

    fn make_room(&mut self) {
        if self.all.len() < MOST {
            return;
        }
        let oldest = self.all.iter().enumerate().min_by_key(|(_, neighbour)| neighbour.heard);
        if let Some((at, _)) = oldest {
            self.all.swap_remove(at);
        }
    }
}

impl Neighbour {
    /// Its addresses as they can be used: a link-local one with the interface by which it is reached, `fe80::1%eth0`.
    pub fn reachable(&self) -> impl Iterator<Item = String> {
        self.addresses.iter().map(|address| match (&self.zone, address) {
            (Some(zone), IpAddr::V6(v6)) if v6.is_unicast_link_local() => format!("{address}%{zone}"),
            _ => address.to_string(),
        })
    }

    /// A router of which nothing is known yet but that it was heard.
    pub fn new(heard: Instant) -> Self {
        Self {
            identity: None,
            board: None,
            version: None,
            platform: None,
            uptime: None,
            software_id: None,
            addresses: Vec::new(),
            zone: None,
            zone_index: None,
            macs: Vec::new(),
            interfaces: Vec::new(),
            heard,
        }
    }

    /// Whether it is who tells this: by its licence and name, or, where those are missing, by its MAC address.
    fn is(&self, told: &Announcement) -> bool {
        if let (Some(own), Some(other)) = (&self.software_id, &told.software_id) {
            return own == other && self.identity == told.identity;
        }
        told.mac.is_some_and(|mac| self.macs.contains(&mac))
    }

    fn take(&mut self, told: Announcement, source: IpAddr, now: Instant) -> bool {
        self.heard = now;
        if told.uptime.is_some() {
            // It moves with every announcement, and is no news.
            self.uptime = told.uptime;
        }
        let mut news = replace(&mut self.identity, told.identity);
        news |= replace(&mut self.board, told.board);
        news |= replace(&mut self.version, told.version);
        news |= replace(&mut self.platform, told.platform);
        news |= replace(&mut self.software_id, told.software_id);
        news |= told.mac.is_some_and(|mac| add(&mut self.macs, mac));
        news |= told.interface.is_some_and(|interface| add(&mut self.interfaces, interface));
        // Where it came from is where it can be reached; what it says comes second.
        let addresses = [Some(source), told.ipv4.map(IpAddr::V4), told.ipv6.map(IpAddr::V6)];
        for address in addresses.into_iter().flatten().filter(|address| usable(*address)) {
            news |= add(&mut self.addresses, address);
        }
        if news {
            // IPv4 first: a link-local IPv6 address works only with the name of an interface of ours.
            self.addresses.sort_by_key(|address| (address.is_ipv6(), link_local(*address)));
        }
        news
    }
}

fn replace(old: &mut Option<String>, new: Option<String>) -> bool {
    let news = new.is_some() && *old != new;
    if news {
        *old = new;
    }
    news
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) -> bool {
    let news = !list.contains(&item) && list.len() < MOST_EACH;
    if news {
        list.push(item);
    }
    news
}

/// A router without an address on an interface announces itself from 0.0.0.0.
fn usable(address: IpAddr) -> bool {
    !address.is_unspecified() && !address.is_multicast() && address != IpAddr::V4(std::net::Ipv4Addr::BROADCAST)
}

fn link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(identity: &str, software_id: Option<&str>, mac: u8) -> Announcement {
        Announcement {
            identity: Some(identity.into()),
            software_id: software_id.map(Into::into),
            mac: Some([0, 0, 0, 0, 0, mac]),
            ..Announcement::default()
        }
    }

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 5678)
    }

    #[tokio::test(start_paused = true)]
    async fn a_router_that_is_heard_on_two_interfaces_is_one() {
        let mut all = Neighbours::default();
        assert!(all.hear(told("pop", Some("AB-1"), 1), from("192.168.88.1"), Instant::now()));
        assert!(all.hear(told("pop", Some("AB-1"), 2), from("fe80::1"), Instant::now()));
        let list = all.list();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].macs.len(), 2);
        assert_eq!(list[0].addresses, ["192.168.88.1".parse::<IpAddr>().unwrap(), "fe80::1".parse().unwrap()]);
        assert!(!all.hear(told("pop", Some("AB-1"), 2), from("fe80::1"), Instant::now()), "nothing new");
    }

    #[tokio::test(start_paused = true)]
    async fn two_routers_of_one_name_are_two() {
        let mut all = Neighbours::default();
        all.hear(told("MikroTik", Some("AB-1"), 1), from("192.168.88.1"), Instant::now());
        all.hear(told("MikroTik", Some("AB-2"), 2), from("192.168.88.2"), Instant::now());
        all.hear(told("MikroTik", None, 3), from("192.168.88.3"), Instant::now());
        all.hear(told("MikroTik", None, 3), from("192.168.88.3"), Instant::now());
        assert_eq!(all.list().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_router_without_an_address_has_none_and_one_that_tells_it_has_that() {
        let mut all = Neighbours::default();
        all.hear(told("new", Some("AB-1"), 1), from("0.0.0.0"), Instant::now());
        assert!(all.list()[0].addresses.is_empty());
        let says = Announcement { ipv4: Some([10, 0, 0, 1].into()), ..told("new", Some("AB-1"), 1) };
        all.hear(says, from("0.0.0.0"), Instant::now());
        assert_eq!(all.list()[0].addresses, ["10.0.0.1".parse::<IpAddr>().unwrap()]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_invented_routers_is_bounded_and_the_silent_ones_go() {
        let mut all = Neighbours::default();
        for number in 0..3_000 {
            all.hear(told("x", Some(&number.to_string()), 0), from("10.0.0.1"), Instant::now());
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        let left = all.list();
        assert_eq!(left.len(), MOST);
        assert!(left.iter().any(|neighbour| neighbour.software_id.as_deref() == Some("2999")));
        assert!(!left.iter().any(|neighbour| neighbour.software_id.as_deref() == Some("0")));
        tokio::time::advance(Duration::from_secs(300)).await;
        assert!(all.forget(Duration::from_secs(200)) && all.list().is_empty());
    }

    #[test]
    fn a_link_local_address_comes_with_the_interface_it_was_heard_by() {
        let mut all = Neighbours::default();
        let source = std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 5678, 0, 3);
        all.hear(told("pop", Some("AB-1"), 2), source.into(), Instant::now());
        let mut heard = all.list().remove(0);
        assert_eq!(heard.zone_index, Some(3));
        heard.zone = Some("eth0".to_owned());
        heard.addresses.insert(0, "192.168.88.1".parse().unwrap());
        assert_eq!(heard.reachable().collect::<Vec<_>>(), ["192.168.88.1", "fe80::1%eth0"]);
    }
}
