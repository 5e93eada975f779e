//! A simulated router on a port of this machine, and every few seconds what clients did to it:
//! `cargo run -p routeros-simulator --example simulate -- 8728 50`. The user is `admin`, without a password. By TLS with
//! a certificate made now: `... --features tls --example simulate -- 8729 50 tls`, or `without-certificate` for `tls`.

use std::error::Error;
use std::time::Duration;

#[cfg(feature = "tls")]
use routeros_simulator::TlsIdentity;
use routeros_simulator::{Config, Simulator};
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(Ok(8728), |port| port.parse())?;
    let interfaces: usize = arguments.next().map_or(Ok(50), |interfaces| interfaces.parse())?;
    #[allow(unused_mut, reason = "without TLS there is nothing to set")]
    let mut config = Config::demo(interfaces);
    #[cfg(feature = "tls")]
    if let Some(how) = arguments.next() {
        let identity = match how.as_str() {
            "without-certificate" => TlsIdentity::without_certificate(),
            _ => TlsIdentity::self_signed(&["127.0.0.1", "localhost"])?,
        };
        if let Some(pem) = identity.pem() {
            println!("{pem}");
        }
        config = config.tls(identity);
    }
    let router = Simulator::start(config, ([127, 0, 0, 1], port).into()).await?;
    if let Some(addr) = router.addr() {
        println!("a MikroTik of {interfaces} interfaces listens on {addr}");
    }
    let handle = router.handle();
    let mut last = None;
    loop {
        let usage = handle.usage();
        if last.replace(usage) != Some(usage) {
            println!("{usage:?}");
        }
        sleep(Duration::from_secs(5)).await;
    }
}
