//! A source on a simulated router, in memory, that counts the attempts to connect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use lalin_mikrotik::{RouterSource, Settings};
use lalin_stats::{Failure, Reading, Source};
use routeros::Client;
use routeros_simulator::{Config, Handle, InterfaceSpec, Simulator, Traffic};
use tokio::time::{Instant, sleep, timeout};

pub const SECOND: Duration = Duration::from_secs(1);
pub const USER: &str = "lalin";
pub const PASSWORD: &str = "rahasia";

pub struct Rig {
    pub router: Arc<RouterSource>,
    pub handle: Handle,
    attempts: Arc<AtomicUsize>,
}

/// A router with one port at 100 Mbit/s and one customer's line.
pub fn config() -> Config {
    Config::default().credentials(USER, PASSWORD).interfaces([
        InterfaceSpec::ether("ether1").traffic(Traffic::Constant { bps: 1e8 }, Traffic::Idle).comment("WAN"),
        InterfaceSpec::pppoe("budi"),
    ])
}

/// Settings with the right user and password.
pub fn settings() -> Settings {
    Settings::new("router", 8728, USER, PASSWORD)
}

impl Rig {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self::of(settings, config())
    }

    pub fn of(settings: Settings, config: Config) -> Self {
        let attempts = Arc::<AtomicUsize>::default();
        let simulator = Simulator::in_memory(config);
        let handle = simulator.handle();
        let (wanted, counted) = (settings.clone(), attempts.clone());
        let connect = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let (stream, settings) = (simulator.connect(), wanted.clone());
            async move { Client::login(stream, &settings.credentials, &settings.options()).await }
        };
        // The tests' clock is paused and leaps; the wall clock goes with it.
        let (wall, began) = (SystemTime::now(), Instant::now());
        let router = RouterSource::with_connector(&settings, connect).with_wall_clock(move || wall + began.elapsed());
        Self { router: Arc::new(router), handle, attempts }
    }

    /// Attempts to connect so far.
    pub fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    /// A read as the server makes it: given up after 3 s, which is `None`.
    pub async fn read(&self) -> Option<Result<Reading, Failure>> {
        timeout(3 * SECOND, self.router.read()).await.ok()
    }

    /// A read that must succeed.
    pub async fn good(&self) -> Reading {
        self.read().await.expect("in time").expect("an answer")
    }

    /// A read that must fail.
    pub async fn failure(&self) -> Failure {
        self.read().await.expect("in time").expect_err("a failure")
    }

    /// Reads every two seconds, as somebody who watches does, for so long.
    pub async fn watch(&self, duration: Duration) {
        let end = Instant::now() + duration;
        while Instant::now() < end {
            let next = Instant::now() + 2 * SECOND;
            let _ = self.read().await;
            tokio::time::sleep_until(next).await;
        }
    }

    /// Reads every half second until one succeeds; the time it took.
    pub async fn recovery(&self, limit: Duration) -> Duration {
        let began = Instant::now();
        while !matches!(self.read().await, Some(Ok(_))) {
            assert!(began.elapsed() < limit, "no good read within {limit:?}");
            sleep(SECOND / 2).await;
        }
        began.elapsed()
    }
}
