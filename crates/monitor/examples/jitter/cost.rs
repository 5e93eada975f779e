//! What a tick costs, in CPU time where the system tells it.

use std::time::Duration;

use lalin_monitor::ReadTimes;
use tokio::time::Instant;

/// So many rises are looked at in a round: the system tells CPU time in steps of some milliseconds.
const RISES: usize = 4_000_000;
/// The best of so many, as whatever else the machine does only adds.
const ROUNDS: usize = 7;

/// Counters, and microseconds a tick.
pub(crate) fn measure() -> Vec<(usize, f64)> {
    [1, 50, 2_000]
        .into_iter()
        .map(|counters| (counters, (0..ROUNDS).map(|_| once(counters)).fold(f64::MAX, f64::min)))
        .collect()
}

fn once(counters: usize) -> f64 {
    let mut random = fastrand::Rng::with_seed(1);
    let origin = Instant::now();
    let mut read_times = ReadTimes::new(Duration::from_secs(2));
    let rises: Vec<Vec<Option<u64>>> =
        (0..16).map(|_| (0..counters).map(|_| Some(random.u64(500_000..1_500_000))).collect()).collect();
    let late: Vec<Duration> = (0..64).map(|_| Duration::from_millis(random.u64(1..500))).collect();
    let mut asked = origin;
    let ticks = (RISES / counters).min(200_000);
    let begun = cpu_time(origin);
    for tick in 0..ticks {
        let read = read_times.next(asked, asked + late[tick % late.len()], &rises[tick % rises.len()]);
        std::hint::black_box(read);
        asked += Duration::from_secs(2);
    }
    (cpu_time(origin) - begun) * 1e6 / ticks as f64
}

/// This thread's, seconds; on systems that do not tell it, what passed since `origin`.
fn cpu_time(origin: Instant) -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok());
    nanos.map_or_else(|| origin.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}
