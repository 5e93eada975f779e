//! Prints what flows through an interface, each second, and goes on when the router is back from a reboot:
//! `cargo run --example watch -- 192.168.88.1 admin ether1`, the password on standard input. Ctrl-C ends it.

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::time::Duration;

use routeros::{Command, ConnectionState, Credentials, Error, Options, Query, ReconnectPolicy, ReconnectingClient};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// An interface's counters, and when they were read.
struct Sample {
    at: Instant,
    rx: u64,
    tx: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(host), Some(user), Some(interface)) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: watch HOST USER INTERFACE [PORT]");
        return ExitCode::FAILURE;
    };
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(8728);
    let credentials = Credentials::new(user, password());
    // Nothing happens here yet: the first command opens the connection.
    let router = ReconnectingClient::new(&host, port, credentials, Options::default(), ReconnectPolicy::default());
    watch(&router, &interface).await;
    router.close().await;
    ExitCode::SUCCESS
}

/// Asks each second, until Ctrl-C. There is no code for lost connections: commands fail until there is one again.
async fn watch(router: &ReconnectingClient, interface: &str) {
    let mut states = router.subscribe();
    let mut clock = interval_of(Duration::from_secs(1));
    let mut last = None;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return,
            Some(state) = states.changed() => println!("-- {}", words(&state)),
            _ = clock.tick() => last = match sample(router, interface).await {
                Ok(Some(now)) => {
                    last.as_ref().and_then(|last| rates(last, &now)).inspect(|rates| println!("{rates}"));
                    Some(now)
                }
                Ok(None) => {
                    println!("there is no interface {interface}");
                    None
                }
                Err(error) => {
                    // Why there is no connection is told once, by the state above.
                    if !error.ends_connection() {
                        println!("{error}");
                    }
                    None
                }
            },
        }
    }
}

async fn sample(router: &ReconnectingClient, interface: &str) -> Result<Option<Sample>, Error> {
    let command = Command::new("/interface/print")
        // Only what is needed: without a list the router fetches everything, also what is slow.
        .proplist(&["rx-byte", "tx-byte"])
        .query(Query::equal("name", interface))
        // The tick after the next one should not have to wait for this one.
        .timeout(Duration::from_secs(2));
    let reply = router.run(command).await?;
    let counter = |key| reply.rows.first().and_then(|row| row.get(key)).and_then(|value| value.u64());
    Ok(counter("rx-byte").zip(counter("tx-byte")).map(|(rx, tx)| Sample { at: Instant::now(), rx, tx }))
}

/// Counters begin anew with a reboot: what went backwards has no rate.
fn rates(last: &Sample, now: &Sample) -> Option<String> {
    let seconds = now.at.duration_since(last.at).as_secs_f64();
    let megabits = |last: u64, now: u64| Some(now.checked_sub(last)? as f64 * 8.0 / 1e6 / seconds);
    let (rx, tx) = (megabits(last.rx, now.rx)?, megabits(last.tx, now.tx)?);
    Some(format!("received {rx:10.3} Mbit/s   sent {tx:10.3} Mbit/s"))
}

fn words(state: &ConnectionState) -> String {
    match state {
        ConnectionState::Connecting { attempt } => format!("connecting, attempt {attempt}"),
        ConnectionState::Up { .. } => "connected".into(),
        ConnectionState::Waiting { reason, retry_at, .. } => {
            format!("{reason}; next attempt in {:.1} s", retry_at.duration_since(Instant::now()).as_secs_f64())
        }
        other => format!("{other:?}"),
    }
}

fn interval_of(period: Duration) -> tokio::time::Interval {
    let mut clock = interval(period);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    clock
}

fn password() -> String {
    eprint!("password: ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim_end_matches(['\r', '\n']).to_owned()
}
