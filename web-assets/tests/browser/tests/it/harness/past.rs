//! A past that was recorded before the test began: three days of a router, written as the recording does it.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use lalin_history::{Cause, Event, History, LineName, LineReading, SessionNames, Settings, Tick, What, Zone};
use lalin_stats::{Counters, RouterId};

/// How long it is.
pub const DAYS: i64 = 3;
/// What each line received and sent, bit/s.
pub const ETHER1: (u64, u64) = (100_000_000, 10_000_000);
pub const BUDI: (u64, u64) = (2_000_000, 20_000_000);
/// What `ether1` received instead in the half minute from [`Past::burst`] on.
pub const BURST: u64 = 400_000_000;
pub const BURST_MS: i64 = 30_000;
/// How long the router was not to be reached from [`Past::outage`] on.
pub const OUTAGE_MS: i64 = 40 * MINUTE;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// How often it was read: of the hour with the burst each sample is there.
const USUAL: i64 = MINUTE;
const FINE: i64 = 10_000;
/// In so many ticks nothing is lost, however slow the disk.
const AHEAD: usize = 1_000;

/// When it was, ms since 1970; days are UTC's.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub begin: i64,
    pub end: i64,
    /// Yesterday 21:10.
    pub burst: i64,
    /// Yesterday 03:00.
    pub outage: i64,
}

impl Past {
    pub fn now() -> Self {
        let end = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let today = end.div_euclid(DAY) * DAY;
        Self { begin: today - DAYS * DAY, end, burst: today - 3 * HOUR + 10 * MINUTE, outage: today - 21 * HOUR }
    }

    /// Writes it into a folder, up to now; [`lalin_stats::Counters`] of two lines.
    pub fn write(&self, folder: &Path) {
        let settings = Settings { zone: Zone::utc(), ..Settings::new(folder) };
        let history = History::open(settings).unwrap();
        let recorder = history.recorder();
        let router: RouterId = "pusat".parse().unwrap();
        let event = |at_ms, what| Event { router: router.clone(), line: None, at_ms, what };
        let (mut at, mut count, mut away) = (self.begin, 0, false);
        let mut sum = [[0u64; 2]; 2];
        while at < self.end {
            let out = (self.outage..self.outage + OUTAGE_MS).contains(&at);
            if out != away {
                away = out;
                let what = if out {
                    What::Began(Cause::Unreachable, "timeout".into())
                } else {
                    What::Ended(Cause::Unreachable)
                };
                assert!(recorder.event(event(at, what)));
            }
            let fine = (self.burst - 10 * MINUTE..self.burst + 50 * MINUTE).contains(&at);
            let step = if fine { FINE } else { USUAL };
            if !out {
                let readings = vec![reading("ether1", sum[0]), reading("<pppoe-budi>", sum[1])];
                let mono_ms = u64::try_from(at - self.begin).unwrap();
                let interval_ms = u32::try_from(step).unwrap();
                let tick = Tick { router: router.clone(), wall_ms: at, mono_ms, interval_ms, readings };
                assert!(recorder.record(tick));
                count += 1;
            }
            let bursts = (self.burst..self.burst + BURST_MS).contains(&at);
            let rates = [(if bursts { BURST } else { ETHER1.0 }, ETHER1.1), BUDI];
            for (sum, (rx, tx)) in sum.iter_mut().zip(rates) {
                let bytes = |bps: u64| bps * u64::try_from(step).unwrap() / 8_000;
                (sum[0], sum[1]) = (sum[0] + bytes(rx), sum[1] + bytes(tx));
            }
            if count % AHEAD == AHEAD - 1 {
                history.flush().unwrap();
            }
            at += step;
        }
        history.flush().unwrap();
        history.close();
    }

    /// The month that its last whole day is in, as the address names it, and that day.
    pub fn stretch(&self, from: i64, to: i64) -> String {
        format!("from={from}&to={to}")
    }
}

fn reading(shown: &str, [rx, tx]: [u64; 2]) -> LineReading {
    let shown: Arc<str> = shown.into();
    // A customer's line is called by what does not change.
    let name = match shown.starts_with('<') {
        true => SessionNames::new([]).line_of(std::slice::from_ref(&shown)).remove(0),
        false => shown.clone(),
    };
    let name = LineName { kind: "interface".into(), name };
    LineReading { name, shown, incarnation: 1, born: false, counters: Counters::bytes(rx, tx) }
}
