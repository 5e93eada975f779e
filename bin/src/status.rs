//! `lalin status`: is the server running, and how do its routers stand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use crate::error::Error;

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    version: String,
    uptime_ms: u64,
    viewers: usize,
}

#[derive(Deserialize, Serialize)]
struct Routers {
    routers: Vec<Router>,
}

#[derive(Deserialize, Serialize)]
struct Router {
    id: String,
    name: String,
    address: String,
    viewers: usize,
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
    #[serde(flatten)]
    health: Health,
    #[serde(flatten)]
    routers: Routers,
}

/// Asks the server at `listen` and prints what it says.
///
/// # Errors
/// [`Error::NotRunning`] when nobody answers there, or somebody else does.
pub(crate) fn print(listen: SocketAddr, json: bool) -> Result<(), Error> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let agent: Agent = Agent::config_builder().timeout_global(Some(LIMIT)).build().into();
    let health: Health = ask(&agent, address, "/healthz")?;
    let routers: Routers = ask(&agent, address, "/api/v1/routers")?;
    if json {
        let answer = Answer { running: true, address, health, routers };
        println!("{}", serde_json::to_string_pretty(&answer).unwrap_or_default());
        return Ok(());
    }
    let uptime = Duration::from_secs(health.uptime_ms / 1_000);
    println!("Lalin {} runs at http://{address}/ since {uptime:?}, {} viewers", health.version, health.viewers);
    if routers.routers.is_empty() {
        println!("no router is configured");
    }
    for router in &routers.routers {
        println!("{}", line(router));
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
    format!("{id}  {name}  {address}  {}{why}, {age}, {viewers} viewers", state.code)
}

fn ask<T: serde::de::DeserializeOwned>(agent: &Agent, address: SocketAddr, path: &str) -> Result<T, Error> {
    let not_running = |error: ureq::Error| Error::NotRunning { address, reason: error.to_string() };
    let mut answer = agent.get(format!("http://{address}{path}")).call().map_err(not_running)?;
    answer.body_mut().read_json().map_err(not_running)
}

/// Who listens everywhere is asked on the loopback.
fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}
