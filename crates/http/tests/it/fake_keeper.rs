//! Who keeps the routers, as the API needs it: in memory, with all that was asked of it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lalin_http::{About, Checked, Discovered, Form, Keeper, KeeperError, Kept, Neighbour, Outcome, Source, Step};
use lalin_monitor::Monitor;
use lalin_stats::{RouterId, SourceError};

/// Keeps what the world has.
#[derive(Debug)]
pub struct FakeKeeper {
    monitor: Arc<Monitor>,
    kept: Mutex<Vec<Kept>>,
    /// What was asked, in words.
    pub asked: Mutex<Vec<String>>,
}

impl FakeKeeper {
    pub fn new(monitor: Arc<Monitor>) -> Self {
        Self { monitor, kept: Mutex::default(), asked: Mutex::default() }
    }

    /// Knows a router of the configuration.
    pub fn keep(&self, id: &str) {
        self.kept.lock().unwrap().push(Kept {
            id: id.parse().unwrap(),
            name: "Kantor".into(),
            host: "192.0.2.1".into(),
            port: 8728,
            user: "lalin-user".into(),
            tls: "off".into(),
            interval: Duration::from_secs(2),
            tags: vec!["pusat".into()],
            notes: "notes-of-pop".into(),
            enabled: true,
            source: Source::File,
            about: Some(About {
                identity: Some("gw-identity".into()),
                cpu_percent: Some(7),
                sessions: Some(3),
                ..About::default()
            }),
        });
    }

    fn say(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }
}

#[async_trait]
impl Keeper for FakeKeeper {
    fn routers(&self) -> Vec<Kept> {
        self.kept.lock().unwrap().clone()
    }

    fn router(&self, id: &RouterId) -> Option<Kept> {
        self.kept.lock().unwrap().iter().find(|kept| kept.id == *id).cloned()
    }

    fn look(&self) {
        self.say("look".into());
    }

    async fn add(&self, form: Form) -> Result<RouterId, KeeperError> {
        let address =
            form.address.clone().ok_or(KeeperError::Field { field: "address", detail: "is needed".into() })?;
        self.say(format!("add {form:?} {address}"));
        self.keep("baru");
        Ok("baru".parse().unwrap())
    }

    async fn change(&self, id: &RouterId, form: Form) -> Result<(), KeeperError> {
        self.say(format!("change {id} {:?}", form.enabled));
        if id.as_str() == "baru" { Ok(()) } else { Err(KeeperError::NotEditable(id.clone())) }
    }

    async fn remove(&self, id: &RouterId) -> Result<(), KeeperError> {
        self.monitor.remove(id);
        let mut kept = self.kept.lock().unwrap();
        let before = kept.len();
        kept.retain(|kept| kept.id != *id);
        if kept.len() < before { Ok(()) } else { Err(KeeperError::Unknown(id.clone())) }
    }

    fn retry(&self, id: &RouterId) -> bool {
        self.say(format!("retry {id}"));
        self.router(id).is_some()
    }

    async fn check(&self, of: Option<&RouterId>, _: Form) -> Result<Checked, KeeperError> {
        self.say(format!("check {of:?}"));
        let step = |code, outcome| Step { code, outcome, took: Duration::from_millis(12) };
        Ok(Checked {
            steps: vec![
                step("reach", Outcome::Passed(None)),
                step("policy", Outcome::Passed(Some("it may write".into()))),
                step("login", Outcome::Failed(SourceError::WrongCredentials { detail: "cannot log in".into() })),
                step("version", Outcome::Skipped),
            ],
            ..Checked::default()
        })
    }

    fn discovered(&self) -> Discovered {
        let heard = Neighbour {
            address: "192.0.2.1".into(),
            addresses: vec!["192.0.2.1".into()],
            identity: Some("gw".into()),
            board: None,
            version: None,
            mac: None,
            interface: None,
            age_ms: 5,
        };
        Discovered { listening: true, problem: None, neighbours: vec![heard], gateway: None }
    }

    fn setup_script(&self, user: &str, from: Option<IpAddr>, tls: bool) -> String {
        format!("/user add name={user} {from:?} {tls}")
    }
}
