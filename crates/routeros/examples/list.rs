//! Prints a router's interfaces.
//!
//! `cargo run -p routeros --example list -- 192.168.88.1 admin`, the password in `ROUTER_PASSWORD`.

use routeros::{Client, Command, Credentials, Options};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let host = arguments.next().unwrap_or_else(|| "192.168.88.1".into());
    let user = arguments.next().unwrap_or_else(|| "admin".into());
    let password = std::env::var("ROUTER_PASSWORD").unwrap_or_default();

    let client = Client::connect(&host, 8728, &Credentials::new(user, password), &Options::default()).await?;
    let print = Command::new("/interface/print").proplist(&["name", "type", "running", "rx-byte", "tx-byte"]);
    for row in client.run(print).await?.rows {
        let text = |key| row.get(key).map(|value| value.text().into_owned()).unwrap_or_default();
        let running = row.get("running").and_then(|value| value.boolean()).unwrap_or(false);
        println!(
            "{:<24} {:<12} {:<4} {:>20} {:>20}",
            text("name"),
            text("type"),
            if running { "up" } else { "" },
            text("rx-byte"),
            text("tx-byte")
        );
    }
    client.close().await;
    Ok(())
}
