//! A router's interfaces, read through a cache: `cargo run -p embedding-example`.
//!
//! The router is the simulated one, so that the program runs anywhere. With the address and the password of yours in
//! `Client::connect` it reads that one.

use std::sync::Arc;
use std::time::Duration;

use lalin_cache::{Cached, Error, Freshness, Reading, Source, Timeout, async_trait};
use routeros::{Client, Credentials, Options};
use routeros_simulator::{Config, Fault, Simulator};

#[derive(serde::Deserialize)]
struct Interface {
    name: String,
    rx_byte: u64,
    tx_byte: u64,
}

/// The interfaces of one router.
struct Interfaces(Client);

#[async_trait]
impl Source for Interfaces {
    type Data = Vec<Interface>;
    type Error = Error<routeros::Error>;

    async fn read(&self) -> Result<Reading<Self::Data, Self::Error>, Self::Error> {
        let interfaces: Vec<Interface> = self.0.print("/interface").await?;
        Ok(Reading::new(interfaces))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Config::default().password("secret"), ([127, 0, 0, 1], 0).into()).await?;
    let port = simulator.addr().ok_or("the simulator listens on no port")?.port();

    let credentials = Credentials::new("admin", "secret");
    let client = Client::connect("127.0.0.1", port, &credentials, &Options::default()).await?;
    let limited = Timeout::new(Arc::new(Interfaces(client)), Timeout::LIMIT);
    let life = Duration::from_secs(1);
    let cached = Arc::new(Cached::new(Arc::new(limited), life));

    // Many look at once, and the router is asked once.
    let callers: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let cached = cached.clone();
                async move { cached.read().await }
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    let usage = simulator.handle().usage();
    println!("100 callers, {} login, {} command", usage.logins, usage.commands);

    for Interface { name, rx_byte, tx_byte } in &*cached.read().await?.data {
        println!("{name}: {rx_byte} bytes received, {tx_byte} sent");
    }

    // The router falls silent: after the time limit the last good data is still there, and says why it is old.
    simulator.handle().set_fault(Fault::Silent);
    tokio::time::sleep(life).await;
    let reading = cached.read().await?;
    if let Freshness::Stale(why) = reading.freshness {
        println!("{} interface is stale: {why}", reading.data.len());
    }
    Ok(())
}
