//! Simulated routers to try other clients on: one of each version, one with TLS, one large, one with a single
//! session slot. Prints a line `NAME ADDRESS` each, then the certificate in PEM, and ends when its standard input does.
//! `cargo xtask conformance` runs it.

use std::error::Error;

use routeros_simulator::{Config, InterfaceSpec, Simulator, TlsIdentity, Version};
use tokio::io::AsyncReadExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let identity = TlsIdentity::self_signed(&["127.0.0.1", "localhost"])?;
    let of = |version| router(20).version(version);
    let configs = [
        ("v6.42", of(Version::V6_42)),
        ("v6.49", of(Version::V6_49)),
        ("v7.9", of(Version::V7_9)),
        ("v7.17", of(Version::V7_17)),
        ("v7.18", of(Version::V7_18)),
        ("tls", router(20).tls(identity.clone())),
        ("large", router(1_000)),
        ("one-session", router(3).max_sessions(1)),
    ];
    let mut routers = Vec::new();
    for (name, config) in configs {
        let router = Simulator::start(config, ([127, 0, 0, 1], 0).into()).await?;
        let addr = router.addr().ok_or("no address")?;
        println!("{name} {addr}");
        routers.push(router);
    }
    println!("{}", identity.pem().unwrap_or_default());
    let mut end = Vec::new();
    tokio::io::stdin().read_to_end(&mut end).await?;
    Ok(())
}

fn router(interfaces: usize) -> Config {
    let mut config = Config::demo(interfaces).password("rahasia");
    config.interfaces.pop();
    // Windows-1252, as Winbox writes it.
    let cafe = InterfaceSpec::ether(&b"caf\xE9"[..]);
    let lo = InterfaceSpec::new("lo", "loopback");
    config.interfaces.extend([cafe, lo]);
    config
}
