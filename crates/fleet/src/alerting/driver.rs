//! The task that has the engine: it hands in updates and the time, and has written what comes out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use lalin_alerts::{
    Acknowledged, Alert, Batch, ChannelFacts, Database, DiskFacts, Engine, Kind, Maintenance, Moment, News,
    RouterFacts, Rule, UsageFacts,
};
use lalin_history::Reader;
use lalin_monitor::Update;
use lalin_stats::RouterId;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::channels::Channels;
use super::facts::{self, LinesOfRouters};
use super::keeping::{self, Outcome};
use super::together::{Came, Together};
use super::usage;
use crate::shared::Shared;

/// What reaches the engine.
pub(super) enum Input {
    Update(RouterId, Update),
    Rules(Vec<Rule>),
    Channels(Vec<ChannelFacts>),
    Maintenance(Vec<Maintenance>),
    Acknowledge(String, Option<Acknowledged>, oneshot::Sender<Option<Alert>>),
}

/// Routers, their names and their lines' settings are looked at this often, passes.
const LOOK_EVERY: u64 = 5;
/// What is asked of routers, the history and the disk is asked this often, passes.
const ASK_EVERY: u64 = 60;
/// What stands is published this often at most; where there is much of it, once a second.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);
const MUCH: usize = 500;
/// After a failure it is written again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The engine and what is around it.
pub(super) struct Driver {
    pub(super) shared: Arc<Shared>,
    pub(super) engine: Engine,
    pub(super) database: Database,
    pub(super) reader: Option<Reader>,
    pub(super) active: watch::Sender<Arc<Vec<Arc<Alert>>>>,
    pub(super) channels: Option<Arc<Channels>>,
    /// The name of the zone of the times in messages.
    pub(super) zone: String,
    /// The folder whose disk is watched.
    pub(super) data_dir: Option<PathBuf>,
    /// Whether samples are wanted.
    pub(super) wanted: watch::Sender<bool>,
    pub(super) epoch: Instant,
    /// When what stands was published last; `None`: it is to be published at once.
    pub(super) published: Option<Instant>,
    /// Where several machines watch.
    pub(super) together: Option<Together>,
    /// Tells whoever hands samples on that other routers are asked here now.
    pub(super) turned: watch::Sender<()>,
    /// Routers that another machine has now, and of which the database knows still.
    pub(super) gone: Vec<RouterId>,
}

/// Whether messages were among it, and what became of what is shared.
struct Written {
    result: Result<bool, (Batch, lalin_alerts::Error)>,
    outcome: Option<Outcome>,
}
/// What lines used, and what is left of the disk.
type Answers = (Vec<UsageFacts>, Option<DiskFacts>);

impl Driver {
    /// Runs until nobody sends any more.
    pub(super) async fn run(mut self, mut inputs: mpsc::Receiver<Input>) {
        let mut passes = interval(Duration::from_secs(1));
        passes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pass = 0_u64;
        let mut lines = LinesOfRouters::new();
        let mut told = None;
        let mut writing: Option<JoinHandle<Written>> = None;
        let mut asking: Option<JoinHandle<Answers>> = None;
        let mut retry_at: Option<Instant> = None;
        let mut failing: Option<String> = None;
        loop {
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(input) => self.take(input),
                    None => break,
                },
                _ = passes.tick() => {
                    if pass.is_multiple_of(LOOK_EVERY) {
                        if pass.is_multiple_of(ASK_EVERY) {
                            lines = facts::lines(&self.shared).await.unwrap_or(lines);
                            facts::ask_routers(&self.shared, self.engine.rules());
                            asking = asking.or_else(|| self.ask(&lines));
                        }
                        self.engine.set_routers(self.routers(&lines), self.now());
                        let asked = Instant::now();
                        for (router, facts) in facts::told_since(&self.shared, told) {
                            self.engine.system(&router, facts, self.now());
                        }
                        told = Some(asked);
                    }
                    pass += 1;
                    self.look();
                    self.engine.pass(self.now());
                    self.publish();
                    let standing = self.active.borrow().iter().filter(|alert| alert.is_standing()).count();
                    let speaks = self.together.as_ref().is_none_or(|together| together.states.speaks());
                    if let Some(channels) = self.channels.as_ref().filter(|_| speaks) {
                        channels.beat(failing.clone().map_or(Ok(standing), Err));
                    }
                }
                came = came(&mut self.together) => self.came(came, &lines),
                written = done(&mut writing) => {
                    writing = None;
                    failing = self.settled(written);
                    retry_at = failing.is_some().then(|| Instant::now() + RETRY_AFTER);
                }
                answers = done(&mut asking) => {
                    asking = None;
                    let (used, disk) = answers.unwrap_or_default();
                    self.engine.usage(&used, self.now());
                    if let Some(disk) = disk {
                        self.engine.disk(disk, self.now());
                    }
                }
            }
            let rested = retry_at.is_none_or(|at| Instant::now() >= at);
            let waits = !self.gone.is_empty() || self.together.as_ref().is_some_and(Together::is_changed);
            if writing.is_none() && rested && (waits || !self.engine.is_written()) {
                writing = Some(self.write());
            }
            self.publish();
        }
        // What was decided is written before the end.
        if let Some(writing) = writing {
            let _ = writing.await;
        }
        if !self.engine.is_written() {
            let _ = self.write().await;
        }
    }

    fn take(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Update(_, Update::Tick(frame)) => self.engine.tick(&frame, now),
            Input::Update(router, Update::State(status)) => {
                let interval = u64::try_from(status.interval.as_millis()).unwrap_or(u64::MAX);
                self.engine.state(&router, &status.state, interval, now);
            }
            Input::Update(_, Update::Window(_)) => {}
            Input::Rules(rules) => {
                let is_wanted = rules.iter().any(|rule| rule.enabled);
                self.engine.set_rules(rules, now);
                self.wanted.send_if_modified(|wanted| std::mem::replace(wanted, is_wanted) != is_wanted);
            }
            Input::Channels(channels) => self.engine.set_channels(channels),
            Input::Maintenance(maintenance) => self.engine.set_maintenance(maintenance),
            Input::Acknowledge(id, by, answer) => {
                self.published = None;
                match (self.engine.acknowledge(&id, by.clone()), &mut self.together) {
                    (None, Some(together)) => together.acknowledge(&id, by, answer),
                    (alert, _) => drop(answer.send(alert)),
                }
            }
        }
    }

    /// The routers that are judged here.
    fn routers(&self, lines: &LinesOfRouters) -> Vec<RouterFacts> {
        let mut routers = facts::routers(&self.shared, lines);
        if let Some(together) = &self.together {
            routers.retain(|router| together.judges(&router.id));
        }
        routers
    }

    /// Lets go of routers that another machine has now, and begins with those that this one has.
    fn look(&mut self) {
        let Some(together) = &mut self.together else { return };
        together.ask();
        let gone = together.look(&self.shared.monitor);
        if !gone.is_empty() {
            self.turned.send_replace(());
        }
        // A router that nobody has any more ends with the next look at all of them, as on a machine alone.
        for (router, _) in gone.into_iter().filter(|(_, for_all)| !for_all) {
            together.let_go(&router, &mut self.engine);
            self.gone.push(router);
        }
    }

    /// What comes from other machines.
    fn came(&mut self, came: Came, lines: &LinesOfRouters) {
        let Some(together) = &mut self.together else { return };
        match came {
            Came::Loaded(loaded) => {
                let router = self.shared.monitor.get(loaded.router()).filter(|router| !router.is_followed());
                let facts = router.map(|router| facts::of_router(&self.shared, lines, &router));
                if together.take_up(loaded, &mut self.engine, facts) {
                    self.turned.send_replace(());
                }
            }
            Came::News(News::Kept { router, kept }) => {
                let ended = together.heard(&router, *kept);
                together.remember(ended);
            }
            Came::News(News::Acknowledge { id, by, answer }) => {
                self.published = None;
                drop(answer.send(self.engine.acknowledge(&id, by)));
            }
            Came::News(_) | Came::Changed => {}
        }
    }

    fn publish(&mut self) {
        let much = self.active.borrow().len() > MUCH;
        let every = if much { Duration::from_millis(900) } else { PUBLISH_EVERY };
        // What is left out now goes with the next second.
        if self.published.is_some_and(|at| at.elapsed() < every) {
            return;
        }
        let elsewhere = self.together.as_mut().is_some_and(Together::take_changed);
        if self.engine.take_changed() | elsewhere {
            self.published = Some(Instant::now());
            let now = self.now();
            let mut active = self.engine.active(now);
            active.extend(self.together.iter().flat_map(Together::elsewhere).cloned());
            let active = Arc::new(active);
            if let Some(channels) = &self.channels {
                channels.tell_states(&active, &self.zone, now.unix_ms);
            }
            self.active.send_replace(active);
        }
    }

    /// Asks the history and the disk, if rules need it.
    fn ask(&self, lines: &LinesOfRouters) -> Option<JoinHandle<Answers>> {
        let of = |kinds: &[Kind]| {
            let mine = self.engine.rules().iter().filter(|rule| rule.enabled && kinds.contains(&rule.kind));
            mine.cloned().collect::<Vec<Arc<Rule>>>()
        };
        let quotas = of(&[Kind::UsageAbove, Kind::PercentileNear]);
        let reader = self.reader.clone().filter(|_| !quotas.is_empty());
        let folder = self.data_dir.clone().filter(|_| !of(&[Kind::DiskLow]).is_empty());
        if reader.is_none() && folder.is_none() {
            return None;
        }
        let (routers, now_ms) = (self.routers(lines), self.now().unix_ms);
        Some(tokio::task::spawn_blocking(move || {
            let used = reader.map(|reader| usage::used(&reader, &quotas, &routers, now_ms));
            (used.unwrap_or_default(), folder.and_then(|folder| facts::disk(&folder)))
        }))
    }

    /// Has written what there is, and answers whether messages were among it.
    fn write(&mut self) -> JoinHandle<Written> {
        let (database, mut batch, now_ms) = (self.database.clone(), self.engine.take_batch(), self.now().unix_ms);
        let Some(together) = &mut self.together else {
            let write = async move { Written { result: written(&database, batch, now_ms).await, outcome: None } };
            return tokio::spawn(write.boxed());
        };
        let parts = together.parts(&mut batch, &self.engine, &self.shared.monitor);
        let (states, gone) = (together.states.clone(), std::mem::take(&mut self.gone));
        let write = async move {
            let any_gone = !gone.is_empty();
            for router in gone {
                if let Err(error) = database.let_go(Some(router.to_string())).await {
                    tracing::error!(%router, %error, "the alerts of a router that another machine has are kept here still");
                }
            }
            let (batch, outcome) = keeping::save(states, &database, parts, batch).await.outcome();
            match written(&database, batch, now_ms).await {
                // Whoever sends looks anew at what waits.
                Ok(tells) => Written { result: Ok(tells || any_gone), outcome: Some(outcome) },
                Err(error) => Written { result: Err(error), outcome: Some(outcome.unwritten()) },
            }
        };
        tokio::spawn(write.boxed())
    }

    /// Why it could not be written, where it could not.
    fn settled(&mut self, written: Option<Written>) -> Option<String> {
        let (result, outcome) = written.map(|written| (written.result, written.outcome)).unzip();
        if let (Some(Some(outcome)), Some(together)) = (outcome, &mut self.together) {
            together.settled(outcome, &mut self.engine);
        }
        match result {
            Some(Ok(tells)) => {
                if let Some(channels) = self.channels.as_ref().filter(|_| tells) {
                    channels.wake();
                }
                None
            }
            Some(Err((batch, error))) => {
                tracing::error!(%error, "alerts cannot be written; it is tried again");
                self.engine.put_back(batch);
                Some(error.to_string())
            }
            None => Some("the writing of alerts failed".to_owned()),
        }
    }

    fn now(&self) -> Moment {
        let mono_ms = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { mono_ms, unix_ms: i64::try_from(unix.as_millis()).unwrap_or(i64::MAX) }
    }
}

/// Writes a batch, and answers whether messages are in it.
async fn written(database: &Database, batch: Batch, now_ms: i64) -> Result<bool, (Batch, lalin_alerts::Error)> {
    let tells = !batch.notices.is_empty() || !batch.taken_up.is_empty();
    database.write(batch, now_ms).await.map(|()| tells)
}

/// What comes from other machines, if there are any.
async fn came(together: &mut Option<Together>) -> Came {
    match together {
        Some(together) => together.next().await,
        None => std::future::pending().await,
    }
}

/// The end of a task, if there is one; `None` in it where the task failed.
async fn done<T>(task: &mut Option<JoinHandle<T>>) -> Option<T> {
    match task {
        Some(task) => task.await.ok(),
        None => std::future::pending().await,
    }
}
