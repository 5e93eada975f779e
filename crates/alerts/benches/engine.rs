//! What the alerts cost a sample: `cargo bench -p lalin-alerts`.
//!
//! A router has 50 lines and there are 20 rules, most of them about every line. The same sample is taken in beside 10, 100
//! and 1,000 routers, while all is well and while each of them has standing alerts: what a line costs must stay what it is.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::tz::TimeZone;
use lalin_alerts::{ChannelFacts, Engine, EngineSettings, Language, Moment, Remembered, RouterFacts, RuleForm};
use lalin_stats::{BitsPerSecond, Counters, Frame, Identity, Interface, Rate, RouterId, RouterState, Uncertainty};
use tokio::time::Instant;

const LINES: usize = 50;
const RULES: usize = 20;
const INTERVAL_MS: u64 = 1_000;
const FLEETS: [usize; 3] = [10, 100, 1_000];

fn main() {
    divan::main();
}

/// Routers that are read in turn, each once an interval.
struct Fleet {
    engine: Engine,
    frames: Vec<Frame>,
    next: usize,
    now: Moment,
}

impl Fleet {
    /// `down`: how many of each router's lines are down, each with the alerts that follow.
    fn new(routers: usize, down: usize) -> Self {
        let now = Moment { mono_ms: 1_000_000, unix_ms: 1_795_694_400_000 };
        let ids: Vec<RouterId> = (0..routers).map(|at| format!("router-{at}").parse().unwrap()).collect();
        let mut engine = Engine::new(EngineSettings { zone: TimeZone::UTC }, Remembered::default());
        engine.set_channels(vec![ChannelFacts { id: "noc".into(), language: Language::Id }]);
        let facts = ids.iter().map(|id| RouterFacts {
            id: id.clone(),
            name: id.to_string(),
            tags: vec!["pop".into()],
            wan: vec!["ether0".into()],
            lines: Arc::new(HashMap::new()),
        });
        engine.set_routers(facts.collect(), now);
        engine.set_rules(rules(), now);
        for id in &ids {
            engine.state(id, &RouterState::Live, INTERVAL_MS, now);
        }
        let frames = ids.iter().map(frame).collect();
        let mut fleet = Self { engine, frames, next: 0, now };
        (0..3 * routers).for_each(|_| fleet.tick());
        for frame in &mut fleet.frames {
            let lines = frame.interfaces.iter().enumerate();
            let lines = lines.map(|(at, line)| Arc::new(Interface { running: at >= down, ..(**line).clone() }));
            frame.interfaces = lines.collect();
        }
        (0..60 * routers).for_each(|_| fleet.tick());
        assert_eq!(fleet.engine.active(fleet.now).len(), down * routers, "one alert for each line that is down");
        fleet
    }

    /// A sample of the next router; once all had one, time has passed.
    fn tick(&mut self) {
        let frame = &mut self.frames[self.next];
        frame.seq += 1;
        frame.unix_ms = self.now.unix_ms as u64;
        self.engine.tick(frame, self.now);
        self.next = (self.next + 1) % self.frames.len();
        if self.next == 0 {
            self.now.mono_ms += INTERVAL_MS;
            self.now.unix_ms += 1_000;
            self.engine.pass(self.now);
            drop(self.engine.take_batch());
        }
    }
}

/// Rules as a provider has them: about every line, about the lines to the internet, about routers, about one line.
fn rules() -> Vec<lalin_alerts::Rule> {
    let all = [
        r#""kind":"line-down","forSeconds":5"#,
        r#""kind":"flapping""#,
        r#""kind":"errors-above","bound":10"#,
        r#""kind":"drops-above","bound":10"#,
        r#""kind":"router-unreachable""#,
        r#""kind":"no-data""#,
        r#""kind":"router-rebooted""#,
        r#""kind":"cpu-above","bound":90"#,
        r#""kind":"traffic-below","bound":1,"target":{"wan":true}"#,
        r#""kind":"line-down","target":{"router":"router-1","interface":"ether49"}"#,
    ];
    let busy = (0..RULES - all.len()).map(|at| format!(r#""kind":"traffic-above","bound":{}"#, 900_000_000 + at));
    let forms = all.into_iter().map(str::to_owned).chain(busy).enumerate();
    let rule = |(at, body): (usize, String)| {
        RuleForm::read(&format!("{{{body}}}")).unwrap().rule(&at.to_string(), false).unwrap()
    };
    forms.map(rule).collect()
}

fn frame(router: &RouterId) -> Frame {
    let names: Vec<String> = (0..LINES).map(|at| format!("ether{at}")).collect();
    let line = |name: &String| Arc::new(Interface { running: true, ..Interface::new(name, name, "ether") });
    let identity = |(at, name): (usize, &String)| Identity { line: at as u64, key: name.as_str().into() };
    let rate = Rate { rx: Some(BitsPerSecond::new(50_000_000)), tx: Some(BitsPerSecond::new(5_000_000)) };
    Frame {
        router: router.clone(),
        seq: 0,
        at: Instant::now(),
        unix_ms: 0,
        time_base: 0,
        clock_step_ms: 0,
        elapsed: Some(Duration::from_millis(INTERVAL_MS)),
        revision: 1,
        interfaces: names.iter().map(line).collect(),
        identities: names.iter().enumerate().map(identity).collect(),
        counters: names.iter().map(|_| Counters::default()).collect(),
        rates: names.iter().map(|_| rate).collect(),
        uncertainty: Uncertainty::NONE,
        error_counts: Box::default(),
        gap: None,
    }
}

/// Beside so many routers, none of which has an alert.
#[divan::bench(args = FLEETS)]
fn a_sample_while_all_is_well(bencher: Bencher<'_, '_>, routers: usize) {
    let mut fleet = Fleet::new(routers, 0);
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| fleet.tick());
}

/// Beside so many routers, each of which has ten lines down.
#[divan::bench(args = FLEETS)]
fn a_sample_while_ten_lines_of_each_router_are_down(bencher: Bencher<'_, '_>, routers: usize) {
    let mut fleet = Fleet::new(routers, 10);
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| fleet.tick());
}
