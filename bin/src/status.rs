//! `lalin status`: is the server running, and how do its routers stand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::tls::TlsConfig;

use crate::error::Error;
use crate::visible_text::visible;

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
    let health: Health = server.ask("/healthz")?.ok_or_else(|| server.not_running("it asks for a login even here"))?;
    if health.status != "ok" {
        return Err(server.not_running("somebody else answers there"));
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
    let since = uptime_ms.map(|ms| format!(" since {}", length(ms / 1_000))).unwrap_or_default();
    let viewers = viewers.map(|viewers| format!(", {viewers} viewers")).unwrap_or_default();
    println!("Lalin{version} runs at {}{since}{viewers}", url(address));
    let on_network = own_address(listen.is_ipv6()).map(|ip| url(SocketAddr::new(ip, listen.port())));
    match on_network {
        Some(url) if listen.ip().is_unspecified() => println!("others open it at {url}"),
        Some(url) if listen.ip().to_canonical().is_loopback() => {
            println!("only this machine opens it; with listen = \"0.0.0.0:{}\" others would at {url}", listen.port());
        }
        _ => {}
    }
    let Some(routers) = routers else {
        println!("how its routers stand is told to whoever is logged in there");
        return Ok(());
    };
    if routers.routers.is_empty() {
        println!("no router is configured");
    }
    for router in &routers.routers {
        println!("{}", visible(&line(router)));
    }
    Ok(())
}

fn line(router: &Router) -> String {
    let age = router
        .state
        .age_ms
        .map_or_else(|| "never sampled".to_owned(), |ms| format!("{}.{} s old", ms / 1_000, ms % 1_000 / 100));
    let why = router.state.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    let Router { id, name, address, viewers, state } = router;
    let address = address.as_deref().unwrap_or("-");
    let viewers = viewers.map(|viewers| format!(", {viewers} viewers")).unwrap_or_default();
    format!("{id}  {name}  {address}  {}{why}, {age}{viewers}", state.code)
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
            other => Err(self.not_running(format!("it answers with the status {other}"))),
        }
    }

    fn not_running(&self, reason: impl ToString) -> Error {
        Error::NotRunning { address: self.address, reason: reason.to_string() }
    }
}

/// This machine's address on the network that leads outside. Nothing is sent: the system is asked by which it would be.
fn own_address(v6: bool) -> Option<IpAddr> {
    let ask = |from: IpAddr, to: IpAddr| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        let found = socket.local_addr().ok()?.ip();
        (!found.is_loopback() && !found.is_unspecified()).then_some(found)
    };
    // Addresses of examples, which nobody has.
    let v4 = || ask(Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into());
    let example = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    v4().or_else(|| v6.then(|| ask(Ipv6Addr::UNSPECIFIED.into(), example.into())).flatten())
}

/// Who listens everywhere is asked on the loopback.
fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// `3 d 4 h`, `4 h 5 min`, `5 min`, `6 s`.
fn length(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
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
    fn a_router_is_a_sentence_for_people() {
        let live = router(r#"{"code": "live", "detail": null, "ageMs": 812}"#);
        assert_eq!(visible(&line(&live)), "pop-1  Kantor ⟦U+202E⟧  [2001:db8::1]:8728  live, 0.8 s old, 2 viewers");
        let stale =
            router(r#"{"code": "stale", "detail": "no answer within 3000 ms to a read (read-limit)", "ageMs": 7200}"#);
        assert!(line(&stale).contains("stale (no answer within 3000 ms to a read (read-limit)), 7.2 s old"));
        let off = router(r#"{"code": "off", "detail": null, "ageMs": null}"#);
        assert!(line(&off).contains("off, never sampled"));
    }

    #[test]
    fn how_long_it_runs_is_told_in_units_that_fit() {
        let lengths = [(6, "6 s"), (59, "59 s"), (300, "5 min"), (14_700, "4 h 5 min"), (273_600, "3 d 4 h")];
        for (seconds, expected) in lengths {
            assert_eq!(length(seconds), expected);
        }
    }
}
