//! Prints a router's interfaces over TLS, trusting on first use: `cargo run --example tls -- 192.168.88.1 admin`, the
//! password on standard input. What was learnt is kept in `known-routers.txt` in the working directory.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use routeros::{Client, Command, Credentials, Error, Fingerprint, Options, Tls};

const KNOWN: &str = "known-routers.txt";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(host), Some(user)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: tls HOST USER [PORT]");
        return ExitCode::FAILURE;
    };
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(8729);
    let router = format!("{host}:{port}");
    let known = match recall(&router) {
        Ok(known) => known,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let tls = known.map_or_else(Tls::first_use, Tls::pinned);
    let outcome = list(&host, port, &Credentials::new(user, password()), tls.clone()).await;
    // Learnt by the handshake, so also where the password was wrong.
    if let (None, Some(learnt)) = (known, tls.fingerprint()) {
        println!("first seen, and kept in {KNOWN}; compare it with /certificate print detail on the router");
        if let Err(error) = keep(&router, learnt) {
            eprintln!("{KNOWN}: {error}");
        }
    }
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    match error {
        Error::NoCertificate => eprintln!(
            "{router}: api-ssl has no certificate. In the router's terminal, with its address:\n{}",
            Tls::CREATE_CERTIFICATE
        ),
        Error::CertificateChanged { .. } => {
            eprintln!("{router}: {error}; if you have given it a new certificate, remove its line from {KNOWN}");
        }
        error => eprintln!("{router}: {error}"),
    }
    ExitCode::FAILURE
}

async fn list(host: &str, port: u16, credentials: &Credentials, tls: Tls) -> Result<(), Error> {
    let options = Options::default().with_tls(tls.clone());
    let client = Client::connect(host, port, credentials, &options).await?;
    if let Some(fingerprint) = tls.fingerprint() {
        println!("certificate {fingerprint}");
    }
    let command = Command::new("/interface/print").proplist(&["name", "type", "rx-byte", "tx-byte"]);
    for row in &client.run(command).await?.rows {
        let text = |key| row.get(key).map(|value| value.text()).unwrap_or_default();
        println!("{:24} {:12} {:>20} {:>20}", text("name"), text("type"), text("rx-byte"), text("tx-byte"));
    }
    client.close().await;
    Ok(())
}

/// The fingerprint that was kept. A file that cannot be read is no reason to trust anew.
fn recall(router: &str) -> Result<Option<Fingerprint>, String> {
    let text = match std::fs::read_to_string(KNOWN) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{KNOWN}: {error}")),
    };
    let line = text.lines().find_map(|line| line.strip_prefix(router)?.strip_prefix(' '));
    line.map(|line| line.parse().map_err(|error| format!("{KNOWN}: {router}: {error}"))).transpose()
}

fn keep(router: &str, fingerprint: Fingerprint) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(KNOWN)?;
    writeln!(file, "{router} {fingerprint}")
}

fn password() -> String {
    eprint!("password: ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim_end_matches(['\r', '\n']).to_owned()
}
