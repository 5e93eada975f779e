//! The metrics of a router: whether it answers, how its reads go, and what it says of itself.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use lalin_fleet::{RouterAdmin, SystemInfo};
use lalin_monitor::{LAG_UP_TO_MS, ReadCounts, Router, Status, TOOK_UP_TO_MS};
use lalin_stats::RouterState;

use super::exposition::{Family, Format, Kind, Label};

const UP: Family =
    Family { name: "lalin_router_up", kind: Kind::Gauge, help: "1 while the router's newest read succeeded." };
const STATE: Family = Family {
    name: "lalin_router_state",
    kind: Kind::Gauge,
    help: "1 for the state the router is in: idle, connecting, live, stale, unreachable.",
};
const LAST: Family = Family {
    name: "lalin_router_last_sample_timestamp_seconds",
    kind: Kind::Gauge,
    help: "When the newest sample was read.",
};
const VIEWERS: Family = Family { name: "lalin_router_viewers", kind: Kind::Gauge, help: "Open streams of the router." };
const READS: Family =
    Family { name: "lalin_router_reads", kind: Kind::Counter, help: "Reads of the router that brought a sample." };
const FAILURES: Family =
    Family { name: "lalin_router_read_failures", kind: Kind::Counter, help: "Reads that failed, by reason." };
const TOOK: Family = Family {
    name: "lalin_read_duration_seconds",
    kind: Kind::Histogram,
    help: "How long routers took to answer, all routers together.",
};
const LAG: Family = Family {
    name: "lalin_tick_lag_seconds",
    kind: Kind::Histogram,
    help: "How much later than they should have reads of routers began, all routers together.",
};
const FACTS: Family = Family { name: "lalin_router", kind: Kind::Info, help: "Facts about the router, as labels." };
const UPTIME: Family =
    Family { name: "lalin_router_uptime_seconds", kind: Kind::Gauge, help: "How long the router has been running." };
const CPU: Family =
    Family { name: "lalin_router_cpu_load_ratio", kind: Kind::Gauge, help: "Load of the router's CPU, 0 to 1." };
const USED: Family = Family { name: "lalin_router_memory_used_bytes", kind: Kind::Gauge, help: "Memory in use." };
const TOTAL: Family =
    Family { name: "lalin_router_memory_total_bytes", kind: Kind::Gauge, help: "Memory of the router." };

/// One router in a scrape.
struct Scraped {
    label: String,
    status: Status,
    counts: ReadCounts,
    viewers: usize,
    /// The labels of facts, beside the router's own.
    facts: String,
    system_info: Option<SystemInfo>,
}

/// The metrics of these routers. Their facts are in it for those who may see them.
pub(super) fn write(routers: &[Arc<Router>], details: Option<&dyn RouterAdmin>, format: Format, to: &mut String) {
    let scraped: Vec<Scraped> = routers.iter().map(|router| Scraped::of(router, details)).collect();
    family(&UP, format, &scraped, to, |one, to| {
        UP.sample(format, &one.label, u8::from(one.status.state == RouterState::Live), None, to);
    });
    family(&STATE, format, &scraped, to, |one, to| {
        let labels = format!("{},{}", one.label, Label("state", one.status.state.code()));
        STATE.sample(format, &labels, 1, None, to);
    });
    family(&LAST, format, &scraped, to, |one, to| {
        if let Some((_, ms)) = one.status.newest {
            LAST.sample(format, &one.label, format_args!("{}.{:03}", ms / 1_000, ms % 1_000), None, to);
        }
    });
    family(&VIEWERS, format, &scraped, to, |one, to| VIEWERS.sample(format, &one.label, one.viewers, None, to));
    family(&READS, format, &scraped, to, |one, to| READS.sample(format, &one.label, one.counts.samples, None, to));
    family(&FAILURES, format, &scraped, to, |one, to| {
        for (reason, count) in &one.counts.failures {
            let labels = format!("{},{}", one.label, Label("reason", reason));
            FAILURES.sample(format, &labels, count, None, to);
        }
    });
    let all = |of: fn(&ReadCounts) -> &[u64], sum: fn(&ReadCounts) -> Duration| {
        let counts = || scraped.iter().map(|one| &one.counts);
        let classes = (0..of(&ReadCounts::default()).len()).map(|class| counts().map(|counts| of(counts)[class]).sum());
        (classes.collect::<Vec<u64>>(), counts().map(sum).sum::<Duration>())
    };
    histogram(&TOOK, &TOOK_UP_TO_MS, all(|counts| &counts.took, |counts| counts.took_sum), format, to);
    histogram(&LAG, &LAG_UP_TO_MS, all(|counts| &counts.lag, |counts| counts.lag_sum), format, to);
    if details.is_none() {
        return;
    }
    family(&FACTS, format, &scraped, to, |one, to| FACTS.sample(format, &one.facts, 1, None, to));
    let info = |one: &Scraped| one.system_info.clone().unwrap_or_default();
    let number = |family_: &Family, value: fn(&SystemInfo) -> Option<f64>, to: &mut String| {
        family(family_, format, &scraped, to, |one, to| {
            if let Some(value) = value(&info(one)) {
                family_.sample(format, &one.label, value, None, to);
            }
        });
    };
    number(&UPTIME, |info| info.uptime.map(|uptime| uptime.as_secs_f64()), to);
    number(&CPU, |info| info.cpu_percent.map(|percent| f64::from(percent) / 100.0), to);
    number(&USED, |info| info.memory_used.map(|bytes| bytes as f64), to);
    number(&TOTAL, |info| info.memory_total.map(|bytes| bytes as f64), to);
}

fn family(family: &Family, format: Format, scraped: &[Scraped], to: &mut String, each: impl Fn(&Scraped, &mut String)) {
    family.head(format, to);
    for one in scraped {
        each(one, to);
    }
}

/// One histogram for all routers: for each of a thousand it would be twelve thousand lines. `classes` are those up to each
/// bound, and the rest.
fn histogram(family: &Family, up_to_ms: &[u64], (classes, sum): (Vec<u64>, Duration), format: Format, to: &mut String) {
    family.head(format, to);
    let mut below = 0;
    for (most, count) in up_to_ms.iter().zip(&classes) {
        below += count;
        // A whole number of seconds is written as one of both formats: 1.0, not 1.
        let bound = format!("{:?}", *most as f64 / 1_000.0);
        family.part(format, "_bucket", &Label("le", &bound).to_string(), below, to);
    }
    let count: u64 = classes.iter().sum();
    family.part(format, "_bucket", "le=\"+Inf\"", count, to);
    family.part(format, "_sum", "", sum.as_secs_f64(), to);
    family.part(format, "_count", "", count, to);
}

impl Scraped {
    fn of(router: &Arc<Router>, details: Option<&dyn RouterAdmin>) -> Self {
        let label = Label("router", router.id().as_str()).to_string();
        let known = details.and_then(|admin| admin.router(router.id()));
        let system_info = known.and_then(|known| known.system_info);
        let names = router.label();
        let mut facts = format!("{label},{},{}", Label("name", &names.name), Label("address", &names.address));
        if let Some(info) = &system_info {
            for (name, value) in [("model", &info.board), ("version", &info.version)] {
                if let Some(value) = value {
                    let _ = write!(facts, ",{}", Label(name, value));
                }
            }
        }
        let (status, counts, viewers) = (router.status(), router.read_counts(), router.viewers());
        Self { label, status, counts, viewers, facts, system_info }
    }
}
