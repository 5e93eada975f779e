//! The administration of the routers without a router: a list in memory, and all that was asked of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lalin_fleet::{
    Discovered, Error, KnownRouter, Neighbour, Outcome, Report, RouterAdmin, RouterChange, RouterSettings, Step,
    StepKind, SystemInfo, Wan,
};
use lalin_monitor::Monitor;
use lalin_stats::{RouterId, SourceError};
use tokio::time::Instant;

/// Administers the routers of the test's world.
#[derive(Debug)]
pub struct FakeAdmin {
    monitor: Arc<Monitor>,
    known: Mutex<Vec<KnownRouter>>,
    /// What was asked, in words.
    pub asked: Mutex<Vec<String>>,
    /// The ways to the internet.
    pub wans: Mutex<HashMap<RouterId, Arc<Wan>>>,
}

impl FakeAdmin {
    pub fn new(monitor: Arc<Monitor>) -> Self {
        Self { monitor, known: Mutex::default(), asked: Mutex::default(), wans: Mutex::default() }
    }

    /// Knows a router of the configuration.
    pub fn know(&self, id: &str) {
        let mut info = SystemInfo::default();
        (info.identity, info.cpu_percent, info.sessions) = (Some("gw-identity".into()), Some(7), Some(3));
        let settings = RouterSettings {
            name: Some("Kantor".into()),
            tags: vec!["pusat".into()],
            notes: "notes-of-pop".into(),
            ..RouterSettings::new(id.parse().unwrap(), "192.0.2.1", 8728, "lalin-user")
        };
        self.known.lock().unwrap().push(KnownRouter {
            settings,
            system_info: Some(info),
            wan: Arc::default(),
            collector: None,
        });
    }

    fn say(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }
}

#[async_trait]
impl RouterAdmin for FakeAdmin {
    fn routers(&self) -> Vec<KnownRouter> {
        self.known.lock().unwrap().clone()
    }

    fn router(&self, id: &RouterId) -> Option<KnownRouter> {
        self.known.lock().unwrap().iter().find(|known| known.settings.id == *id).cloned()
    }

    fn wan(&self, id: &RouterId) -> Option<Arc<Wan>> {
        self.wans.lock().unwrap().get(id).cloned()
    }

    fn refresh_system_info(&self) {
        self.say("refresh".into());
    }

    async fn add(&self, change: RouterChange) -> Result<RouterId, Error> {
        let address = change.address.clone().ok_or(Error::Field { field: "address", detail: "is needed".into() })?;
        self.say(format!("add {change:?} {address}"));
        self.know("baru");
        Ok("baru".parse().unwrap())
    }

    async fn change(&self, id: &RouterId, change: RouterChange) -> Result<(), Error> {
        self.say(format!("change {id} {:?}", change.enabled));
        if id.as_str() == "baru" { Ok(()) } else { Err(Error::NotEditable(id.clone())) }
    }

    async fn remove(&self, id: &RouterId) -> Result<(), Error> {
        self.monitor.remove(id);
        let mut known = self.known.lock().unwrap();
        let before = known.len();
        known.retain(|known| known.settings.id != *id);
        if known.len() < before { Ok(()) } else { Err(Error::Unknown(id.clone())) }
    }

    fn retry(&self, id: &RouterId) -> bool {
        self.say(format!("retry {id}"));
        self.router(id).is_some()
    }

    async fn check(&self, of: Option<&RouterId>, _: RouterChange) -> Result<Report, Error> {
        self.say(format!("check {of:?}"));
        let step = |kind, outcome| Step::new(kind, outcome, Duration::from_millis(12));
        let reason = SourceError::WrongCredentials { detail: "cannot log in".into() };
        Ok(Report::of(vec![
            step(StepKind::Reach, Outcome::Passed { note: None }),
            step(StepKind::Policy, Outcome::Passed { note: Some("it may write".into()) }),
            step(StepKind::Login, Outcome::Failed(reason)),
            step(StepKind::Version, Outcome::Skipped),
        ]))
    }

    fn discovered(&self) -> Discovered {
        let mut heard = Neighbour::new(Instant::now());
        (heard.identity, heard.addresses) = (Some("gw".into()), vec![[192, 0, 2, 1].into()]);
        Discovered { listening: true, neighbours: vec![heard], ..Discovered::default() }
    }

    fn setup_script(&self, user: &str, from: Option<IpAddr>, tls: bool) -> String {
        format!("/user add name={user} {from:?} {tls}")
    }
}
