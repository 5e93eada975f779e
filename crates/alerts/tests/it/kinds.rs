//! Every other kind of rule: it fires, holds, clears and stays silent.

use lalin_alerts::{DiskFacts, LineFacts, SystemFacts, UsageFacts};
use lalin_stats::{ErrorCounts, PointOfView, Rate, Uncertainty};

use crate::simulation::{Line, Simulation, id};

fn of(rule: &str) -> Simulation {
    let mut run = Simulation::new(&[("r", &["wan", "lan"])], &[rule]);
    run.run(30);
    run
}

#[test]
fn traffic_above_has_to_last_and_to_pass_the_second_bound_on_the_way_back() {
    let rule = r#"{"kind":"traffic-above","target":{"router":"r","interface":"wan"},"bound":90e6,"clearBound":80e6,
                   "forSeconds":60,"direction":"down"}"#;
    let mut run = of(rule);
    run.line("r", "wan").rate = Line::mbits(1, 200);
    run.run(300);
    assert!(run.told().is_empty(), "that is upload");
    run.line("r", "wan").rate = Line::mbits(94, 1);
    run.run(50);
    run.line("r", "wan").rate = Line::mbits(10, 1);
    run.run(20);
    run.line("r", "wan").rate = Line::mbits(94, 1);
    run.run(60);
    assert!(run.told().is_empty(), "it began anew");
    run.run(20);
    assert_eq!(run.told(), ["🟠 Padat: wan di R unduh 94 Mbit/s dari 90 Mbit/s sejak 12.06 UTC."]);
    run.line("r", "wan").rate = Line::mbits(85, 1);
    run.run(600);
    assert!(run.told().is_empty(), "between the bounds");
    run.line("r", "wan").rate = Line::mbits(79, 1);
    run.run(60);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn an_uncertain_rate_has_to_pass_the_bound_with_its_lower_edge() {
    let mut run =
        of(r#"{"kind":"traffic-above","bound":90e6,"forSeconds":0,"target":{"router":"r","interface":"wan"}}"#);
    run.uncertainty = Uncertainty { low: 0.9, high: 1.1 };
    run.line("r", "wan").rate = Line::mbits(95, 1);
    run.run(60);
    assert!(run.told().is_empty());
    run.line("r", "wan").rate = Line::mbits(101, 1);
    run.run(20);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn traffic_below_is_not_told_of_a_rate_that_is_not_known() {
    let mut run =
        of(r#"{"kind":"traffic-below","bound":500e3,"forSeconds":60,"target":{"router":"r","interface":"wan"}}"#);
    run.line("r", "wan").rate = Rate::UNKNOWN;
    run.run(600);
    assert!(run.told().is_empty());
    run.line("r", "wan").rate = Line::mbits(0, 0);
    run.run(90);
    assert_eq!(run.told().len(), 1);
    run.line("r", "wan").rate = Line::mbits(5, 5);
    run.run(60);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn per_cent_are_of_the_link_or_of_what_was_ordered() {
    let mut run = of(r#"{"kind":"traffic-above","bound":90,"unit":"percent-of-package","direction":"down",
                         "forSeconds":0,"target":{"router":"r","interface":"lan"}}"#);
    run.line("r", "lan").rate = Line::mbits(1, 19);
    run.run(30);
    assert!(run.told().is_empty(), "nothing was ordered, so nothing is known");
    let said = LineFacts { point_of_view: Some(PointOfView::Customer), down_bps: Some(20_000_000), up_bps: None };
    run.facts.insert("lan".into(), said);
    run.set_routers();
    run.run(20);
    assert!(run.told()[0].contains("95 %"), "19 of 20 Mbit/s");
    let mut run = of(r#"{"kind":"traffic-above","bound":90,"unit":"percent-of-link","forSeconds":0,
                         "target":{"router":"r","interface":"wan"}}"#);
    run.line("r", "wan").interface.link_bps = Some(100_000_000);
    run.line("r", "wan").rate = Line::mbits(89, 89);
    run.run(30);
    assert!(run.told().is_empty());
    run.line("r", "wan").rate = Line::mbits(89, 92);
    run.run(20);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn errors_and_drops_are_counted_a_second() {
    for (kind, errors, drops) in [("errors-above", 100, 0), ("drops-above", 0, 100)] {
        let rule =
            format!(r#"{{"kind":"{kind}","bound":5,"forSeconds":20,"target":{{"router":"r","interface":"lan"}}}}"#);
        let mut run = of(&rule);
        run.errors = vec![ErrorCounts { place: 1, errors: drops, drops: errors }];
        run.run(60);
        assert!(run.told().is_empty(), "{kind}: the other counter");
        run.errors = vec![ErrorCounts { place: 1, errors, drops }];
        run.run(40);
        assert!(run.told()[0].contains("10/dtk"), "{kind}");
        run.errors.clear();
        run.run(60);
        assert_eq!(run.told().len(), 1, "{kind}");
    }
}

#[test]
fn a_flapping_rule_tells_of_changes_and_of_ten_minutes_without_one() {
    let mut run = of(r#"{"kind":"flapping","bound":4,"target":{"router":"r","interface":"wan"}}"#);
    for flap in 0..3 {
        run.link("wan", flap % 2 == 1);
        run.run(10);
    }
    run.run(700);
    assert!(run.told().is_empty(), "three changes");
    for flap in 0..6 {
        run.link("wan", flap % 2 == 0);
        run.run(10);
    }
    assert_eq!(run.told().len(), 1);
    run.run(560);
    assert!(run.told().is_empty());
    run.run(120);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn no_data_of_a_line_is_not_zero() {
    let mut run = of(r#"{"kind":"no-data","forSeconds":60,"target":{"router":"r","interface":"wan"}}"#);
    run.line("r", "wan").rate = Line::mbits(0, 0);
    run.run(300);
    assert!(run.told().is_empty(), "zero is data");
    run.line("r", "wan").rate = Rate::UNKNOWN;
    run.run(90);
    assert_eq!(run.told().len(), 1);
    run.line("r", "wan").rate = Line::mbits(0, 0);
    run.run(60);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn processors_memory_and_clock_are_watched_from_what_the_router_tells() {
    let facts = |cpu, memory, clock| SystemFacts {
        cpu_percent: Some(cpu),
        memory_percent: Some(memory),
        clock_off_s: Some(clock),
        uptime_s: None,
    };
    for (kind, bad) in [
        ("cpu-above", facts(95.0, 1.0, 1.0)),
        ("memory-above", facts(1.0, 95.0, 1.0)),
        ("clock-off", facts(1.0, 1.0, 95.0)),
    ] {
        let mut run = of(&format!(r#"{{"kind":"{kind}","forSeconds":120}}"#));
        let minutes = |run: &mut Simulation, facts: SystemFacts, count: usize| {
            for _ in 0..count {
                run.run(60);
                run.engine.system(&id("r"), facts, run.now);
                run.collect();
            }
        };
        minutes(&mut run, bad, 2);
        assert!(run.told().is_empty(), "{kind}");
        minutes(&mut run, bad, 2);
        assert_eq!(run.told().len(), 1, "{kind}");
        minutes(&mut run, SystemFacts::default(), 5);
        assert!(run.told().is_empty(), "{kind}: what it does not tell is not well");
        minutes(&mut run, facts(1.0, 1.0, 1.0), 3);
        assert_eq!(run.told().len(), 1, "{kind}");
    }
}

#[test]
fn the_disk_is_watched_by_what_is_left() {
    let mut run = of(r#"{"kind":"disk-low","bound":10,"forSeconds":0}"#);
    let disk = |run: &mut Simulation, free| {
        run.run(60);
        run.engine.disk(DiskFacts { free, total: 100 }, run.now);
        run.collect();
    };
    disk(&mut run, 11);
    assert!(run.told().is_empty());
    disk(&mut run, 9);
    assert_eq!(run.told(), ["🔴 Disk Lalin tinggal 9 % (batas 10 %)."]);
    disk(&mut run, 50);
    disk(&mut run, 50);
    assert_eq!(run.told().len(), 1);
}

fn used(rx: f64, period: &str) -> UsageFacts {
    UsageFacts {
        rule: "rule".into(),
        router: id("r"),
        interface: "wan".into(),
        rx,
        tx: 0.0,
        side: PointOfView::Network,
        link_bps: None,
        period: period.into(),
    }
}

#[test]
fn a_quota_is_told_once_a_period_and_arms_again_silently() {
    let rule = r#"{"kind":"usage-above","bound":300e9,"period":"month","target":{"router":"r","interface":"wan"}}"#;
    let mut run = of(rule);
    let use_up = |run: &mut Simulation, rx, period| {
        run.engine.usage(&[used(rx, period)], run.now);
        run.run(60);
    };
    use_up(&mut run, 299e9, "2026-11");
    assert!(run.told().is_empty());
    use_up(&mut run, 312e9, "2026-11");
    assert_eq!(run.told(), ["🟠 Kuota tembus: wan di R 312 GB dari 300 GB bulan ini."]);
    use_up(&mut run, 400e9, "2026-11");
    let mut run = run.restart(&[rule], 60);
    use_up(&mut run, 401e9, "2026-11");
    use_up(&mut run, 1e9, "2026-12");
    assert!(run.told().is_empty(), "neither again nor that it is over");
    use_up(&mut run, 301e9, "2026-12");
    assert_eq!(run.told().len(), 1);
}

#[test]
fn a_percentile_that_comes_to_its_bound_is_told_once_a_month() {
    let rule =
        r#"{"kind":"percentile-near","bound":90e6,"direction":"down","target":{"router":"r","interface":"wan"}}"#;
    let mut run = of(rule);
    for rx in [80e6, 91e6, 95e6] {
        run.engine.usage(&[used(rx, "2026-11")], run.now);
        run.run(60);
    }
    assert_eq!(run.told(), ["🟠 Persentil 95: wan di R 91 Mbit/s dari 90 Mbit/s bulan ini."]);
}

#[test]
fn a_reboot_is_told_once_whoever_sees_it_and_after_a_restart_too() {
    let rule = r#"{"kind":"router-rebooted"}"#;
    let mut run = of(rule);
    let runs = |run: &mut Simulation, uptime_s| {
        let facts = SystemFacts { uptime_s: Some(uptime_s), ..SystemFacts::default() };
        run.engine.system(&id("r"), facts, run.now);
        run.run(60);
    };
    runs(&mut run, 86_400);
    runs(&mut run, 86_460);
    assert!(run.told().is_empty());
    runs(&mut run, 30);
    runs(&mut run, 90);
    let told = run.told();
    assert!(told.len() == 1 && told[0].starts_with("🔁 R menyala ulang pukul"), "{told:?}");
    let mut run = run.restart(&[rule], 600);
    runs(&mut run, 810);
    assert!(run.told().is_empty(), "that one is known");
    let mut run = run.restart(&[rule], 3_600);
    runs(&mut run, 600);
    assert!(run.told()[0].contains("selama Lalin mati"));
}
