//! Routers, time and samples as a test wants them; an hour takes a millisecond.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use lalin_alerts::{
    Batch, ChannelFacts, Engine, EngineSettings, Language, LineFacts, Moment, Notice, Remembered, RouterFacts, Rule,
    RuleForm,
};
use lalin_stats::{
    BitsPerSecond, Counters, Frame, Identity, Interface, Rate, RouterId, RouterState, SourceError, Uncertainty,
};
use tokio::time::Instant;

/// 2026-11-26 12:00 in UTC.
pub const NOON_MS: i64 = 1_795_694_400_000;
/// How far apart samples are, ms.
pub const STEP_MS: u64 = 10_000;

/// One line: whether it is up, and its rates.
#[derive(Clone, Debug)]
pub struct Line {
    pub interface: Interface,
    pub rate: Rate,
}

impl Line {
    pub fn new(name: &str) -> Self {
        Self { interface: Interface::new(name, name, "ether"), rate: Self::mbits(1, 1) }
    }

    pub fn mbits(rx: u64, tx: u64) -> Rate {
        Rate { rx: Some(BitsPerSecond::new(rx * 1_000_000)), tx: Some(BitsPerSecond::new(tx * 1_000_000)) }
    }
}

/// An engine in simulated time, with what it told.
pub struct Simulation {
    pub engine: Engine,
    pub now: Moment,
    pub lines: BTreeMap<String, Vec<Line>>,
    pub uncertainty: Uncertainty,
    pub errors: Vec<lalin_stats::ErrorCounts>,
    pub facts: HashMap<String, LineFacts>,
    pub notices: Vec<Notice>,
    pub written: Batch,
    seq: u64,
    revision: u64,
    dead: Vec<String>,
    begun: Instant,
}

pub fn rule(json: &str) -> Rule {
    let form: RuleForm = serde_json::from_str(json).unwrap();
    let id = form.id.clone().unwrap_or_else(|| "rule".into());
    form.rule(&id, false).unwrap()
}

pub fn id(text: &str) -> RouterId {
    text.parse().unwrap()
}

impl Simulation {
    /// Of these routers with these lines, watched by these rules.
    pub fn new(routers: &[(&str, &[&str])], rules: &[&str]) -> Self {
        let now = Moment { mono_ms: 1_000_000, unix_ms: NOON_MS };
        let mut this = Self::begun(routers, Remembered::default(), now);
        this.set_routers();
        this.engine.set_rules(rules.iter().map(|json| rule(json)).collect(), now);
        this
    }

    fn begun(routers: &[(&str, &[&str])], remembered: Remembered, now: Moment) -> Self {
        let lines = routers.iter().map(|(router, lines)| {
            ((*router).to_owned(), lines.iter().map(|line| Line::new(line)).collect::<Vec<_>>())
        });
        let mut this = Self {
            engine: Engine::new(EngineSettings { zone: TimeZone::UTC }, remembered),
            now,
            lines: lines.collect(),
            uncertainty: Uncertainty::NONE,
            errors: Vec::new(),
            facts: HashMap::new(),
            notices: Vec::new(),
            written: Batch::default(),
            seq: 0,
            revision: 1,
            dead: Vec::new(),
            begun: Instant::now(),
        };
        this.engine.set_channels(vec![ChannelFacts { id: "noc".into(), language: Language::Id }]);
        this
    }

    pub fn set_routers(&mut self) {
        let facts = self.lines.keys().map(|router| self.router_facts(router));
        self.engine.set_routers(facts.collect(), self.now);
    }

    pub fn router_facts(&self, router: &str) -> RouterFacts {
        RouterFacts {
            id: id(router),
            name: router.to_uppercase(),
            tags: vec!["pop".into()],
            wan: vec!["wan".into()],
            lines: Arc::new(self.facts.clone()),
        }
    }

    pub fn line(&mut self, router: &str, line: &str) -> &mut Line {
        self.revision += 1;
        let lines = self.lines.get_mut(router).unwrap();
        lines.iter_mut().find(|one| *one.interface.name == *line).unwrap()
    }

    /// The link of the only router's line.
    pub fn link(&mut self, line: &str, up: bool) {
        self.line("r", line).interface.running = up;
    }

    pub fn remove_line(&mut self, router: &str, line: &str) {
        self.revision += 1;
        self.lines.get_mut(router).unwrap().retain(|one| *one.interface.name != *line);
    }

    /// The router no longer answers, or does again.
    pub fn kill(&mut self, router: &str, dead: bool) {
        self.dead.retain(|one| one != router);
        if dead {
            self.dead.push(router.to_owned());
            let state = RouterState::Unreachable(SourceError::Refused { detail: "test".into() }.into());
            self.engine.state(&id(router), &state, STEP_MS, self.now);
        }
    }

    /// Time passes, second by second, with a sample every ten.
    pub fn run(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now.mono_ms += 1_000;
            self.now.unix_ms += 1_000;
            if self.now.mono_ms.is_multiple_of(STEP_MS) {
                self.sample(Some(STEP_MS));
            }
            self.engine.pass(self.now);
            self.collect();
        }
    }

    /// A sample of every router that answers.
    pub fn sample(&mut self, passed_ms: Option<u64>) {
        let routers: Vec<String> = self.lines.keys().filter(|router| !self.dead.contains(router)).cloned().collect();
        for router in routers {
            let frame = self.frame(&router, passed_ms);
            self.engine.state(&id(&router), &RouterState::Live, STEP_MS, self.now);
            self.engine.tick(&frame, self.now);
        }
        self.collect();
    }

    fn frame(&mut self, router: &str, passed_ms: Option<u64>) -> Frame {
        self.seq += 1;
        let lines = &self.lines[router];
        let number = |line: &Line| line.interface.id.as_str().bytes().map(u64::from).sum();
        let identity = |line: &Line| Identity { line: number(line), key: line.interface.name.clone() };
        Frame {
            router: id(router),
            seq: self.seq,
            at: self.begun + Duration::from_millis(self.now.mono_ms),
            unix_ms: self.now.unix_ms as u64,
            time_base: 0,
            clock_step_ms: 0,
            elapsed: passed_ms.map(Duration::from_millis),
            revision: self.revision,
            interfaces: lines.iter().map(|line| Arc::new(line.interface.clone())).collect(),
            identities: lines.iter().map(identity).collect(),
            counters: lines.iter().map(|_| Counters::default()).collect(),
            rates: lines.iter().map(|line| line.rate).collect(),
            uncertainty: self.uncertainty,
            error_counts: self.errors.clone().into_boxed_slice(),
            gap: None,
        }
    }

    /// Takes what is to be told, and what is to be written.
    pub fn collect(&mut self) {
        let batch = self.engine.take_batch();
        self.notices.extend(batch.notices.iter().map(|(_, notice)| notice.clone()));
        self.written.alerts.extend(batch.alerts);
        self.written.lines.extend(batch.lines);
        self.written.boots.extend(batch.boots);
    }

    /// What the database would give back now.
    pub fn remembered(&self) -> Remembered {
        let kept = |alert: &&lalin_alerts::Alert| alert.state != lalin_alerts::State::Cleared || alert.owes.is_some();
        // As JSON and back, as it is kept.
        let kept = self.written.alerts.values().filter(kept);
        let alerts = kept.map(|alert| serde_json::from_str(&serde_json::to_string(alert).unwrap()).unwrap());
        let lines = self.written.lines.iter().map(|((router, line), up)| (router.clone(), line.clone(), *up));
        let boots = self.written.boots.iter().map(|(router, at)| (router.clone(), *at));
        Remembered { alerts: alerts.collect(), lines: lines.collect(), boots: boots.collect() }
    }

    /// The same routers and rules after `seconds` in which Lalin was not running.
    pub fn restart(&self, rules: &[&str], seconds: u64) -> Self {
        let now = Moment {
            mono_ms: self.now.mono_ms + seconds * 1_000,
            unix_ms: self.now.unix_ms + i64::try_from(seconds).unwrap() * 1_000,
        };
        let mut this = Self::begun(&[], self.remembered(), now);
        this.lines = self.lines.clone();
        this.facts = self.facts.clone();
        this.written.alerts = self.written.alerts.clone();
        this.written.lines = self.written.lines.clone();
        this.written.boots = self.written.boots.clone();
        // As the server does it: routers first, and rules once they are known.
        this.set_routers();
        this.engine.set_rules(rules.iter().map(|json| rule(json)).collect(), now);
        this.engine.pass(now);
        this.collect();
        this
    }

    /// What was told since this was asked last.
    pub fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices).into_iter().map(|notice| notice.text).collect()
    }
}
