//! Prints each change of an interface as it happens, until Ctrl-C:
//! `cargo run --example listen -- 192.168.88.1 admin`, the password on standard input.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use routeros::{Client, Command, Credentials, Error, Options, Sentence};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(host), Some(user)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: listen HOST USER [PORT]");
        return ExitCode::FAILURE;
    };
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(8728);
    match listen(&host, port, &Credentials::new(user, password())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{host}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn listen(host: &str, port: u16, credentials: &Credentials) -> Result<(), Error> {
    let client = Client::connect(host, port, credentials, &Options::default()).await?;
    // A command that never ends. Others may run beside it, on the same connection.
    let mut rows = client.stream(Command::new("/interface/listen")).await?;
    loop {
        tokio::select! {
            row = rows.next() => match row {
                Some(row) => tell(&row?),
                None => break,
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    // Dropping the rows cancels the command on the router; closing lets that word out.
    drop(rows);
    client.close().await;
    Ok(())
}

fn tell(row: &Sentence) {
    let text = |key| row.get(key).map(|value| value.text()).unwrap_or_default();
    let flag = |key| row.get(key).and_then(|value| value.boolean()).unwrap_or(false);
    // Of what is gone the router tells only the id.
    match (flag(".dead"), flag("running")) {
        (true, _) => println!("{:8} is gone", text(".id")),
        (false, true) => println!("{:8} {} is up", text(".id"), text("name")),
        (false, false) => println!("{:8} {} is down", text(".id"), text("name")),
    }
}

fn password() -> String {
    eprint!("password: ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim_end_matches(['\r', '\n']).to_owned()
}
