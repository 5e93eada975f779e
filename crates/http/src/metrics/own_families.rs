//! Lalin's own metrics: which version it is, who watches, and what it takes of the machine.

use super::exposition::{Family, Format, Kind, Label};
use super::extra_families::ExtraFamily;

const BUILD: Family = Family { name: "lalin_build", kind: Kind::Info, help: "The version that runs." };
const ROUTERS: Family = Family { name: "lalin_routers", kind: Kind::Gauge, help: "Routers that this scrape may show." };
const VIEWERS: Family = Family { name: "lalin_viewers", kind: Kind::Gauge, help: "Open event streams." };
const LINES: Family =
    Family { name: "lalin_scraped_interfaces", kind: Kind::Gauge, help: "Interfaces that this scrape shows." };
const LEFT_OUT: Family = Family {
    name: "lalin_scrape_left_out_interfaces",
    kind: Kind::Gauge,
    help: "Interfaces that this scrape leaves out: dynamic ones that were not asked for, or too many.",
};
const STARTED: Family =
    Family { name: "process_start_time_seconds", kind: Kind::Gauge, help: "When the program was started." };
const CPU: Family = Family { name: "process_cpu_seconds", kind: Kind::Counter, help: "CPU time used." };
const MEMORY: Family = Family { name: "process_resident_memory_bytes", kind: Kind::Gauge, help: "Memory in use." };
const FILES: Family = Family { name: "process_open_fds", kind: Kind::Gauge, help: "Open files and connections." };

/// What the numbers are.
pub(super) struct Own {
    pub(super) routers: usize,
    pub(super) viewers: usize,
    pub(super) lines: usize,
    pub(super) left_out: usize,
    /// For those who may see everything.
    pub(super) process: Option<f64>,
    /// What other rooms count, for the same.
    pub(super) extra: Vec<ExtraFamily>,
}

/// Lalin's own metrics.
pub(super) fn write(own: &Own, format: Format, to: &mut String) {
    let number = |family: &Family, value: f64, to: &mut String| {
        family.head(format, to);
        family.sample(format, "", value, None, to);
    };
    BUILD.head(format, to);
    BUILD.sample(format, &Label("version", env!("CARGO_PKG_VERSION")).to_string(), 1, None, to);
    number(&ROUTERS, own.routers as f64, to);
    number(&VIEWERS, own.viewers as f64, to);
    number(&LINES, own.lines as f64, to);
    number(&LEFT_OUT, own.left_out as f64, to);
    for ExtraFamily { name, counter, help, samples } in &own.extra {
        let family = Family { name, kind: if *counter { Kind::Counter } else { Kind::Gauge }, help };
        family.head(format, to);
        for (labels, value) in samples {
            let labels: Vec<String> = labels.iter().map(|(name, value)| Label(name, value).to_string()).collect();
            family.sample(format, &labels.join(","), value, None, to);
        }
    }
    let Some(started) = own.process else { return };
    number(&STARTED, started, to);
    let Some(usage) = Usage::now() else { return };
    number(&CPU, usage.cpu_seconds, to);
    number(&MEMORY, usage.resident_bytes, to);
    number(&FILES, usage.open_files, to);
}

/// What the process takes of the machine.
struct Usage {
    cpu_seconds: f64,
    resident_bytes: f64,
    open_files: f64,
}

impl Usage {
    /// As Linux tells it; `None` elsewhere.
    #[cfg(target_os = "linux")]
    fn now() -> Option<Self> {
        // The second field, the program's name, may contain spaces and parentheses; what follows does not.
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        let per_second = rustix::param::clock_ticks_per_second() as f64;
        let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
        let resident: f64 = pages.split_whitespace().nth(1)?.parse().ok()?;
        Some(Self {
            cpu_seconds: (ticks(11)? + ticks(12)?) / per_second,
            resident_bytes: resident * rustix::param::page_size() as f64,
            // One of them is this listing's own.
            open_files: std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) as f64,
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn now() -> Option<Self> {
        None
    }
}
