//! Prints a router's interfaces: `cargo run --example list -- 192.168.88.1 admin`, the password on standard input.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use routeros::{Client, Command, Credentials, Error, Options};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(host), Some(user)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: list HOST USER [PORT]");
        return ExitCode::FAILURE;
    };
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(8728);
    match list(&host, port, &Credentials::new(user, password())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{host}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn list(host: &str, port: u16, credentials: &Credentials) -> Result<(), Error> {
    let client = Client::connect(host, port, credentials, &Options::default()).await?;
    let command = Command::new("/interface/print").proplist(&["name", "type", "running", "rx-byte", "tx-byte"]);
    let reply = client.run(command).await?;
    for row in &reply.rows {
        let text = |key| row.get(key).map(|value| value.text()).unwrap_or_default();
        let running = row.get("running").and_then(|value| value.boolean()).unwrap_or(false);
        let state = if running { "up" } else { "down" };
        println!("{:24} {:12} {state:5} {:>20} {:>20}", text("name"), text("type"), text("rx-byte"), text("tx-byte"));
    }
    client.close().await;
    Ok(())
}

fn password() -> String {
    eprint!("password: ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim_end_matches(['\r', '\n']).to_owned()
}
