//! The simulated router and what flows through it.

use routeros_simulator::{Config, Handle, InterfaceSpec, Simulator, TlsIdentity, Traffic, Usage};

/// A router on a loopback port, ended when dropped.
pub struct Router {
    simulator: Simulator,
    /// Changes it while it runs.
    pub handle: Handle,
}

impl Router {
    pub const PASSWORD: &'static str = "rahasia dapur";
    /// What `ether1` receives and sends, bit/s.
    pub const RX: f64 = 100e6;
    pub const TX: f64 = 10e6;
    /// What the customer's line receives from him and sends to him, bit/s.
    pub const PPPOE_RX: f64 = 2e6;
    pub const PPPOE_TX: f64 = 20e6;

    /// With the interfaces of [`Router::interfaces`].
    pub async fn start() -> Self {
        Self::with(Self::interfaces()).await
    }

    pub async fn with(interfaces: Vec<InterfaceSpec>) -> Self {
        Self::configured(Config::default().interfaces(interfaces)).await
    }

    /// Its API speaks TLS.
    pub async fn with_tls(identity: TlsIdentity) -> Self {
        Self::configured(Config::default().interfaces(Self::interfaces()).tls(identity)).await
    }

    /// At this address of this machine with the usual port. It has this user, but nobody knows the password yet.
    pub async fn waiting_for_its_user(address: &str, user: &str) -> Self {
        let config = Config::default().interfaces(Self::interfaces()).credentials(user, "not said yet");
        let address = format!("{address}:8728").parse().unwrap();
        let simulator = Simulator::start(config, address).await.unwrap();
        let handle = simulator.handle();
        Self { simulator, handle }
    }

    async fn configured(config: Config) -> Self {
        let config = config.password(Self::PASSWORD);
        let simulator = Simulator::start(config, ([127, 0, 0, 1], 0).into()).await.unwrap();
        let handle = simulator.handle();
        Self { simulator, handle }
    }

    /// A line to the world, one to the office, a silent one, two customers.
    pub fn interfaces() -> Vec<InterfaceSpec> {
        let constant = |bps| Traffic::Constant { bps };
        vec![
            InterfaceSpec::ether("ether1").traffic(constant(Self::RX), constant(Self::TX)).comment("WAN"),
            InterfaceSpec::ether("ether2").traffic(constant(5e6), constant(30e6)).comment("Kantor"),
            InterfaceSpec::ether("ether3"),
            InterfaceSpec::pppoe("budi").traffic(constant(Self::PPPOE_RX), constant(Self::PPPOE_TX)),
            InterfaceSpec::pppoe("siti").traffic(constant(1e6), constant(8e6)),
        ]
    }

    /// As `--router` wants it.
    pub fn login(&self) -> String {
        format!("admin@{}", self.simulator.addr().expect("it listens"))
    }

    /// What it was asked for so far.
    pub fn usage(&self) -> Usage {
        self.handle.usage()
    }
}
