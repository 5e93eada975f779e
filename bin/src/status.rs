//! `lalin status`: is the server running, and how do its routers stand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use lalin_dashboard::Lang;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::tls::TlsConfig;

use crate::addresses;
use crate::columns::table;
use crate::error::Error;
use crate::figures::length;
use crate::words::{known, lang, say};

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    /// `ok`: so nobody else is taken for Lalin.
    status: String,
    /// Only somebody who may see everything gets these.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uptime_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewers: Option<usize>,
}

#[derive(Deserialize, Serialize)]
struct Routers {
    routers: Vec<Router>,
}

#[derive(Deserialize, Serialize)]
struct Router {
    id: String,
    name: String,
    /// Absent for whoever may not see everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewers: Option<usize>,
    state: State,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct State {
    code: String,
    detail: Option<String>,
    age_ms: Option<u64>,
}

#[derive(Serialize)]
struct Answer {
    running: bool,
    address: SocketAddr,
    /// Where the pages are, for this machine.
    url: String,
    #[serde(flatten)]
    health: Health,
    /// `None` where only somebody who is logged in may see them.
    #[serde(flatten)]
    routers: Option<Routers>,
}

/// Asks the server of this configuration and prints what it says. Accounts hide what the routers do, not that it runs.
///
/// # Errors
/// [`Error::NotRunning`] when nobody answers there, or somebody else does.
pub(crate) fn print(settings: &lalin_config::Server, json: bool) -> Result<(), Error> {
    let (listen, tls) = (settings.listen, settings.tls.is_some());
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    // It is our own machine that is asked, and no secret is sent: whatever certificate it shows.
    let trust = TlsConfig::builder().disable_verification(true).build();
    let config = Agent::config_builder().timeout_global(Some(LIMIT)).http_status_as_error(false).tls_config(trust);
    let server = Server { agent: config.build().into(), address, scheme: if tls { "https" } else { "http" } };
    let health: Health = server.ask("/healthz")?.ok_or_else(|| server.not_running(say("status.asks-login", &[])))?;
    if health.status != "ok" {
        return Err(server.not_running(say("status.not-lalin", &[])));
    }
    let routers: Option<Routers> = server.ask("/api/v1/routers")?;
    let url = |address: SocketAddr| format!("{}://{address}{}/", server.scheme, settings.base_path);
    if json {
        let answer = Answer { running: true, address, url: url(address), health, routers };
        println!("{}", serde_json::to_string_pretty(&answer).unwrap_or_default());
        return Ok(());
    }
    let Health { version, uptime_ms, viewers, .. } = &health;
    let version = version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let since = uptime_ms.map(|ms| say("status.since", &[("time", &length(ms / 1_000))])).unwrap_or_default();
    let viewers = viewers.map(|viewers| say("status.viewers", &[("n", &viewers)])).unwrap_or_default();
    let here = url(address);
    println!(
        "{}",
        say("status.runs", &[("version", &version), ("url", &here), ("since", &since), ("viewers", &viewers)])
    );
    if listen.ip().is_unspecified() {
        for ip in addresses::others(listen.ip()) {
            println!("{}", say("status.others", &[("url", &url(SocketAddr::new(ip, listen.port())))]));
        }
    } else if listen.ip().to_canonical().is_loopback()
        && let Some(ip) = addresses::others(Ipv4Addr::UNSPECIFIED.into()).first()
    {
        let (open, url) = (format!("0.0.0.0:{}", listen.port()), url(SocketAddr::new(*ip, listen.port())));
        println!("{}", say("status.only-here", &[("listen", &open), ("url", &url)]));
    }
    let Some(routers) = routers else {
        println!("{}", say("status.login-needed", &[]));
        return Ok(());
    };
    if routers.routers.is_empty() {
        println!("{}", say("status.no-router", &[]));
    } else {
        print!("{}", router_table(&routers.routers));
    }
    Ok(())
}

/// The routers under each other. Why one is not live stands at the end, where it may be of any length.
fn router_table(routers: &[Router]) -> String {
    let heads = ["id", "name", "address", "state", "age", "viewers"];
    let mut rows = vec![heads.iter().map(|head| say(&format!("status.head-{head}"), &[])).collect()];
    rows.extend(routers.iter().map(row));
    table(&rows)
}

fn row(router: &Router) -> Vec<String> {
    let Router { id, name, address, viewers, state } = router;
    let word = known(&format!("state.{}", state.code)).map_or_else(|| state.code.clone(), str::to_owned);
    let viewers = viewers.map_or_else(|| "-".to_owned(), |viewers| viewers.to_string());
    let (address, age) = (address.clone().unwrap_or_else(|| "-".to_owned()), state.age_ms.map_or_else(never, age));
    let mut row = vec![id.clone(), name.clone(), address, word, age, viewers];
    row.extend(state.detail.clone());
    row
}

fn never() -> String {
    say("status.never", &[])
}

/// `0.8 s`, from a minute on in units that fit.
fn age(ms: u64) -> String {
    if ms >= 60_000 {
        return length(ms / 1_000);
    }
    let sign = if lang() == Lang::Id { ',' } else { '.' };
    say("status.seconds", &[("n", &format!("{}{sign}{}", ms / 1_000, ms % 1_000 / 100))])
}

struct Server {
    agent: Agent,
    address: SocketAddr,
    scheme: &'static str,
}

impl Server {
    /// The answer; `None` where a login is asked for.
    fn ask<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Error> {
        let url = format!("{}://{}{path}", self.scheme, self.address);
        let mut answer = self.agent.get(url).call().map_err(|error| self.not_running(error))?;
        match answer.status().as_u16() {
            200 => answer.body_mut().read_json().map(Some).map_err(|error| self.not_running(error)),
            401 | 403 => Ok(None),
            other => Err(self.not_running(say("status.answers", &[("status", &other)]))),
        }
    }

    fn not_running(&self, reason: impl ToString) -> Error {
        Error::NotRunning { address: self.address, reason: reason.to_string() }
    }
}

/// Who listens everywhere is asked on the loopback.
fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(state: &str) -> Router {
        serde_json::from_str(&format!(
            r#"{{"id": "pop-1", "name": "Kantor \u202e", "address": "[2001:db8::1]:8728", "viewers": 2, "state": {state}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn a_router_is_a_row_for_people() {
        let live = router(r#"{"code": "live", "detail": null, "ageMs": 812}"#);
        let stale =
            router(r#"{"code": "stale", "detail": "no answer within 3000 ms to a read (read-limit)", "ageMs": 7200}"#);
        let off = router(r#"{"code": "off", "detail": null, "ageMs": null}"#);
        let text = router_table(&[live, stale, off]);
        let expected = "\
ID     NAME             ADDRESS             STATE  AGE            VIEWERS
pop-1  Kantor ⟦U+202E⟧  [2001:db8::1]:8728  live   0.8 s          2
pop-1  Kantor ⟦U+202E⟧  [2001:db8::1]:8728  stale  7.2 s          2  no answer within 3000 ms to a read (read-limit)
pop-1  Kantor ⟦U+202E⟧  [2001:db8::1]:8728  off    never sampled  2
";
        assert_eq!(text, expected, "{text}");
    }

    #[test]
    fn every_state_of_the_api_has_a_word() {
        for code in ["live", "stale", "unreachable", "connecting", "idle", "off"] {
            assert!(known(&format!("state.{code}")).is_some(), "{code}");
        }
    }
}
