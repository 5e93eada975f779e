//! Routers found over real UDP: the simulated router answers as a real one does.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use lalin_mikrotik::{Discovery, DiscoverySettings};
use routeros_simulator::{Announcement, Announcer};
use tokio::net::UdpSocket;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(10);

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A port that nobody has now.
async fn free_port() -> u16 {
    UdpSocket::bind(loopback(0)).await.unwrap().local_addr().unwrap().port()
}

/// Asks only the given addresses; the machine's own networks are left in peace by a port that no router listens on.
async fn discovery(also_ask: Vec<SocketAddr>) -> (Discovery, SocketAddr) {
    let mut settings = DiscoverySettings::default();
    settings.port = free_port().await;
    settings.ask_every = Duration::from_millis(200);
    settings.also_ask = also_ask;
    let address = loopback(settings.port);
    (Discovery::start(settings).unwrap(), address)
}

async fn until(discovery: &mut Discovery, ready: impl Fn(&Discovery) -> bool) {
    let found = timeout(LIMIT, async {
        while !ready(discovery) {
            discovery.changed().await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{:?}", discovery.found()));
}

#[tokio::test]
async fn a_router_that_is_asked_tells_of_itself() {
    let announced = Announcement::default().identity("POP-Sukamaju");
    let router = Announcer::start(announced, loopback(0), Vec::new()).unwrap();
    let (mut discovery, _) = discovery(vec![router.addr()]).await;
    until(&mut discovery, |discovery| !discovery.found().is_empty()).await;
    let found = &discovery.found()[0];
    assert_eq!(found.identity.as_deref(), Some("POP-Sukamaju"));
    assert_eq!(found.board.as_deref(), Some("RB5009UG+S+"));
    assert_eq!(found.addresses, [Ipv4Addr::LOCALHOST]);
    assert_eq!(found.interfaces, ["ether1"]);
    assert_eq!(found.macs, [[0xDC, 0x2C, 0x6E, 0, 0, 1]]);
}

#[tokio::test]
async fn a_router_that_announces_itself_is_heard_without_being_asked() {
    let (mut discovery, address) = discovery(Vec::new()).await;
    let _router = Announcer::start(Announcement::default(), loopback(0), vec![address]).unwrap();
    until(&mut discovery, |discovery| !discovery.found().is_empty()).await;
}

#[tokio::test]
async fn several_routers_are_several_also_where_one_has_a_name_of_a_foreign_code_page() {
    let router = |identity: &[u8], id: &str| Announcement::default().identity(identity).software_id(id);
    let one = Announcer::start(router(b"caf\xE9", "A-1"), loopback(0), Vec::new()).unwrap();
    let two = Announcer::start(router(b"POP-2", "A-2"), loopback(0), Vec::new()).unwrap();
    let (mut discovery, _) = discovery(vec![one.addr(), two.addr()]).await;
    until(&mut discovery, |discovery| discovery.found().len() == 2).await;
    let names: Vec<_> = discovery.found().into_iter().filter_map(|found| found.identity).collect();
    assert_eq!(names, ["POP-2", "caf\u{e9}"]);
}

#[tokio::test]
async fn hostile_datagrams_are_counted_and_hold_up_nobody() {
    let (mut discovery, address) = discovery(Vec::new()).await;
    let hostile = UdpSocket::bind(loopback(0)).await.unwrap();
    // A field that claims 64 KiB, one byte, a MAC address of two bytes.
    for datagram in [&[0, 0, 0, 1, 0, 5, 0xFF, 0xFF][..], &[0], &[0, 0, 0, 1, 0, 1, 0, 2, 1, 1]] {
        hostile.send_to(datagram, address).await.unwrap();
    }
    let _router = Announcer::start(Announcement::default(), loopback(0), vec![address]).unwrap();
    until(&mut discovery, |discovery| !discovery.found().is_empty() && discovery.malformed() == 3).await;
}

#[tokio::test]
async fn a_port_that_another_program_has_is_told_and_not_passed_over() {
    // Bound without the leave to share it.
    let taken = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let mut settings = DiscoverySettings::default();
    settings.port = taken.local_addr().unwrap().port();
    match Discovery::start(settings.clone()) {
        // By IPv6 it listens all the same.
        Ok(discovery) => assert!(discovery.deaf().is_some_and(|problem| !problem.is_empty())),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse),
    }
    drop(taken);
    assert_eq!(Discovery::start(settings).unwrap().deaf(), None);
}
