//! A router described by a JSON file: the format behind `lalin simulate --world`. The file only fills a [`Config`];
//! what the properties mean is documented there.

use serde::Deserialize;

use super::world_values::{Pairs, Text, Time};
use super::{Config, Fault, Group, InterfaceSpec, Login, LossRates, Menu, Row, Script, Traffic, User, Version};
use crate::Error;

impl Config {
    /// Reads a router from JSON; whatever is not in it is as in [`Config::default`]. `examples/world.json` of this
    /// crate shows every property.
    ///
    /// # Errors
    /// [`Error::World`] with the line and the column of what cannot be read.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let read = serde_json::from_str::<World>(text);
        let world = read.map_err(|error| {
            let (line, column) = (error.line(), error.column());
            // The place has fields of its own.
            let problem = error.to_string();
            let problem = problem.rsplit_once(" at line ").map_or(&*problem, |(problem, _)| problem).to_owned();
            Error::World { line, column, problem }
        })?;
        Ok(world.config())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct World {
    identity: Option<String>,
    version: Option<VersionName>,
    #[serde(default)]
    challenge_login: bool,
    max_sessions: Option<usize>,
    seed: Option<u64>,
    users: Option<Vec<WorldUser>>,
    #[serde(default)]
    groups: Vec<WorldGroup>,
    interfaces: Option<Vec<WorldInterface>>,
    #[serde(default)]
    menus: Pairs<Vec<WorldRow>>,
    #[serde(default)]
    replies: Vec<WorldReply>,
    #[serde(default)]
    faults: Vec<WorldFault>,
}

impl World {
    fn config(self) -> Config {
        let mut config = Config::default();
        if let Some(identity) = self.identity {
            config.identity = identity;
        }
        if let Some(version) = self.version {
            config.version = version.version();
        }
        if self.challenge_login {
            config.login = Login::Challenge;
        }
        config.max_sessions = self.max_sessions.unwrap_or(config.max_sessions);
        config.seed = self.seed.unwrap_or(config.seed);
        if let Some(users) = self.users {
            config.users = users.into_iter().map(WorldUser::user).collect();
        }
        for WorldGroup { name, policy } in self.groups {
            config = config.group(Group::new(name, policy));
        }
        if let Some(interfaces) = self.interfaces {
            config.interfaces = interfaces.into_iter().map(WorldInterface::spec).collect();
        }
        let menu = |(path, rows): (String, Vec<WorldRow>)| Menu::new(path, rows.into_iter().map(WorldRow::row));
        config.menus = self.menus.0.into_iter().map(menu).collect();
        config.scripts = self.replies.into_iter().map(WorldReply::script).collect();
        config.faults = self.faults.into_iter().map(WorldFault::fault).collect();
        config
    }
}

#[derive(Deserialize)]
enum VersionName {
    #[serde(rename = "6.42")]
    V6_42,
    #[serde(rename = "6.49")]
    V6_49,
    #[serde(rename = "7.9")]
    V7_9,
    #[serde(rename = "7.17")]
    V7_17,
    #[serde(rename = "7.18")]
    V7_18,
}

impl VersionName {
    fn version(self) -> Version {
        match self {
            Self::V6_42 => Version::V6_42,
            Self::V6_49 => Version::V6_49,
            Self::V7_9 => Version::V7_9,
            Self::V7_17 => Version::V7_17,
            Self::V7_18 => Version::V7_18,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldUser {
    name: String,
    #[serde(default)]
    password: String,
    group: Option<String>,
}

impl WorldUser {
    fn user(self) -> User {
        let user = User::new(self.name, self.password);
        match self.group {
            Some(group) => user.group(group),
            None => user,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldGroup {
    name: String,
    policy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldInterface {
    name: String,
    #[serde(rename = "type", default = "ether")]
    kind: String,
    comment: Option<String>,
    #[serde(default)]
    dynamic: bool,
    #[serde(default)]
    slave: bool,
    #[serde(default = "yes")]
    running: bool,
    #[serde(default)]
    disabled: bool,
    link: Option<String>,
    #[serde(default)]
    rx: WorldTraffic,
    #[serde(default)]
    tx: WorldTraffic,
    #[serde(default)]
    rx_bytes: u64,
    #[serde(default)]
    tx_bytes: u64,
    #[serde(default)]
    losses: WorldLosses,
}

fn ether() -> String {
    "ether".to_owned()
}

fn yes() -> bool {
    true
}

impl WorldInterface {
    fn spec(self) -> InterfaceSpec {
        let mut spec = InterfaceSpec::new(self.name, self.kind)
            .traffic(self.rx.traffic(), self.tx.traffic())
            .counters(self.rx_bytes, self.tx_bytes)
            .losses(self.losses.rates());
        spec.comment = self.comment.map(String::into_bytes);
        (spec.dynamic, spec.slave, spec.disabled) = (self.dynamic, self.slave, self.disabled);
        spec.running = self.running && !self.disabled;
        match self.link {
            Some(link) => spec.link(link),
            None => spec,
        }
    }
}

/// A number is a steady rate; bit/s everywhere.
#[derive(Deserialize)]
#[serde(untagged, expecting = "not a rate in bit/s, nor mean, amplitude and period, nor high, low, on and off")]
enum WorldTraffic {
    Constant(f64),
    Sine(Sine),
    Burst(Burst),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sine {
    mean: f64,
    amplitude: f64,
    period: Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Burst {
    high: f64,
    low: f64,
    on: Time,
    off: Time,
}

impl Default for WorldTraffic {
    fn default() -> Self {
        Self::Constant(0.0)
    }
}

impl WorldTraffic {
    fn traffic(self) -> Traffic {
        match self {
            Self::Constant(0.0) => Traffic::Idle,
            Self::Constant(bps) => Traffic::Constant { bps },
            Self::Sine(Sine { mean, amplitude, period }) => {
                Traffic::Sine { mean_bps: mean, amplitude_bps: amplitude, period: period.0 }
            }
            Self::Burst(Burst { high, low, on, off }) => {
                Traffic::Burst { high_bps: high, low_bps: low, on: on.0, off: off.0 }
            }
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WorldLosses {
    rx_errors: f64,
    tx_errors: f64,
    rx_drops: f64,
    tx_drops: f64,
    tx_queue_drops: f64,
}

impl WorldLosses {
    fn rates(self) -> LossRates {
        LossRates::default()
            .errors(self.rx_errors, self.tx_errors)
            .drops(self.rx_drops, self.tx_drops)
            .queue_drops(self.tx_queue_drops)
    }
}

/// A row of a menu: its properties in the order of the file.
#[derive(Deserialize)]
#[serde(transparent)]
struct WorldRow(Pairs<Text>);

impl WorldRow {
    fn row(self) -> Row {
        self.0.0.into_iter().fold(Row::new(), |row, (key, value)| row.with(key, value.0))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldReply {
    to: String,
    #[serde(default)]
    with: Vec<String>,
    times: Option<u32>,
    send: Vec<WorldStep>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum WorldStep {
    Row(WorldRow),
    Trap(String),
    Done(Option<String>),
    Fatal(String),
    Wait(Time),
}

impl WorldReply {
    fn script(self) -> Script {
        let mut script = self.with.into_iter().fold(Script::on(self.to), |script, word| script.with_word(word));
        if let Some(times) = self.times {
            script = script.times(times);
        }
        self.send.into_iter().fold(script, |script, step| match step {
            WorldStep::Row(row) => script.row(row.row()),
            WorldStep::Trap(message) => script.trap(message),
            WorldStep::Done(None) => script.done(),
            WorldStep::Done(Some(ret)) => script.done_with(ret),
            WorldStep::Fatal(reason) => script.fatal(reason),
            WorldStep::Wait(time) => script.wait(time.0),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WorldFault {
    Refuse,
    Silent,
    Delay(Time),
    SlowPrint(Time),
    Trickle(Time),
    HalfSentence,
    Reset,
    Cut,
    WrongPassword,
    NoPermission,
    SessionLimit(usize),
    Chunked(usize),
    Coalesced(Time),
    SlowCancel(Time),
    CancelLast,
    HostileLength,
    ControlByte,
    Fatal(String),
}

impl WorldFault {
    fn fault(self) -> Fault {
        match self {
            Self::Refuse => Fault::Refuse,
            Self::Silent => Fault::Silent,
            Self::Delay(time) => Fault::Delay(time.0),
            Self::SlowPrint(time) => Fault::SlowPrint(time.0),
            Self::Trickle(time) => Fault::Trickle(time.0),
            Self::HalfSentence => Fault::HalfSentence,
            Self::Reset => Fault::Reset,
            Self::Cut => Fault::Cut,
            Self::WrongPassword => Fault::WrongPassword,
            Self::NoPermission => Fault::NoPermission,
            Self::SessionLimit(most) => Fault::SessionLimit(most),
            Self::Chunked(size) => Fault::Chunked(size),
            Self::Coalesced(time) => Fault::Coalesced(time.0),
            Self::SlowCancel(time) => Fault::SlowCancel(time.0),
            Self::CancelLast => Fault::CancelLast,
            Self::HostileLength => Fault::HostileLength,
            Self::ControlByte => Fault::ControlByte,
            Self::Fatal(reason) => Fault::Fatal(reason),
        }
    }
}
