//! What a router tells of itself, on its way from the machine that asks it to another one. Unknown fields are ignored and
//! absent ones are not known, so that neighbours of two versions understand each other.

use std::time::Duration;

use lalin_fleet::{About, SystemInfo};
use lalin_stats::InterfaceId;
use serde::{Deserialize, Serialize};

/// As it travels.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    identity: Option<String>,
    board: Option<String>,
    version: Option<String>,
    architecture: Option<String>,
    uptime_s: Option<u64>,
    cpu_percent: Option<u8>,
    memory_used: Option<u64>,
    memory_total: Option<u64>,
    sessions: Option<u64>,
    clock: Option<u64>,
    gateways: Option<Vec<String>>,
}

impl Told {
    /// What a router tells of itself; where its default routes go is not among it.
    pub(super) fn of(info: SystemInfo) -> Self {
        Self {
            identity: info.identity,
            board: info.board,
            version: info.version,
            architecture: info.architecture,
            uptime_s: info.uptime.map(|uptime| uptime.as_secs()),
            cpu_percent: info.cpu_percent,
            memory_used: info.memory_used,
            memory_total: info.memory_total,
            sessions: info.sessions,
            clock: info.clock,
            gateways: None,
        }
    }

    /// The same back.
    pub(super) fn info(self) -> SystemInfo {
        let mut info = SystemInfo::default();
        info.identity = self.identity;
        info.board = self.board;
        info.version = self.version;
        info.architecture = self.architecture;
        info.uptime = self.uptime_s.map(Duration::from_secs);
        info.cpu_percent = self.cpu_percent;
        info.memory_used = self.memory_used;
        info.memory_total = self.memory_total;
        info.sessions = self.sessions;
        info.clock = self.clock;
        info
    }
}

/// As bytes.
pub(super) fn written(about: About) -> Result<Vec<u8>, String> {
    let About { system_info: info, gateways } = about;
    let gateways = gateways.map(|ids| ids.iter().map(|id| id.as_str().to_owned()).collect());
    serde_json::to_vec(&Told { gateways, ..Told::of(info) }).map_err(|error| error.to_string())
}

/// From bytes.
pub(super) fn read(bytes: &[u8]) -> Result<About, String> {
    let mut told: Told = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let gateways = told.gateways.take();
    let gateways = gateways.map(|ids| ids.iter().map(|id| InterfaceId::from(id.as_str())).collect());
    Ok(About { system_info: told.info(), gateways })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_a_router_tells_is_the_same_on_the_other_machine_and_a_version_that_says_more_is_understood() {
        let mut info = SystemInfo::default();
        (info.board, info.uptime, info.sessions) = (Some("CHR".into()), Some(Duration::from_secs(90)), Some(7));
        let about = About { system_info: info, gateways: Some([InterfaceId::from("*1")].into()) };
        assert_eq!(read(&written(about.clone()).unwrap()), Ok(about));
        let more = read(br#"{"board":"CHR","moon":1}"#).unwrap();
        assert_eq!((more.system_info.board.as_deref(), more.gateways), (Some("CHR"), None));
        assert!(read(b"{").is_err());
    }
}
