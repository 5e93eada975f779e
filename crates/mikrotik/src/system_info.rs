//! What a router reports about itself: its name, its model, its load. Counters are the business of `source`.

use std::time::Duration;

use routeros::{Command, Reply, Value};

use crate::clock;

/// What a router reports about itself. What it did not report, or what was not understood, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SystemInfo {
    /// The name its operator gave it.
    pub identity: Option<String>,
    /// The model, such as `hAP ax^2`, or `CHR`.
    pub board: Option<String>,
    /// The version of RouterOS with its channel, such as `7.18.2 (stable)`.
    pub version: Option<String>,
    /// The processor's architecture, such as `arm64`.
    pub architecture: Option<String>,
    /// The time since it was started, in whole seconds.
    pub uptime: Option<Duration>,
    /// How busy its processors are all in all, 0 to 100 %.
    pub cpu_percent: Option<u8>,
    /// Memory in use, bytes.
    pub memory_used: Option<u64>,
    /// Memory that there is, bytes.
    pub memory_total: Option<u64>,
    /// Customers and tunnels that have dialled in (`/ppp/active`); `None` also where the user may not see them.
    pub sessions: Option<u64>,
    /// What its clock says, s since 1970-01-01 UTC; `None` also where the user may not see it.
    pub clock: Option<u64>,
}

/// Asks for it, one command after the other. It is not a failure when those who dialled in cannot be counted.
pub(crate) async fn ask<F, Fut, E>(run: F) -> Result<SystemInfo, E>
where
    F: Fn(Command) -> Fut,
    Fut: Future<Output = Result<Reply, E>>,
{
    let resource = run(Command::new("/system/resource/print").proplist(&[
        "uptime",
        "version",
        "board-name",
        "architecture-name",
        "cpu-load",
        "free-memory",
        "total-memory",
    ]))
    .await?;
    let identity = run(Command::new("/system/identity/print").proplist(&["name"])).await?;
    let sessions = run(Command::new("/ppp/active/print").flag("count-only")).await;
    // The last, so that little time lies between the clock and whoever compares it.
    let clock = run(Command::new("/system/clock/print").proplist(&["date", "time", "gmt-offset"])).await;
    let memory_total = value(&resource, "total-memory").and_then(|value| value.u64());
    let free = value(&resource, "free-memory").and_then(|value| value.u64());
    Ok(SystemInfo {
        identity: text(&identity, "name"),
        board: text(&resource, "board-name"),
        version: text(&resource, "version"),
        architecture: text(&resource, "architecture-name"),
        uptime: value(&resource, "uptime").and_then(|value| value.duration()),
        cpu_percent: value(&resource, "cpu-load").and_then(|value| value.u64()?.try_into().ok()),
        memory_used: memory_total.zip(free).and_then(|(total, free)| total.checked_sub(free)),
        memory_total,
        sessions: sessions.ok().and_then(|reply| count(&reply)),
        clock: clock.ok().and_then(|reply| {
            clock::seconds(&text(&reply, "date")?, &text(&reply, "time")?, &text(&reply, "gmt-offset")?)
        }),
    })
}

/// What a `count-only` counted.
fn count(reply: &Reply) -> Option<u64> {
    std::str::from_utf8(reply.ret()?).ok()?.parse().ok()
}

fn value<'a>(reply: &'a Reply, key: &str) -> Option<Value<'a>> {
    reply.rows.first()?.get(key)
}

fn text(reply: &Reply, key: &str) -> Option<String> {
    value(reply, key).map(|value| value.text().into_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use routeros::{Client, Credentials, Error, Options};
    use routeros_simulator::{Config, Simulator};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_may_not_see_the_dialled_in_is_told_the_rest() {
        let simulator = Simulator::in_memory(Config::default().identity("Kantor"));
        let credentials = Credentials::new("admin", "");
        let client = Client::login(simulator.connect(), &credentials, &Options::default()).await.unwrap();
        let run = |command: Command| async {
            if format!("{command:?}").contains("/ppp/") {
                return Err(Error::NotPermitted { message: "not enough permissions (9)".into() });
            }
            client.run(command).await
        };
        let info = ask(run).await.unwrap();
        assert_eq!((info.identity.as_deref(), info.sessions), (Some("Kantor"), None));
        assert!(info.clock.is_some_and(|clock| clock > 1_600_000_000), "{:?}", info.clock);
    }
}
