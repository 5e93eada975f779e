//! The demonstration's history: a month that might have been, so that the past, the usage and a report can be looked at
//! at once. Quiet nights and busy evenings, a router that was out of reach one night and another that started anew; the
//! last hour is the truth that the simulated routers go on by. It is in a folder that goes with the program, and is
//! written behind the first requests, in the order of time, all routers together.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_config::Config;
use lalin_fleet::{Clock, Fleet, Recording, RecordingPolicy, RouterRecorder};
use lalin_history::{Cause, Event, History, Recorder, What, Zone};
use lalin_monitor::{Monitor, Update};
use lalin_stats::{Counters, Frame, RouterId};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::demo_truth::{PAST as TRUE_PAST, Truth};
use crate::history;

/// How long the month is.
const MONTH: Duration = Duration::from_secs(31 * 86_400);
/// From when on before now, and how far apart ticks are: what is long ago was thinned anyway.
const SPACING: [(Duration, Duration); 3] = [
    (MONTH, Duration::from_secs(600)),
    (Duration::from_secs(2 * 86_400), Duration::from_secs(60)),
    (TRUE_PAST, Duration::from_secs(10)),
];
/// The most readings that are made up: ticks further apart where a router has thousands of interfaces.
const MOST_READINGS: usize = 1_500_000;
/// The first sample is waited for so long, and then those of the other routers; who is not there has no past.
const FIRST_SAMPLE: Duration = Duration::from_secs(10);
const THE_OTHERS: Duration = Duration::from_millis(700);
/// So many ticks may wait for the disk.
const AHEAD: usize = 1_000;
/// A customer dials in again after so many days, and some hours that differ.
const SESSION_DAYS: u64 = 3;
/// Days before today, the hour, and how long something went wrong.
const OUTAGE: (i64, f64, i64) = (9, 1.2, 214 * 60_000);
const REBOOT: (i64, f64, i64) = (1, 4.3, 4 * 60_000);

/// The recording's clock begins so long before the month.
const BEFORE_MS: u64 = 3_600_000;
/// So long before the true hour what flows leads to it.
const LEADS_MS: f64 = 2.0 * 3_600_000.0;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Opens a history of its own and fills it, and then records into it.
pub(crate) fn record(
    config: &Config,
    fleet: &Fleet,
    chosen: &RecordingPolicy,
    routers: Vec<(RouterId, Truth)>,
) -> Option<(Arc<Recording>, TempDir)> {
    if !config.history.enabled {
        return None;
    }
    let opened = tempfile::Builder::new().prefix("lalin-demo-").tempdir().map_err(|error| error.to_string());
    let opened = opened.and_then(|folder| {
        let history = history::open(config, folder.path().join("history")).map_err(|error| error.to_string())?;
        Ok((Arc::new(history), folder))
    });
    let (history, folder) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(%error, "the demonstration has no history");
            return None;
        }
    };
    let clock = Clock::beginning(MONTH + Duration::from_millis(BEFORE_MS));
    let zone = match &config.history.time_zone {
        Some(name) => Zone::named(name).unwrap_or_default(),
        None => Zone::system(),
    };
    let ready = fill(fleet.monitor(), history.clone(), zone, routers);
    let recording = Recording::start_after(ready, clock, fleet.monitor(), history, history::policy(config), chosen);
    Some((Arc::new(recording), folder))
}

/// Waits for the first sample of each router, and makes up what was before.
async fn fill(monitor: Arc<Monitor>, history: Arc<History>, zone: Zone, routers: Vec<(RouterId, Truth)>) {
    let mut firsts = JoinSet::new();
    for (id, truth) in routers {
        let Some(router) = monitor.get(&id) else { continue };
        let mut samples = router.record(None, Duration::ZERO);
        drop(router);
        let first = async move {
            while let Some(update) = samples.next().await {
                if let Update::Tick(frame) = update {
                    return Some(RouterPast::of(frame, truth));
                }
            }
            None
        };
        firsts.spawn(first.boxed());
    }
    let mut pasts: Vec<RouterPast> = Vec::new();
    let mut patience = FIRST_SAMPLE;
    while let Ok(Some(first)) = timeout(patience, firsts.join_next()).await {
        if let Ok(Some(past)) = first {
            pasts.push(past);
            patience = THE_OTHERS;
        }
    }
    pasts.sort_by(|one, other| one.frame.router.cmp(&other.frame.router));
    let made = tokio::task::spawn_blocking(move || write(&history, &zone, pasts)).await;
    if let Ok(Err(error)) = made {
        tracing::warn!(%error, "the demonstration's history is not whole");
    }
}

/// One moment of the month.
struct Moment {
    at_ms: i64,
    interval_ms: i64,
}

/// Something that went wrong with a router.
struct Trouble {
    from_ms: i64,
    to_ms: i64,
    reboot: bool,
}

/// One router's past, from its first sample back.
struct RouterPast {
    frame: Arc<Frame>,
    truth: Truth,
    lines: Vec<Line>,
    troubles: Vec<Trouble>,
    recorder: RouterRecorder,
}

/// One line of it.
struct Line {
    seed: u64,
    /// Its usual rates, bit/s.
    mean: [f64; 2],
    /// What its counters had to begin with; nothing of one that dialled in.
    begin: [i128; 2],
    /// What has passed since.
    passed: [f64; 2],
    /// Where its session began, of one that dialled in.
    session: Option<(i64, [f64; 2])>,
}

fn write(history: &History, zone: &Zone, mut pasts: Vec<RouterPast>) -> Result<(), lalin_history::Error> {
    let Some(now_ms) = pasts.iter().map(|past| past.frame.unix_ms as i64).min() else { return Ok(()) };
    let lines: usize = pasts.iter().map(|past| past.lines.len()).sum();
    let moments = moments(now_ms, MOST_READINGS / lines.max(1));
    // It happens to the larger one.
    if let Some(largest) = pasts.iter_mut().max_by_key(|past| past.lines.len()) {
        largest.troubles = troubles(now_ms, zone);
    }
    let true_from_ms = now_ms - ms(TRUE_PAST);
    for past in &mut pasts {
        past.reckon(&moments, true_from_ms, zone);
    }
    let recorder = history.recorder();
    for (at, moment) in moments.iter().enumerate() {
        for past in &mut pasts {
            past.write(moment, true_from_ms, now_ms, zone, &recorder);
        }
        if at % AHEAD == AHEAD - 1 {
            history.flush()?;
        }
    }
    history.flush()
}

/// Every moment, in order, up to now; at most so many.
fn moments(now_ms: i64, most: usize) -> Vec<Moment> {
    let usual: i64 = SPACING.iter().map(|(since, apart)| ms(*since) / ms(*apart)).sum();
    let wider = (usual as usize).div_ceil(most.max(1)).max(1) as i64;
    let mut made = Vec::with_capacity(usual as usize);
    let mut at_ms = now_ms - ms(MONTH);
    while at_ms < now_ms {
        let apart =
            SPACING.iter().rev().find(|(since, _)| at_ms >= now_ms - ms(*since)).map_or(600_000, |(_, is)| ms(*is));
        let interval_ms = apart * wider;
        made.push(Moment { at_ms, interval_ms });
        at_ms += interval_ms;
    }
    made
}

/// What went wrong in the month, in the hours of the zone.
fn troubles(now_ms: i64, zone: &Zone) -> Vec<Trouble> {
    let today_ms = now_ms - (zone.hour_of_day(now_ms) * HOUR_MS as f64) as i64;
    let of = |(days, hour, long_ms): (i64, f64, i64), reboot| {
        let from_ms = today_ms - days * DAY_MS + (hour * HOUR_MS as f64) as i64;
        Trouble { from_ms, to_ms: from_ms + long_ms, reboot }
    };
    vec![of(OUTAGE, false), of(REBOOT, true)]
}

impl RouterPast {
    fn of(frame: Arc<Frame>, truth: Truth) -> Self {
        let lines = frame.interfaces.iter().zip(0..);
        let lines = lines.map(|(one, seed)| Line {
            seed,
            mean: truth.mean(&one.name),
            begin: [0; 2],
            passed: [0.0; 2],
            session: one.dynamic.then_some((0, [0.0; 2])),
        });
        let (lines, recorder) = (lines.collect(), RouterRecorder::of_past(frame.router.clone()));
        Self { frame, truth, lines, troubles: Vec::new(), recorder }
    }

    /// What each line had to begin with, so that it has now what it has.
    fn reckon(&mut self, moments: &[Moment], true_from_ms: i64, zone: &Zone) {
        for moment in moments.iter().take_while(|moment| moment.at_ms < true_from_ms) {
            let hour = zone.hour_of_day(moment.at_ms);
            self.lines.iter_mut().for_each(|line| line.pass(moment, hour, true_from_ms));
        }
        let rows = self.frame.interfaces.iter().zip(&self.frame.counters);
        for (line, (interface, now)) in self.lines.iter_mut().zip(rows) {
            let last = self.truth.passed(&interface.name, self.frame.at, TRUE_PAST);
            let ways = if interface.dynamic { 0 } else { 2 };
            for (way, now) in [now.rx_bytes, now.tx_bytes].into_iter().enumerate().take(ways) {
                line.begin[way] = i128::from(now.unwrap_or(0)) - i128::from(last[way]) - line.passed[way] as i128;
            }
            line.passed = [0.0; 2];
        }
    }

    fn write(&mut self, moment: &Moment, true_from_ms: i64, now_ms: i64, zone: &Zone, recorder: &Recorder) {
        let Moment { at_ms, interval_ms } = *moment;
        let router = || self.frame.router.clone();
        let tell = |at_ms, what| recorder.event(Event { router: router(), line: None, at_ms, what });
        let mut silent = false;
        for trouble in &self.troubles {
            let inside = |at_ms| (trouble.from_ms..trouble.to_ms).contains(&at_ms);
            silent |= inside(at_ms);
            let begins = inside(at_ms) && !inside(at_ms - interval_ms);
            let ends = !inside(at_ms) && inside(at_ms - interval_ms);
            let (cause, detail) = if trouble.reboot { (Cause::Rebooted, "") } else { (Cause::Unreachable, "timeout") };
            if begins {
                tell(trouble.from_ms, What::Began(cause, detail.into()));
            }
            if ends {
                tell(at_ms, What::Ended(cause));
            }
            if ends && trouble.reboot {
                tell(at_ms, What::Rebooted);
            }
        }
        self.lines.iter_mut().for_each(|line| line.dial(at_ms));
        if !silent {
            let frame = self.frame_at(at_ms, true_from_ms, now_ms);
            // The recording's clock began an hour before the month.
            let mono_ms = u64::try_from(at_ms - now_ms + ms(MONTH)).unwrap_or_default() + BEFORE_MS;
            self.recorder.past_tick(&frame, mono_ms, interval_ms as u32, recorder);
        }
        if at_ms < true_from_ms {
            let hour = zone.hour_of_day(at_ms);
            self.lines.iter_mut().for_each(|line| line.pass(moment, hour, true_from_ms));
        }
    }

    fn frame_at(&self, at_ms: i64, true_from_ms: i64, now_ms: i64) -> Frame {
        let rows = self.frame.interfaces.iter().zip(&self.frame.counters).zip(&self.lines);
        let counters = rows.map(|((interface, now), line)| {
            let [rx, tx] = if at_ms < true_from_ms {
                line.counters()
            } else {
                let ago = Duration::from_millis(u64::try_from(now_ms - at_ms).unwrap_or_default());
                let since = self.truth.passed(&interface.name, self.frame.at, ago);
                [now.rx_bytes.unwrap_or(0).saturating_sub(since[0]), now.tx_bytes.unwrap_or(0).saturating_sub(since[1])]
            };
            Counters { rx_packets: Some(rx / 900), tx_packets: Some(tx / 1_100), ..Counters::bytes(rx, tx) }
        });
        Frame { unix_ms: at_ms as u64, counters: counters.collect(), ..Frame::clone(&self.frame) }
    }
}

impl Line {
    /// Dials in again, when it is time.
    fn dial(&mut self, at_ms: i64) {
        let Some((number, base)) = &mut self.session else { return };
        let long_ms = (SESSION_DAYS * 24 + self.seed % 40) as i64 * HOUR_MS;
        let now = at_ms.div_euclid(long_ms);
        if now != *number {
            (*number, *base) = (now, self.passed);
        }
    }

    fn counters(&self) -> [u64; 2] {
        let base = self.session.map_or([0.0; 2], |(_, base)| base);
        [0, 1].map(|way| {
            let counted = self.begin[way] + (self.passed[way] - base[way]) as i128;
            u64::try_from(counted.max(0)).unwrap_or(u64::MAX)
        })
    }

    /// What passes from a moment to the next; the same whenever it is asked.
    fn pass(&mut self, moment: &Moment, hour: f64, true_from_ms: i64) {
        let noise = |every_ms: i64, salt: u64| {
            let number = moment.at_ms.div_euclid(every_ms) as u64;
            fastrand::Rng::with_seed((self.seed << 48) ^ (salt << 40) ^ number).f64()
        };
        let busy = busy(hour) * (0.8 + 0.4 * noise(2 * HOUR_MS, 1)) * (0.85 + 0.3 * noise(60_000, 2));
        // The last hours lead to what flows now.
        let near = 1.0 - ((true_from_ms - moment.at_ms) as f64 / LEADS_MS).min(1.0);
        let factor = busy + (1.0 - busy) * near;
        for (passed, mean) in self.passed.iter_mut().zip(self.mean) {
            *passed += mean / 8.0 * factor * moment.interval_ms as f64 / 1_000.0;
        }
    }
}

/// How busy an hour of the day is: an evening is above the average, four in the morning far below.
fn busy(hour: f64) -> f64 {
    let near = |peak: f64, wide: f64| (-((hour - peak) / wide).powi(2)).exp();
    0.16 + 1.0 * near(20.5, 3.2) + 0.45 * near(12.5, 4.0)
}

fn ms(of: Duration) -> i64 {
    i64::try_from(of.as_millis()).unwrap_or(i64::MAX)
}
