//! Over a real socket, in real time: each wait is for a condition, and has a limit.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use routeros_simulator::{Config, Error, Fault, Simulator};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{Client, config};

const ANY: ([u8; 4], u16) = ([127, 0, 0, 1], 0);
const LIMIT: Duration = Duration::from_secs(10);

async fn start(config: Config) -> (Simulator, SocketAddr) {
    let router = Simulator::start(config, ANY.into()).await.unwrap();
    let addr = router.addr().unwrap();
    (router, addr)
}

async fn connect(addr: SocketAddr) -> Client<TcpStream> {
    Client(timeout(LIMIT, TcpStream::connect(addr)).await.unwrap().unwrap())
}

async fn refused(addr: SocketAddr) -> bool {
    let connected = timeout(LIMIT, TcpStream::connect(addr)).await.unwrap();
    connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

#[tokio::test]
async fn a_session_over_tcp_is_as_one_in_memory() {
    let (router, addr) = start(config()).await;
    let mut over_tcp = connect(addr).await;
    over_tcp.login().await;
    let mut in_memory = Client(router.connect());
    in_memory.login().await;
    let words = ["/interface/print", "=.proplist=.id,name,type,comment", ".tag=1"];
    assert_eq!(over_tcp.ask(&words).await, in_memory.ask(&words).await);
    let usage = router.handle().usage();
    assert_eq!((usage.connections, usage.logins, usage.open_sessions, usage.prints), (2, 2, 2, 2));
}

#[tokio::test]
async fn two_thousand_rows_come_over_tcp() {
    let (_router, addr) = start(Config::demo(2_000)).await;
    let mut client = connect(addr).await;
    client.login().await;
    assert_eq!(timeout(LIMIT, client.ask(&["/interface/print"])).await.unwrap().len(), 2_001);
}

#[tokio::test]
async fn refusing_closes_the_port_at_once_and_clearing_opens_the_same_at_once() {
    let (router, addr) = start(config()).await;
    let handle = router.handle();
    let mut before = connect(addr).await;
    before.login().await;
    for _ in 0..20 {
        handle.set_fault(Fault::Refuse);
        assert!(refused(addr).await);
        handle.clear_faults();
        connect(addr).await.login().await;
    }
    assert_eq!(before.ask(&["/system/identity/print"]).await.len(), 2);
    handle.cut_connections();
    before.rest().await;
}

#[tokio::test]
async fn a_handle_works_where_there_is_no_runtime() {
    let (router, addr) = start(config()).await;
    let handle = router.handle();
    let away = std::thread::spawn(move || {
        handle.set_fault(Fault::Refuse);
        handle.clear_faults();
        handle.reboot();
    });
    away.join().unwrap();
    connect(addr).await.login().await;
}

#[tokio::test]
async fn a_stopped_router_is_gone_and_its_port_free() {
    let (router, addr) = start(config()).await;
    let mut client = connect(addr).await;
    client.login().await;
    drop(router);
    assert!(refused(addr).await);
    client.rest().await;
    let again = Simulator::start(config(), addr).await.unwrap();
    assert_eq!(again.addr(), Some(addr));
    connect(addr).await.login().await;
}

#[tokio::test]
async fn the_error_of_a_port_in_use_names_its_address() {
    let (_router, addr) = start(config()).await;
    let Err(error) = Simulator::start(config(), addr).await else { panic!("it is taken") };
    assert!(matches!(error, Error::Listen { address, .. } if address == addr));
    assert!(error.to_string().starts_with(&format!("cannot listen on {addr}: ")), "{error}");
}
