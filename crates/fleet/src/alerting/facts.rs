//! Who the routers are, and what they tell of themselves.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use lalin_alerts::{DiskFacts, LineFacts, RouterFacts, Rule, SystemFacts};
use lalin_monitor::Router;
use lalin_stats::RouterId;
use lalin_store::LineScope;
use tokio::time::Instant;

use crate::shared::Shared;
use crate::{SystemInfo, system_info};

/// What was said of the lines of each router.
pub(super) type LinesOfRouters = HashMap<RouterId, Arc<HashMap<String, LineFacts>>>;

/// What was said of lines for everyone. `None` where it cannot be read.
pub(super) async fn lines(shared: &Shared) -> Option<LinesOfRouters> {
    let Some(store) = &shared.store else { return Some(LinesOfRouters::new()) };
    let all = store.lines().await.ok()?;
    let mut lines: HashMap<RouterId, HashMap<String, LineFacts>> = HashMap::new();
    for line in all.into_iter().filter(|line| line.scope == LineScope::Everyone) {
        let facts = LineFacts {
            point_of_view: line.settings.point_of_view,
            down_bps: line.settings.limit_down_bps,
            up_bps: line.settings.limit_up_bps,
        };
        lines.entry(line.router).or_default().insert(line.interface, facts);
    }
    Some(lines.into_iter().map(|(router, lines)| (router, Arc::new(lines))).collect())
}

/// The routers that are watched.
pub(super) fn routers(shared: &Shared, lines: &LinesOfRouters) -> Vec<RouterFacts> {
    shared.monitor.routers().iter().map(|router| of_router(shared, lines, router)).collect()
}

/// One of them.
pub(super) fn of_router(shared: &Shared, lines: &LinesOfRouters, router: &Router) -> RouterFacts {
    let entry = shared.entries.get(router.id());
    let (tags, wan) = match &entry {
        Some(entry) => (entry.settings.tags.clone(), entry.wan(&shared.monitor).interfaces.clone()),
        None => (Vec::new(), Vec::new()),
    };
    RouterFacts {
        id: router.id().clone(),
        name: router.label().name.to_string(),
        tags,
        wan,
        lines: lines.get(router.id()).cloned().unwrap_or_default(),
    }
}

/// Asks the routers what they are, if a rule needs it. Does not wait for the answers.
pub(super) fn ask_routers(shared: &Arc<Shared>, rules: &[Arc<Rule>]) {
    use lalin_alerts::Kind::{ClockOff, CpuAbove, MemoryAbove, RouterRebooted};
    let needed =
        |rule: &Arc<Rule>| rule.enabled && matches!(rule.kind, CpuAbove | MemoryAbove | ClockOff | RouterRebooted);
    if rules.iter().any(needed) {
        system_info::refresh(shared);
    }
}

/// What routers told since then.
pub(super) fn told_since(shared: &Shared, since: Option<Instant>) -> Vec<(RouterId, SystemFacts)> {
    let new = shared.entries.iter().filter_map(|entry| {
        let told = entry.told.filter(|told| since.is_none_or(|since| *told > since))?;
        Some((entry.settings.id.clone(), system(entry.system_info.as_ref()?, told)))
    });
    new.collect()
}

/// What is left of the disk of a folder; `None` where the system does not say.
#[cfg(unix)]
pub(super) fn disk(folder: &Path) -> Option<DiskFacts> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.checked_mul(disk.f_frsize);
    Some(DiskFacts { free: bytes(disk.f_bavail)?, total: bytes(disk.f_blocks)? })
}

/// Windows is not asked.
#[cfg(not(unix))]
pub(super) fn disk(_folder: &Path) -> Option<DiskFacts> {
    None
}

fn system(info: &SystemInfo, told: Instant) -> SystemFacts {
    let memory = info.memory_used.zip(info.memory_total).filter(|(_, total)| *total > 0);
    SystemFacts {
        cpu_percent: info.cpu_percent.map(f64::from),
        memory_percent: memory.map(|(used, total)| used as f64 / total as f64 * 100.0),
        clock_off_s: info.clock.and_then(|clock| clock_off(clock, told)),
        uptime_s: info.uptime.map(|uptime| (uptime + told.elapsed()).as_secs()),
    }
}

/// How far a router's clock is from ours, s, whichever way. It tells whole seconds.
fn clock_off(clock: u64, told: Instant) -> Option<f64> {
    let then = SystemTime::now().checked_sub(told.elapsed())?.duration_since(UNIX_EPOCH).ok()?;
    Some((clock as f64 + 0.5 - then.as_secs_f64()).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_is_held_against_the_moment_it_was_told() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(clock_off(now, Instant::now()).unwrap() <= 2.0);
        let slow = clock_off(now - 3_600, Instant::now()).unwrap();
        assert!((slow - 3_600.0).abs() <= 2.0, "{slow}");
    }
}
