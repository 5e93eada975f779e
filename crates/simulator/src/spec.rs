//! What is simulated: one interface. How it lives on is `port`'s.

use crate::Traffic;

/// One simulated interface.
#[derive(Clone, Debug)]
pub struct InterfaceSpec {
    /// The name, in whatever code page.
    pub name: Vec<u8>,
    /// RouterOS's word for the kind: `ether`, `bridge`, `vlan`, `pppoe-in` ...
    pub kind: String,
    /// The comment, in whatever code page.
    pub comment: Option<Vec<u8>>,
    /// The router made it and takes it away by itself, as it does with a customer's line.
    pub dynamic: bool,
    /// It belongs to a bridge or a bond.
    pub slave: bool,
    /// The link is up.
    pub running: bool,
    /// Somebody switched it off.
    pub disabled: bool,
    /// How fast the link of a physical port is, as a router writes it.
    pub link: String,
    /// What the router receives.
    pub rx: Traffic,
    /// What the router sends.
    pub tx: Traffic,
    /// The counters at the beginning: bytes received and sent.
    pub base: (u64, u64),
}

impl InterfaceSpec {
    fn new(name: impl Into<Vec<u8>>, kind: &str) -> Self {
        Self {
            name: name.into(),
            kind: kind.to_owned(),
            comment: None,
            dynamic: false,
            slave: false,
            running: true,
            disabled: false,
            link: "1Gbps".to_owned(),
            rx: Traffic::Idle,
            tx: Traffic::Idle,
            base: (0, 0),
        }
    }

    /// A physical port.
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

    /// The line of the customer `user`: a dynamic `<pppoe-USER>`.
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

    /// Sets the counters at the beginning: bytes received and sent.
    #[must_use]
    pub fn counters(mut self, rx: u64, tx: u64) -> Self {
        self.base = (rx, tx);
        self
    }

    /// Sets how fast the link of a physical port is, such as `100Mbps`; at first it is `1Gbps`.
    #[must_use]
    pub fn link(mut self, rate: impl Into<String>) -> Self {
        self.link = rate.into();
        self
    }

    /// Without a link: nothing flows.
    #[must_use]
    pub fn down(mut self) -> Self {
        self.running = false;
        self
    }

    /// Switched off: nothing flows.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        (self.disabled, self.running) = (true, false);
        self
    }

    /// Made a port of a bridge.
    #[must_use]
    pub fn slave(mut self) -> Self {
        self.slave = true;
        self
    }
}
