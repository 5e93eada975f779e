//! Alerts as the API sees them: what stands, what is past, who looks after it; rules and maintenance in force.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::FutureExt as _;
use lalin_alerts::outbox::TellsOf;
use lalin_alerts::{
    Acknowledged, Alert, Database, Engine, EngineSettings, Kind, Language, Maintenance, Rule, RuleForm, SharedStates,
    TargetForm, time_zone,
};
use lalin_history::{History, Zone};
use lalin_monitor::Monitor;
use lalin_store::{Store, StoredMaintenance};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::channels::Channels;
use super::driver::{Driver, Input};
use super::rehearsal::{Asked, Rehearsal, rehearse};
use super::together::Together;
use super::{facts, subscribers};
use crate::Fleet;
use crate::shared::Shared;

/// So many updates wait for the engine.
const QUEUE: usize = 1_024;

/// With what alerts begin.
pub struct AlertingStart {
    /// Where states and messages are kept.
    pub database: Database,
    /// The history, for quotas and percentiles.
    pub history: Option<Arc<History>>,
    /// How they are told of.
    pub settings: AlertingSettings,
    /// Where they are told; `None`: nowhere, as in a demonstration.
    pub channels: Option<Arc<Channels>>,
    /// What is shared where several machines watch; `None` on a machine alone.
    pub states: Option<Arc<dyn SharedStates>>,
}

/// How alerts are told of.
#[derive(Clone, Debug)]
pub struct AlertingSettings {
    /// The zone of quiet hours, quotas and the times in messages.
    pub zone: Zone,
    /// The language of what has none of its own.
    pub language: Language,
    /// The rules of the configuration file.
    pub file_rules: Vec<Rule>,
    /// The folder whose disk is watched.
    pub data_dir: Option<PathBuf>,
}

/// The alerts of all routers. Dropping it ends them.
pub struct Alerting {
    settings: AlertingSettings,
    shared: Arc<Shared>,
    database: Database,
    history: Option<Arc<History>>,
    store: Option<Store>,
    channels: Option<Arc<Channels>>,
    inputs: mpsc::Sender<Input>,
    active: watch::Receiver<Arc<Vec<Arc<Alert>>>>,
    rules: RwLock<Vec<Rule>>,
    maintenance: RwLock<Vec<StoredMaintenance>>,
    _driver: AbortOnDropHandle<()>,
    _subscribers: AbortOnDropHandle<()>,
}

impl fmt::Debug for Alerting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerting").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Alerting {
    /// Begins to watch by the rules of the file and those of the page, going on where the run before ended.
    ///
    /// # Errors
    /// Where what was kept cannot be read.
    pub async fn start(
        fleet: &Fleet,
        start: AlertingStart,
    ) -> Result<Arc<Self>, Box<dyn std::error::Error + Send + Sync>> {
        let AlertingStart { database, history, settings, channels, states } = start;
        let shared = fleet.0.clone();
        let (monitor, store) = (shared.monitor.clone(), shared.store.clone());
        if let Some(store) = store.as_ref().filter(|_| settings.file_rules.is_empty()) {
            let seeded = store.seed_alert_rules(usual_rules(settings.language)).await;
            match seeded {
                // A site's collector writes nothing, and without quorum nobody does: the rules are there already.
                Err(error) if states.is_some() => tracing::debug!(%error, "the usual rules are not put in here"),
                seeded => drop(seeded?),
            }
        }
        if let Some(states) = &states {
            // Whoever holds a router has what was kept of it, and tells it.
            database.let_go(None).await?;
            if let Some(channels) = &channels {
                channels.tell_only(tells_of(shared.monitor.clone(), states.clone()));
            }
        }
        let remembered = database.remembered().await?;
        let engine = Engine::new(EngineSettings { zone: time_zone(settings.zone.name()) }, remembered);
        let (inputs, waiting) = mpsc::channel(QUEUE);
        let (active_sender, active) = watch::channel(Arc::default());
        let (wanted, is_wanted) = watch::channel(false);
        let (turned, turns) = watch::channel(());
        let settled = channels.as_ref().map(|channels| channels.settled());
        let together = states.map(|states| Together::new(states, database.clone(), settled));
        let driver = Driver {
            shared: shared.clone(),
            engine,
            database: database.clone(),
            reader: history.as_ref().map(|history| history.reader()),
            active: active_sender,
            channels: channels.clone(),
            zone: settings.zone.name().to_owned(),
            data_dir: settings.data_dir.clone(),
            wanted,
            epoch: Instant::now(),
            published: None,
            together,
            turned,
            gone: Vec::new(),
        };
        let driver = AbortOnDropHandle::new(tokio::spawn(driver.run(waiting).boxed()));
        let follow = subscribers::follow(monitor, inputs.clone(), is_wanted, turns);
        let subscribers = AbortOnDropHandle::new(tokio::spawn(follow.boxed()));
        let this = Arc::new(Self {
            settings,
            shared,
            database,
            history,
            store,
            channels,
            inputs,
            active,
            rules: RwLock::default(),
            maintenance: RwLock::default(),
            _driver: driver,
            _subscribers: subscribers,
        });
        // Channels before rules: what fires at once has somewhere to go.
        this.reload_channels().await?;
        this.reload().await?;
        Ok(this)
    }

    /// Every alert that is not over, those that are not told yet too.
    pub fn active(&self) -> watch::Receiver<Arc<Vec<Arc<Alert>>>> {
        self.active.clone()
    }

    /// Where states and messages are kept.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The history, if there is one.
    pub fn history(&self) -> Option<&Arc<History>> {
        self.history.as_ref()
    }

    /// How alerts are told of.
    pub fn settings(&self) -> &AlertingSettings {
        &self.settings
    }

    /// The rules in force: those of the file, then those of the page.
    pub fn rules(&self) -> Vec<Rule> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The times of maintenance in force.
    pub fn maintenance(&self) -> Vec<StoredMaintenance> {
        self.maintenance.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Somebody looks after an alert, or with `None` no longer does. `None` where none of this id stands.
    pub async fn acknowledge(&self, id: &str, by: Option<Acknowledged>) -> Option<Alert> {
        let (answer, answered) = oneshot::channel();
        self.inputs.send(Input::Acknowledge(id.to_owned(), by, answer)).await.ok()?;
        answered.await.ok().flatten()
    }

    /// Where alerts are told; `None`: nowhere.
    pub fn channels(&self) -> Option<&Arc<Channels>> {
        self.channels.as_ref()
    }

    /// Takes in the channels that were changed in the store.
    ///
    /// # Errors
    /// Where they cannot be read; what was in force stays.
    pub async fn reload_channels(&self) -> Result<(), lalin_store::Error> {
        if let Some(channels) = &self.channels {
            let facts = channels.reload().await?;
            let _ = self.inputs.send(Input::Channels(facts)).await;
        }
        Ok(())
    }

    /// What a rule would have told in the last days.
    ///
    /// # Errors
    /// Why there is no answer, in words for whoever asks.
    pub async fn rehearse(&self, rule: Rule, days: i64, now_ms: i64) -> Result<Rehearsal, String> {
        let Some(history) = &self.history else { return Ok(Rehearsal::default()) };
        let lines = facts::lines(&self.shared).await.unwrap_or_default();
        let routers = facts::routers(&self.shared, &lines);
        let (reader, language) = (history.reader(), self.settings.language);
        let asked = Asked { rule, routers, days, now_ms, language };
        let answer = tokio::task::spawn_blocking(move || rehearse(&reader, &asked));
        answer.await.unwrap_or_else(|_| Err("the history failed".to_owned()))
    }

    /// Takes in what was changed in the store.
    ///
    /// # Errors
    /// Where it cannot be read; what was in force stays.
    pub async fn reload(&self) -> Result<(), lalin_store::Error> {
        let mut rules = self.settings.file_rules.clone();
        let mut maintenance = Vec::new();
        if let Some(store) = &self.store {
            for stored in store.alert_rules().await? {
                let id = stored.id.to_string();
                match RuleForm::read(&stored.body)
                    .and_then(|form| form.rule(&id, false).map_err(|error| error.to_string()))
                {
                    Ok(rule) => rules.push(rule),
                    Err(error) => tracing::warn!(rule = id, error, "a stored rule cannot be used"),
                }
            }
            maintenance = store.maintenance().await?;
        }
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules.clone();
        *self.maintenance.write().unwrap_or_else(PoisonError::into_inner) = maintenance.clone();
        let times = maintenance.into_iter().filter_map(|one| {
            // A router that there cannot be has no maintenance, and must not become everybody's.
            let router = one.router.map(|router| router.parse()).transpose().ok()?;
            Some(Maintenance { from_ms: one.from_ms, to_ms: one.to_ms, router })
        });
        let _ = self.inputs.send(Input::Maintenance(times.collect())).await;
        let _ = self.inputs.send(Input::Rules(rules)).await;
        Ok(())
    }
}

/// Whether a router's messages are sent here: it is held here, or nobody has it any more.
fn tells_of(monitor: Arc<Monitor>, states: Arc<dyn SharedStates>) -> TellsOf {
    Arc::new(move |router| {
        let Ok(router) = router.parse() else { return true };
        let found = monitor.get(&router);
        found.is_none_or(|found| !found.is_followed() && states.held(&router).is_some())
    })
}

/// What is watched before anybody made a rule.
fn usual_rules(language: Language) -> Vec<String> {
    let rule = |name: &str, kind, target, for_seconds| {
        let form = RuleForm { name: name.to_owned(), target, for_seconds: Some(for_seconds), ..RuleForm::of(kind) };
        form.written()
    };
    let all = TargetForm { all: Some(true), ..TargetForm::default() };
    let wan = TargetForm { wan: Some(true), ..TargetForm::default() };
    vec![
        rule(language.pick("Router tidak merespons", "Router does not answer"), Kind::RouterUnreachable, all, 180),
        rule(language.pick("Internet putus", "Internet down"), Kind::LineDown, wan, 10),
    ]
}
