//! The settings of one interface. How it changes while the router runs is in `interface`.

use std::time::Duration;

use crate::{LossRates, Traffic};

/// One simulated interface.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InterfaceSpec {
    /// The name, in any code page.
    pub name: Vec<u8>,
    /// The type in RouterOS's words: `ether`, `bridge`, `vlan`, `pppoe-in` ...
    pub kind: String,
    /// The comment, in any code page.
    pub comment: Option<Vec<u8>>,
    /// The router made it and removes it by itself, as it does with the interface of a customer who dials in.
    pub dynamic: bool,
    /// It belongs to a bridge or a bond.
    pub slave: bool,
    /// The link is up.
    pub running: bool,
    /// The interface is switched off.
    pub disabled: bool,
    /// The link rate of a physical interface, as a router writes it: `1Gbps`.
    pub link: String,
    /// What the router receives.
    pub rx: Traffic,
    /// What the router sends.
    pub tx: Traffic,
    /// The counters when the traffic began: bytes received and sent.
    pub base: (u64, u64),
    /// For how long the traffic has been flowing when the router starts.
    pub age: Duration,
    /// How fast errors and drops grow.
    pub losses: LossRates,
}

impl InterfaceSpec {
    /// An interface of any type, such as `wlan` or `loopback`.
    pub fn new(name: impl Into<Vec<u8>>, kind: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            comment: None,
            dynamic: false,
            slave: false,
            running: true,
            disabled: false,
            link: "1Gbps".to_owned(),
            rx: Traffic::Idle,
            tx: Traffic::Idle,
            base: (0, 0),
            age: Duration::ZERO,
            losses: LossRates::default(),
        }
    }

    /// A physical Ethernet port.
    pub fn ether(name: impl Into<Vec<u8>>) -> Self {
        Self::new(name, "ether")
    }

    /// A bridge.
    pub fn bridge(name: impl Into<Vec<u8>>) -> Self {
        Self::new(name, "bridge")
    }

    /// A VLAN.
    pub fn vlan(name: impl Into<Vec<u8>>) -> Self {
        Self::new(name, "vlan")
    }

    /// The interface of the customer `user` who has dialled in: a dynamic `<pppoe-USER>`.
    pub fn pppoe(user: impl AsRef<[u8]>) -> Self {
        let name = [b"<pppoe-", user.as_ref(), b">"].concat();
        Self { dynamic: true, ..Self::new(name, "pppoe-in") }
    }

    /// Sets what the router receives and sends.
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

    /// Sets for how long the traffic has been flowing when the router starts: the counters are those of then.
    #[must_use]
    pub fn age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// Sets the counters at the beginning: bytes received and sent.
    #[must_use]
    pub fn counters(mut self, rx: u64, tx: u64) -> Self {
        self.base = (rx, tx);
        self
    }

    /// Sets the link rate of a physical interface, such as `100Mbps`; without this it is `1Gbps`.
    #[must_use]
    pub fn link(mut self, rate: impl Into<String>) -> Self {
        self.link = rate.into();
        self
    }

    /// Sets how fast errors and drops grow.
    #[must_use]
    pub fn losses(mut self, losses: LossRates) -> Self {
        self.losses = losses;
        self
    }

    /// Takes the link down: nothing flows.
    #[must_use]
    pub fn down(mut self) -> Self {
        self.running = false;
        self
    }

    /// Switches the interface off: nothing flows.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        (self.disabled, self.running) = (true, false);
        self
    }

    /// Makes it a port of a bridge.
    #[must_use]
    pub fn slave(mut self) -> Self {
        self.slave = true;
        self
    }
}
