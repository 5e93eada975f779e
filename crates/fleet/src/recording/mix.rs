//! What sort of lines are recorded now, as far as the newest samples show: for how the disk will fill.

use lalin_history::Mix;
use lalin_monitor::Monitor;
use lalin_stats::{Frame, Interface, Rate};

use super::policy::{RecordingPolicy, RouterPolicy};

/// A port that carries more is busy, bit/s.
const BUSY_BPS: u64 = 1_000_000;

/// The lines of all routers that the policy leaves.
pub(super) fn of(monitor: &Monitor, policy: &RecordingPolicy) -> Mix {
    let mut mix = Mix::default();
    for router in monitor.routers() {
        let (Some(policy), Some(frame)) = (policy.of(router.id()), router.newest()) else { continue };
        count(&mut mix, &policy, &frame);
    }
    mix
}

fn count(mix: &mut Mix, policy: &RouterPolicy, frame: &Frame) {
    for (interface, rate) in frame.interfaces.iter().zip(&frame.rates) {
        if policy.records(interface, &interface.name) {
            *sort(mix, interface, *rate) += 1;
        }
    }
}

fn sort<'a>(mix: &'a mut Mix, interface: &Interface, rate: Rate) -> &'a mut u32 {
    let carries = [rate.rx, rate.tx].into_iter().flatten().any(|rate| rate.get() > BUSY_BPS);
    match (interface.running, interface.dynamic, carries) {
        (false, ..) => &mut mix.dead,
        (_, true, _) => &mut mix.customers,
        (_, _, true) => &mut mix.busy,
        _ => &mut mix.idle,
    }
}

#[cfg(test)]
mod tests {
    use lalin_stats::BitsPerSecond;

    use super::*;

    #[test]
    fn a_line_is_of_the_sort_that_it_looks_like() {
        let interface = |running, dynamic| Interface { running, dynamic, ..Interface::new("*1", "x", "ether") };
        let rate = |bps| Rate { rx: Some(BitsPerSecond::new(bps)), tx: None };
        let mut mix = Mix::default();
        for (running, dynamic, bps) in
            [(false, false, 0), (true, true, 5_000_000), (true, false, 5_000_000), (true, false, 3_000)]
        {
            *sort(&mut mix, &interface(running, dynamic), rate(bps)) += 1;
        }
        assert_eq!(mix, Mix { busy: 1, customers: 1, idle: 1, dead: 1 });
    }
}
