//! What is simulated: the router and its interfaces.

use std::time::Duration;

use crate::Traffic;

/// Which login the router speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// RouterOS 6.43 and later.
    #[default]
    Plain,
    /// Before 6.43.
    Challenge,
}

/// A simulated router.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who may log in.
    pub user: String,
    /// His password.
    pub password: String,
    /// `/system/identity`.
    pub identity: String,
    /// The login.
    pub login: Login,
    /// How many sessions may be open.
    pub max_sessions: usize,
    /// The interfaces, in order.
    pub interfaces: Vec<InterfaceSpec>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            user: "admin".into(),
            password: String::new(),
            identity: "MikroTik".into(),
            login: Login::default(),
            max_sessions: 20,
            interfaces: vec![InterfaceSpec::ether("ether1")],
        }
    }
}

/// One simulated interface.
#[derive(Clone, Debug)]
pub struct InterfaceSpec {
    /// The name, any bytes.
    pub name: Vec<u8>,
    /// RouterOS's word for the kind.
    pub kind: String,
    /// The comment, any bytes.
    pub comment: Option<Vec<u8>>,
    /// The router made it.
    pub dynamic: bool,
    /// The link is up.
    pub running: bool,
    /// Switched off.
    pub disabled: bool,
    /// What the router receives.
    pub rx: Traffic,
    /// What the router sends.
    pub tx: Traffic,
    /// The counters at the beginning, bytes.
    pub base: (u64, u64),
}

impl InterfaceSpec {
    fn new(name: impl Into<Vec<u8>>, kind: &str) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            comment: None,
            dynamic: false,
            running: true,
            disabled: false,
            rx: Traffic::Idle,
            tx: Traffic::Idle,
            base: (0, 0),
        }
    }

    /// A physical port.
    pub fn ether(name: impl Into<Vec<u8>>) -> Self {
        Self::new(name, "ether")
    }

    /// A customer's line, `<pppoe-USER>`.
    pub fn pppoe(user: &str) -> Self {
        Self { dynamic: true, ..Self::new(format!("<pppoe-{user}>"), "pppoe-in") }
    }

    /// Sets what flows.
    #[must_use]
    pub fn traffic(mut self, rx: Traffic, tx: Traffic) -> Self {
        (self.rx, self.tx) = (rx, tx);
        self
    }

    /// Sets the comment.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<Vec<u8>>) -> Self {
        self.comment = Some(comment.into());
        self
    }
}

impl Config {
    /// A small provider's router with `n` interfaces.
    pub fn demo(n: usize) -> Self {
        const NAMES: [&str; 16] = [
            "budi", "siti", "agus", "dewi", "joko", "rina", "wati", "eko", "putri", "hadi", "yuni", "slamet", "ani",
            "bayu", "lestari", "rudi",
        ];
        let wave = |mean: f64, part: f64, seconds: u64| Traffic::Sine {
            mean_bps: mean,
            amplitude_bps: mean * part,
            period: Duration::from_secs(seconds),
        };
        let mut interfaces = vec![
            InterfaceSpec::ether("ether1-WAN").comment("Uplink").traffic(wave(310e6, 0.4, 90), wave(52e6, 0.3, 70)),
            InterfaceSpec::ether("ether2-LAN").comment("Kantor").traffic(wave(9e6, 0.5, 40), wave(61e6, 0.5, 60)),
            InterfaceSpec { kind: "bridge".into(), ..InterfaceSpec::ether("bridge-warga") }
                .traffic(wave(20e6, 0.3, 55), wave(140e6, 0.4, 80)),
            InterfaceSpec { running: false, ..InterfaceSpec::ether("ether5") },
        ];
        for at in interfaces.len()..n {
            let name = NAMES[at % NAMES.len()];
            let user = if at < NAMES.len() { name.to_owned() } else { format!("{name}{}", at / NAMES.len()) };
            let size = 1.0 + (at * 7 % 11) as f64;
            let burst = |high: f64| Traffic::Burst {
                high_bps: high,
                low_bps: high / 20.0,
                on: Duration::from_secs(5 + at as u64 % 9),
                off: Duration::from_secs(4 + at as u64 % 13),
            };
            let line = InterfaceSpec::pppoe(&user);
            interfaces.push(match at % 3 {
                0 => line.traffic(burst(0.4e6 * size), burst(3e6 * size)),
                _ => line.traffic(wave(0.3e6 * size, 0.8, 30 + at as u64), wave(2.2e6 * size, 0.8, 25 + at as u64)),
            });
        }
        interfaces.truncate(n);
        Self { identity: "Kantor-Demo".into(), interfaces, ..Self::default() }
    }
}
