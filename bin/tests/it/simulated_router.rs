//! A simulated router for tests that are not asynchronous themselves: it runs in a runtime of its own until it is
//! dropped.

use std::ops::Deref;

use routeros_simulator::{Config, Simulator};
use tokio::runtime::{Builder, Runtime};

pub struct SimulatedRouter {
    runtime: Runtime,
    simulator: Simulator,
}

impl SimulatedRouter {
    /// At a free port of the loopback.
    pub fn start(config: Config) -> Self {
        Self::start_at(config, "127.0.0.1:0")
    }

    pub fn start_at(config: Config, address: &str) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let simulator = runtime.block_on(Simulator::start(config, address.parse().unwrap())).unwrap();
        Self { runtime, simulator }
    }

    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

impl Deref for SimulatedRouter {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}
