//! The channels in force: those of the file and those of the page, built and handed to whoever sends.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lalin_alerts::channel::{
    Alertmanager, Channel, ChannelForm, ChannelSettings, FiringAlert, Heartbeat, Secrets, Transport, build,
};
use lalin_alerts::outbox::{ChannelCounters, ChannelState, Outbox, OutboxChannel, TellsOf, TestOutcome, WallClock};
use lalin_alerts::{Alert, ChannelFacts, Error, Language, describe, time_zone};
use lalin_store::Store;
use tokio::sync::watch;
use tokio::time::Instant;

/// A channel in force.
#[derive(Clone)]
pub struct AlertChannel {
    /// What it is found by.
    pub id: String,
    /// Whether it stands in the configuration file.
    pub from_file: bool,
    /// Its settings.
    pub form: ChannelForm,
    /// The names of its secrets that are set.
    pub secrets: Vec<String>,
    /// How it goes; `None` where it is switched off.
    pub counters: Option<ChannelCounters>,
}

/// What one is made of, to see whether it is still the same.
#[derive(Clone)]
struct Known {
    id: String,
    from_file: bool,
    form: ChannelForm,
    secrets: Secrets,
    /// Why it cannot be used.
    wrong: Option<String>,
}

/// What runs for a channel.
enum Running {
    Messages(Arc<dyn Channel>),
    Alertmanager(Alertmanager),
    Heartbeat(Heartbeat),
}

/// All channels. Dropping it ends them.
pub struct Channels {
    store: Option<Store>,
    from_file: Vec<(String, ChannelForm, Secrets)>,
    outbox: Outbox,
    transport: Transport,
    firing: watch::Sender<Arc<Vec<FiringAlert>>>,
    state: Mutex<State>,
    language: Language,
}

#[derive(Default)]
struct State {
    known: Vec<Known>,
    running: HashMap<String, (Fingerprint, Running)>,
}

/// The settings, and a number that is another one with other secrets.
type Fingerprint = (String, u64);

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channels").finish_non_exhaustive()
    }
}

impl Channels {
    /// Begins to send what the database holds.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn start(
        database: &Path,
        store: Option<Store>,
        from_file: Vec<(String, ChannelForm, Secrets)>,
        transport: Transport,
        language: Language,
    ) -> Result<Arc<Self>, Error> {
        let outbox = Outbox::start(database, WallClock::system())?;
        let firing = watch::Sender::new(Arc::default());
        Ok(Arc::new(Self { store, from_file, outbox, transport, firing, state: Mutex::default(), language }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Messages were queued.
    pub fn wake(&self) {
        self.outbox.wake();
    }

    /// Sends of routers only while this says so.
    pub(super) fn tell_only(&self, of: TellsOf) {
        self.outbox.tell_only(of);
    }

    /// Changes when it is known of a message what became of it.
    pub(super) fn settled(&self) -> watch::Receiver<u64> {
        self.outbox.settled()
    }

    /// Tells the dead man's switches that the alerts are watched, or why not.
    pub fn beat(&self, standing: Result<usize, String>) {
        let line = standing.map(|count| format!("{count} alerts stand"));
        for (_, running) in self.state().running.values() {
            if let Running::Heartbeat(heartbeat) = running {
                heartbeat.beat(line.as_ref().map(String::as_str).map_err(String::as_str));
            }
        }
    }

    /// Tells whoever is told states what stands.
    pub fn tell_states(&self, active: &[Arc<Alert>], zone: &str, now_ms: i64) {
        let zone = time_zone(zone);
        let standing = active.iter().filter(|alert| alert.is_standing() && alert.held_by.is_none());
        let firing = standing.map(|alert| {
            let words = alert.kind.word().split('-').map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            });
            FiringAlert {
                alertname: words.collect(),
                severity: alert.severity,
                router: alert.router.clone(),
                interface: alert.interface.as_deref().map(str::to_owned),
                rule: alert.rule_name.clone(),
                summary: alert.rule_name.clone(),
                description: describe(alert, self.language, &zone, now_ms),
                since_ms: alert.since_ms,
            }
        });
        self.firing.send_replace(Arc::new(firing.collect()));
    }

    /// Takes in what was changed in the store. Answers where alerts may be told.
    ///
    /// # Errors
    /// Where it cannot be read; what was in force stays.
    pub async fn reload(&self) -> Result<Vec<ChannelFacts>, lalin_store::Error> {
        let of_file = |(id, form, secrets): &(String, ChannelForm, Secrets)| Known {
            id: id.clone(),
            from_file: true,
            form: form.clone(),
            secrets: secrets.clone(),
            wrong: None,
        };
        let mut known: Vec<Known> = self.from_file.iter().map(of_file).collect();
        if let Some(store) = &self.store {
            for stored in store.alert_channels().await? {
                let Some(form) = ChannelForm::read(&stored.body) else {
                    tracing::warn!(channel = stored.id, "a stored channel cannot be read");
                    continue;
                };
                let mut secrets = Secrets::new();
                stored.secrets.iter().for_each(|(name, secret)| secrets.set(name.clone(), secret.as_str()));
                known.push(Known { id: stored.id.to_string(), from_file: false, form, secrets, wrong: None });
            }
        }
        Ok(self.apply(known))
    }

    fn apply(&self, mut known: Vec<Known>) -> Vec<ChannelFacts> {
        let mut state = self.state();
        let mut before = std::mem::take(&mut state.running);
        let (mut told, mut facts) = (Vec::new(), Vec::new());
        for one in known.iter_mut().filter(|one| one.form.enabled) {
            let fingerprint = fingerprint(&one.form, &one.secrets);
            let going_on = before.remove(&one.id).filter(|(old, _)| *old == fingerprint);
            let running = match going_on {
                Some((_, running)) => Ok(running),
                None => self.begin(&one.form, &one.secrets),
            };
            let language = one.form.language.unwrap_or(self.language);
            match running {
                Ok(running) => {
                    if let Running::Messages(channel) = &running {
                        let name = one.form.name.clone();
                        told.push(OutboxChannel { id: one.id.clone(), name, language, channel: channel.clone() });
                        facts.push(ChannelFacts { id: one.id.clone(), language });
                    }
                    state.running.insert(one.id.clone(), (fingerprint, running));
                }
                Err(error) => {
                    tracing::warn!(channel = one.id, %error, "a channel cannot be used");
                    one.wrong = Some(error.to_string());
                }
            }
        }
        state.known = known;
        self.outbox.set_channels(told);
        facts
    }

    fn begin(&self, form: &ChannelForm, secrets: &Secrets) -> Result<Running, Error> {
        match form.parsed()? {
            None => {
                let url = secrets.get("url").ok_or_else(|| Error::Channel("url: is missing".into()))?;
                Ok(Running::Heartbeat(Heartbeat::start(url, &self.transport)?))
            }
            Some(ChannelSettings::Alertmanager(settings)) => {
                let firing = self.firing.subscribe();
                Ok(Running::Alertmanager(Alertmanager::start(&settings, secrets, &self.transport, firing)?))
            }
            Some(settings) => Ok(Running::Messages(build(&settings, secrets, &self.transport)?)),
        }
    }

    /// Checks whether these make a channel, with the secrets that the channel of this id has already.
    ///
    /// # Errors
    /// [`Error::Channel`], in words for whoever filled them in.
    pub fn check(&self, id: Option<&str>, form: &ChannelForm, new: &Secrets) -> Result<(), Error> {
        let before = id.and_then(|id| self.state().known.iter().find(|one| one.id == id).cloned());
        let mut secrets = before.map(|one| one.secrets).unwrap_or_default();
        new.iter().for_each(|(name, secret)| secrets.set(name, secret));
        self.begin(form, &secrets).map(drop)
    }

    /// Every channel.
    pub fn all(&self) -> Vec<AlertChannel> {
        let counters = self.outbox.counters();
        let state = self.state();
        let view = |one: &Known| {
            let counted = counters.iter().find(|counted| counted.id == one.id).cloned();
            let running = state.running.get(&one.id).map(|(_, running)| running);
            let empty = || ChannelCounters {
                id: one.id.clone(),
                sent: 0,
                failed: 0,
                lost: 0,
                waiting: 0,
                state: ChannelState::Working,
            };
            let counters = match (running, &one.wrong) {
                (_, Some(why)) => {
                    Some(ChannelCounters { state: ChannelState::Stopped { why: why.clone() }, ..empty() })
                }
                (Some(Running::Alertmanager(alertmanager)), _) => {
                    let told = alertmanager.state();
                    let state = match told.why {
                        Some(why) => ChannelState::Waiting { until_ms: 0, why },
                        None => ChannelState::Working,
                    };
                    Some(ChannelCounters {
                        sent: told.synced,
                        failed: told.failed,
                        lost: told.refused,
                        state,
                        ..empty()
                    })
                }
                (Some(_), _) => Some(counted.unwrap_or_else(empty)),
                (None, _) => None,
            };
            AlertChannel {
                id: one.id.clone(),
                from_file: one.from_file,
                form: one.form.clone(),
                secrets: one.secrets.names().map(str::to_owned).collect(),
                counters,
            }
        };
        state.known.iter().map(view).collect()
    }

    /// Sends a test. `None` where there is no such channel, or it is switched off.
    ///
    /// # Errors
    /// [`Error::Ended`].
    pub async fn test(&self, id: &str) -> Result<Option<TestOutcome>, Error> {
        enum By {
            Messages,
            States(Alertmanager),
            Beat,
        }
        let known = self.state().known.iter().find(|one| one.id == id).cloned();
        let Some(known) = known.filter(|one| one.form.enabled) else { return Ok(None) };
        // One of its own, so that nothing is locked while it is waited for.
        let by = match self.begin(&known.form, &known.secrets) {
            Ok(Running::Messages(_)) => By::Messages,
            Ok(Running::Alertmanager(alertmanager)) => By::States(alertmanager),
            Ok(Running::Heartbeat(_)) => By::Beat,
            Err(error) => return Ok(Some(outcome(false, error.to_string(), Instant::now()))),
        };
        let begun = Instant::now();
        Ok(Some(match by {
            By::Messages => self.outbox.send_test(id).await?,
            By::States(alertmanager) => match alertmanager.send_test().await {
                Ok(answer) => outcome(true, answer, begun),
                Err(error) => outcome(false, error.to_string(), begun),
            },
            By::Beat => outcome(true, "it is told once a minute; look there whether it arrives".to_owned(), begun),
        }))
    }
}

fn outcome(ok: bool, answer: String, begun: Instant) -> TestOutcome {
    TestOutcome { ok, status: None, answer, took: begun.elapsed() }
}

fn fingerprint(form: &ChannelForm, secrets: &Secrets) -> Fingerprint {
    let mut hasher = DefaultHasher::new();
    secrets.iter().for_each(|secret| secret.hash(&mut hasher));
    (form.written(), hasher.finish())
}
