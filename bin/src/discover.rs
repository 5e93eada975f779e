//! `lalin discover`: which MikroTik routers are on the networks of this machine.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lalin_mikrotik::{Discovery, DiscoverySettings, Gateway, Neighbour, default_gateway};
use serde::Serialize;
use tokio::time::sleep;

use crate::cli::DiscoverFlags;
use crate::columns;
use crate::error::Error;
use crate::words::say;

#[derive(Serialize)]
struct Answer {
    routers: Vec<Found>,
    gateway: Option<FoundGateway>,
    /// Datagrams on the port of MNDP that were none.
    malformed: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    identity: Option<String>,
    board: Option<String>,
    version: Option<String>,
    platform: Option<String>,
    uptime_s: Option<u64>,
    software_id: Option<String>,
    addresses: Vec<String>,
    macs: Vec<String>,
    interfaces: Vec<String>,
    age_ms: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundGateway {
    address: IpAddr,
    api: bool,
    api_ssl: bool,
}

/// Listens and asks for a while, and prints who was heard.
pub(crate) async fn run(flags: &DiscoverFlags) -> Result<(), Error> {
    let mut settings = DiscoverySettings::default();
    settings.also_ask = flags.ask.iter().map(|address| SocketAddr::new(*address, settings.port)).collect();
    // Asked twice: a datagram may be lost.
    settings.ask_every = Duration::from_secs(flags.seconds).div_f64(2.5).min(settings.ask_every);
    let discovery = Discovery::start(settings).map_err(Error::Discovery)?;
    let (gateway, ()) = tokio::join!(default_gateway(), sleep(Duration::from_secs(flags.seconds)));
    if let Some(problem) = discovery.deaf() {
        eprintln!("{}", say("discover.deaf", &[("problem", &problem)]));
    }
    let answer = Answer {
        routers: discovery.found().into_iter().map(Found::from).collect(),
        gateway: gateway.map(FoundGateway::from),
        malformed: discovery.malformed(),
    };
    if flags.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        print!("{}", answer.table());
    }
    Ok(())
}

impl Answer {
    fn table(&self) -> String {
        let mut text = if self.routers.is_empty() {
            say("discover.nobody", &[]) + "\n"
        } else {
            let head = |key: &str| say(key, &[]);
            let heads = [head("discover.head-identity"), head("discover.head-address"), head("discover.head-model")];
            let mut rows = vec![[heads.to_vec(), vec!["ROUTEROS".to_owned()]].concat()];
            rows.extend(self.routers.iter().map(Found::row));
            columns::table(&rows)
        };
        if let Some(gateway) = &self.gateway {
            let known = self.routers.iter().any(|router| router.addresses.contains(&gateway.address.to_string()));
            let words = say(gateway.words(known), &[]);
            text += &format!("\n{}\n", say("discover.gateway", &[("address", &gateway.address), ("words", &words)]));
        }
        text
    }
}

impl Found {
    fn row(&self) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let address = self.addresses.first().cloned().unwrap_or_else(|| say("discover.no-address", &[]));
        // Behind the version stands the time of its build.
        let version = text(&self.version);
        let version = version.split(' ').next().unwrap_or_default().to_owned();
        vec![text(&self.identity), address, text(&self.board), version]
    }
}

impl FoundGateway {
    /// The text that says what is open there.
    fn words(&self, known: bool) -> &'static str {
        match (self.api, self.api_ssl) {
            (true, true) => "discover.api-both",
            (true, false) => "discover.api-plain",
            (false, true) => "discover.api-tls",
            (false, false) if known => "discover.api-off",
            (false, false) => "discover.api-none",
        }
    }
}

impl From<Neighbour> for Found {
    fn from(neighbour: Neighbour) -> Self {
        let mac = |mac: &[u8; 6]| mac.map(|byte| format!("{byte:02X}")).join(":");
        let addresses = neighbour.reachable().collect();
        Self {
            age_ms: u64::try_from(neighbour.heard.elapsed().as_millis()).unwrap_or(u64::MAX),
            macs: neighbour.macs.iter().map(mac).collect(),
            uptime_s: neighbour.uptime.map(|uptime| uptime.as_secs()),
            identity: neighbour.identity,
            board: neighbour.board,
            version: neighbour.version,
            platform: neighbour.platform,
            software_id: neighbour.software_id,
            addresses,
            interfaces: neighbour.interfaces,
        }
    }
}

impl From<Gateway> for FoundGateway {
    fn from(Gateway { address, api, api_ssl, .. }: Gateway) -> Self {
        Self { address, api, api_ssl }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Found {
        Found {
            identity: Some("RT-01".into()),
            board: None,
            version: Some("7.18.2 (stable) 2025-03-11 11:59:04".into()),
            platform: None,
            uptime_s: None,
            software_id: None,
            addresses: vec!["192.168.88.1".to_owned()],
            macs: Vec::new(),
            interfaces: Vec::new(),
            age_ms: 0,
        }
    }

    #[test]
    fn a_router_is_a_line_with_what_one_types_next() {
        let table = Answer { routers: vec![found()], gateway: None, malformed: 0 }.table();
        let line = table.lines().nth(1).unwrap();
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["RT-01", "192.168.88.1", "-", "7.18.2"]);
    }

    #[test]
    fn what_a_router_calls_itself_cannot_change_the_table() {
        let identity = Some("RT\u{202e}\u{200b}\n\u{1b}[2J".to_owned());
        let table = Answer { routers: vec![Found { identity, ..found() }], gateway: None, malformed: 0 }.table();
        assert_eq!(table.lines().count(), 2, "{table}");
        assert!(table.contains("RT⟦U+202E⟧⟦U+200B⟧⟦U+000A⟧⟦U+001B⟧[2J"), "{table}");
    }

    #[test]
    fn nobody_heard_is_explained() {
        let table = Answer { routers: Vec::new(), gateway: None, malformed: 0 }.table();
        assert!(table.contains("discovery-settings") && table.contains("--router"), "{table}");
    }

    #[test]
    fn a_gateway_that_is_a_known_router_with_its_api_off_gets_the_command() {
        let closed = |address: [u8; 4]| Some(FoundGateway { address: address.into(), api: false, api_ssl: false });
        let known = Answer { routers: vec![found()], gateway: closed([192, 168, 88, 1]), malformed: 0 }.table();
        assert!(known.contains("/ip service enable api"), "{known}");
        let other = Answer { routers: vec![found()], gateway: closed([10, 0, 0, 1]), malformed: 0 }.table();
        assert!(!other.contains("enable"), "{other}");
    }
}
