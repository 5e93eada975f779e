//! A monitor over scripted sources, with the API over it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::App;
use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use async_trait::async_trait;
use lalin_http::{Api, ApiSettings, StreamLimits};
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::{Counters, Failure, Interface, Phase, Reading, Row, Snapshot, Source, SourceError};
use tokio::time::Instant;

use crate::fake_admin::FakeAdmin;

/// Received on `ether1`, bit/s.
pub const RX_BPS: u64 = 100_000_000;
/// Counters begin past 2^53.
pub const BASE: u64 = (1 << 53) + 1;

/// A router with known traffic that can be made to fail or hang.
pub struct ScriptedSource {
    pub failure: Mutex<Option<SourceError>>,
    pub hang: Mutex<bool>,
    /// It never answers, and nobody limits its time.
    pub stuck: Mutex<bool>,
    pub comment: Mutex<&'static str>,
    /// The name of the first port.
    pub name: Mutex<&'static str>,
    pub down: Mutex<bool>,
    /// More ports, each with what it receives and sends, bit/s; `None`: it has no counters.
    pub ports: Mutex<Vec<Option<u64>>>,
    /// By how much the machine's wall clock is wrong, ms.
    pub clock_off_ms: Mutex<i64>,
    pub reads: AtomicUsize,
    begun: Instant,
}

impl ScriptedSource {
    pub fn fail(&self, reason: SourceError) {
        *self.failure.lock().unwrap() = Some(reason);
    }
}

#[async_trait]
impl Source for ScriptedSource {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if *self.stuck.lock().unwrap() {
            std::future::pending::<()>().await;
        }
        if *self.hang.lock().unwrap() {
            // As the time limit around every source does.
            let after = Duration::from_secs(3);
            tokio::time::sleep(after).await;
            return Err(SourceError::TimedOut { phase: Phase::Read, after }.into());
        }
        if let Some(reason) = self.failure.lock().unwrap().clone() {
            return Err(Failure { reason, attempt: 2, retry_at: Some(Instant::now() + Duration::from_millis(1_500)) });
        }
        let bytes =
            |bps: u64| BASE + u64::try_from(self.begun.elapsed().as_nanos() * u128::from(bps) / 8_000_000_000).unwrap();
        let mut ether1 = Interface::new("*2", *self.name.lock().unwrap(), "ether");
        ether1.comment = Some((*self.comment.lock().unwrap()).into());
        ether1.actual_mtu = Some(1500);
        ether1.mac_address = Some("0C:00:E6:1F:95:00".into());
        ether1.running = !*self.down.lock().unwrap();
        let mut counters = Counters::bytes(bytes(RX_BPS), bytes(RX_BPS / 10));
        counters.rx_drops = Some(3);
        let line = Interface { dynamic: true, ..Interface::new("*F00000", "<pppoe-budi>", "pppoe-in") };
        let mut rows = vec![
            Row::new(Arc::new(ether1), counters),
            Row::new(Arc::new(line), Counters::bytes(bytes(RX_BPS), bytes(RX_BPS / 10))),
        ];
        rows.extend(self.ports.lock().unwrap().iter().enumerate().map(|(at, port)| {
            let interface = Interface::new(&format!("*A{at}"), &format!("ether{}", at + 2), "ether");
            let counters = port.map_or_else(Counters::default, |bps| Counters::bytes(bytes(bps), bytes(bps)));
            Row::new(Arc::new(interface), counters)
        }));
        let unix_ms = 1_700_000_000_000 + u64::try_from(self.begun.elapsed().as_millis()).unwrap();
        let unix_ms = unix_ms.saturating_add_signed(*self.clock_off_ms.lock().unwrap());
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), unix_ms, rows))))
    }
}

/// The API over the routers it was given.
pub struct TestServer {
    pub api: Api,
    pub monitor: Arc<Monitor>,
    pub admin: Arc<FakeAdmin>,
}

impl TestServer {
    pub fn new() -> Self {
        Self::with_limits(StreamLimits::default())
    }

    pub fn with_limits(streams: StreamLimits) -> Self {
        Self::with_settings(ApiSettings { streams, ..ApiSettings::default() })
    }

    pub fn with_settings(settings: ApiSettings) -> Self {
        Self::over(Arc::new(Monitor::new(Settings::default())), settings)
    }

    /// The API over the routers of this monitor.
    pub fn over(monitor: Arc<Monitor>, settings: ApiSettings) -> Self {
        let admin = Arc::new(FakeAdmin::new(monitor.clone()));
        Self { api: Api::with_admin(monitor.clone(), settings, admin.clone()), monitor, admin }
    }

    pub fn router(&self, id: &str) -> Arc<ScriptedSource> {
        let script = Arc::new(ScriptedSource {
            failure: Mutex::default(),
            hang: Mutex::default(),
            stuck: Mutex::default(),
            comment: Mutex::new("uplink"),
            name: Mutex::new("ether1"),
            down: Mutex::default(),
            ports: Mutex::default(),
            clock_off_ms: Mutex::default(),
            reads: AtomicUsize::new(0),
            begun: Instant::now(),
        });
        self.monitor.add(id.parse().unwrap(), Label::new("Kantor", "192.0.2.1:8728"), script.clone());
        self.admin.know(id);
        script
    }

    /// Sends one request to an application of its own.
    pub async fn call(&self, request: TestRequest) -> ServiceResponse {
        let app = init_service(App::new().configure(self.api.routes())).await;
        call_service(&app, request.to_request()).await.map_into_boxed_body()
    }

    /// The status of an answer that may have no end.
    pub async fn get_status(&self, path: &str) -> u16 {
        self.call(TestRequest::get().uri(path)).await.status().as_u16()
    }

    /// Asks once; the answer's status, headers and body.
    pub async fn get(&self, path: &str) -> Answer {
        let response = self.call(TestRequest::get().uri(path)).await;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = read_body(response).await;
        Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() }
    }
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: actix_web::http::header::HeaderMap,
    pub body: serde_json::Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
