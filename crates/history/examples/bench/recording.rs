//! What recording costs: the thread's time, and the memory.

use lalin_history::{History, Settings, Zone};

use crate::Bars;
use crate::generator::{Router, mixed};

const BEGIN: i64 = 1_772_323_200_000;

/// The seconds of CPU that the history's thread has used, of this machine's clock ticks.
fn thread_seconds() -> Option<f64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let mut sum = 0.0;
    for task in tasks.flatten() {
        let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if name.trim() == "history" {
            // In ns, and so not rounded to the clock's ticks.
            let line = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            sum += line.split(' ').next()?.parse::<f64>().ok()? / 1e9;
        }
    }
    Some(sum)
}

fn resident() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_000.0)
}

pub(crate) fn run(bars: &mut Bars) {
    println!("\n## Recording every 10 s, the store alone\n");
    println!("| what | found | bar | met |\n| --- | --- | --- | --- |");
    for (routers, ticks, cpu, memory) in [(50, 400, 0.5, 64.0), (500, 200, 3.0, 200.0)] {
        let lines = routers * 200;
        let folder = tempfile::tempdir().unwrap();
        let mut all: Vec<Router> =
            (0..routers).map(|number| Router::new(number, (0..200).map(mixed), BEGIN, 10_000)).collect();
        let history = History::open(Settings { zone: Zone::utc(), ..Settings::new(folder.path()) }).unwrap();
        history.flush().unwrap();
        let Some((seconds, before)) = thread_seconds().zip(resident()) else {
            println!("| {lines} lines | this system does not say | | |");
            continue;
        };
        let mut most = before;
        for _ in 0..ticks {
            for router in &mut all {
                assert!(history.recorder().record(router.tick()));
            }
            history.flush().unwrap();
            most = most.max(resident().unwrap_or_default());
        }
        history.compact().unwrap();
        let used = thread_seconds().unwrap_or_default() - seconds;
        let share = used / (f64::from(ticks) * 10.0) * 100.0;
        bars.hold(&format!("{lines} lines, {ticks} ticks: a core"), share, cpu, "%");
        bars.hold(&format!("{lines} lines: memory"), most - before, memory, "MB");
    }
}
