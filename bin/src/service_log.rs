//! `lalin log level` and `lalin logs`: how much the running server logs, and what it logged.

use std::io;
use std::process::Command;
use std::time::Duration;

use lalin_config::Config;
use lalin_store::Access;
use serde::Deserialize;

use crate::cli::{LogsFlags, ServerFlags};
use crate::client::{Client, OwnToken, Refusal};
use crate::error::Error;
use crate::words::say;

/// The server learns of a token that was made beside it within a second or two.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(400);
const PATH: &str = "/api/v1/log-level";

#[derive(Deserialize)]
struct Level {
    filter: String,
}

/// Says what the level is, or changes it until the next start.
pub(crate) async fn level(config: &Config, flags: &ServerFlags, filter: Option<String>) -> Result<(), Error> {
    let client = Client::of(flags, config);
    let ask = |client: &Client| match &filter {
        Some(filter) => client.put::<Level>(PATH, &serde_json::json!({ "filter": filter })),
        None => client.get::<Level>(PATH),
    };
    let answer = match ask(&client) {
        Err(Refusal::Login) if !client.has_token() && flags.url.is_none() => {
            let Some(token) = OwnToken::make(config, Access::administrator()).await else {
                return Err(client.failed(Refusal::Login));
            };
            let client = Client::of(flags, config).with_token(token.secret());
            let mut answer = ask(&client);
            for _ in 0..TRIES {
                if !matches!(answer, Err(Refusal::Login)) {
                    break;
                }
                tokio::time::sleep(BETWEEN).await;
                answer = ask(&client);
            }
            token.end().await;
            answer
        }
        answer => answer,
    };
    let Level { filter: level } = answer.map_err(|refusal| client.failed(refusal))?;
    let key = if filter.is_some() { "log.changed" } else { "log.level" };
    println!("{}", say(key, &[("filter", &level)]));
    Ok(())
}

/// What the service logged, as the journal has it.
pub(crate) fn logs(flags: &LogsFlags) -> Result<(), Error> {
    let mut command = Command::new("journalctl");
    command.args(["--unit", &flags.unit, "--lines", &flags.lines.to_string(), "--output", "cat", "--no-hostname"]);
    if flags.follow {
        command.arg("--follow");
    } else {
        command.arg("--no-pager");
    }
    if let Some(router) = &flags.router {
        // As a line for people and one for programs carry it.
        let id: String = router.chars().filter(|sign| sign.is_ascii_alphanumeric() || "-._".contains(*sign)).collect();
        command.arg("--grep").arg(format!("router=\"?{id}\\b|\"router\":\"{id}\""));
    }
    if let Some(since) = &flags.since {
        command.args(["--since", since]);
    }
    match command.status() {
        // Nothing found is an answer.
        Ok(status) if status.success() || status.code() == Some(1) => Ok(()),
        Ok(status) => Err(Error::Journal { reason: status.to_string() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoJournal),
        Err(error) => Err(Error::Journal { reason: error.to_string() }),
    }
}
