//! A line's link: down, up, and again and again.

use lalin_alerts::{NoticeKind, State};

use crate::simulation::Simulation;

const WAN: &str = r#"{"kind":"line-down","target":{"router":"r","interface":"wan"}}"#;
const ALL: &str = r#"{"kind":"line-down","target":{"all":true}}"#;

#[test]
fn a_line_that_goes_down_is_told_once_and_once_when_it_is_up() {
    let mut run = Simulation::new(&[("r", &["wan"])], &[WAN]);
    run.run(60);
    assert!(run.told().is_empty());
    run.link("wan", false);
    run.run(252);
    assert_eq!(run.told(), ["🔴 PUTUS: wan di R sejak 12.01 UTC."]);
    run.link("wan", true);
    run.run(20);
    assert!(run.told().is_empty(), "it may fall again at once");
    assert_eq!(run.engine.active(run.now)[0].state, State::Clearing);
    run.run(60);
    let notice = run.notices[0].clone();
    assert_eq!(run.told(), ["🟢 PULIH: wan di R setelah 4 mnt 10 dtk."]);
    assert_eq!((notice.kind, notice.answers.is_some()), (NoticeKind::Cleared, true));
    run.run(3_600);
    assert!(run.told().is_empty() && run.engine.active(run.now).is_empty());
}

#[test]
fn a_line_that_has_to_be_down_for_a_while_is_held_until_then_and_forgotten_when_it_is_not() {
    let rule = r#"{"kind":"line-down","target":{"router":"r","interface":"wan"},"forSeconds":60}"#;
    let mut run = Simulation::new(&[("r", &["wan"])], &[rule]);
    run.run(30);
    run.link("wan", false);
    run.run(50);
    assert_eq!(run.engine.active(run.now)[0].state, State::Pending);
    run.link("wan", true);
    run.run(60);
    assert!(run.told().is_empty() && run.engine.active(run.now).is_empty());
    run.link("wan", false);
    run.run(80);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn of_all_lines_only_those_that_were_up_are_missed() {
    let mut run = Simulation::new(&[("r", &["ether1", "ether2"])], &[ALL]);
    run.link("ether2", false);
    run.run(60);
    assert!(run.told().is_empty(), "an empty port");
    run.link("ether1", false);
    run.run(20);
    assert_eq!(run.told(), ["🔴 PUTUS: ether1 di R sejak 12.01 UTC."]);
}

#[test]
fn a_line_that_an_operator_switched_off_is_not_down() {
    let mut run = Simulation::new(&[("r", &["wan"])], &[WAN]);
    run.run(30);
    let line = run.line("r", "wan");
    (line.interface.running, line.interface.disabled) = (false, true);
    run.run(120);
    assert!(run.told().is_empty());
}

#[test]
fn a_hundred_flaps_in_ten_minutes_are_at_most_three_messages() {
    let mut run = Simulation::new(&[("r", &["wan"])], &[WAN]);
    run.run(60);
    // Six seconds a flap; samples every ten see some of it, and the router's own count all.
    for flap in 0..100_u64 {
        run.line("r", "wan").interface.link_downs = Some(flap + 1);
        run.link("wan", false);
        run.run(3);
        run.link("wan", true);
        run.run(3);
    }
    run.run(1_200);
    let told = run.told();
    assert!((2..=3).contains(&told.len()), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("🟠 Putus-nyambung: wan di R")), "{told:?}");
    assert!(told.last().unwrap().starts_with("🟢 Stabil: wan di R, sekarang UP"), "{told:?}");
    assert!(run.engine.active(run.now).is_empty());
}

#[test]
fn flaps_that_every_sample_sees_are_at_most_three_messages_too() {
    let mut run = Simulation::new(&[("r", &["wan"])], &[WAN]);
    run.run(60);
    for flap in 0..60 {
        run.link("wan", flap % 2 == 1);
        run.run(10);
    }
    run.link("wan", false);
    run.run(1_200);
    let told = run.told();
    assert!(told.len() <= 3, "{told:?}");
    assert!(told.last().unwrap().starts_with("🔴 Stabil: wan di R, sekarang DOWN"), "{told:?}");
    run.link("wan", true);
    run.run(60);
    assert_eq!(run.told().len(), 1, "then it is told as ever");
}

#[test]
fn flapping_stops_being_counted_while_the_router_is_away() {
    let mut run = Simulation::new(&[("r", &["wan"])], &[WAN]);
    run.run(60);
    for flap in 0..6 {
        run.link("wan", flap % 2 == 1);
        run.run(10);
    }
    run.told();
    run.kill("r", true);
    run.run(3_600);
    assert_eq!(run.engine.active(run.now)[0].state, State::Flapping, "an hour of nothing is not steady");
    run.kill("r", false);
    run.run(500);
    assert!(run.told().is_empty());
    run.run(300);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn a_line_that_is_renamed_keeps_its_alert() {
    let mut run = Simulation::new(&[("r", &["ether1"])], &[ALL]);
    run.run(30);
    run.link("ether1", false);
    run.run(20);
    run.line("r", "ether1").interface.name = "uplink".into();
    run.run(60);
    let told = run.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(run.engine.active(run.now)[0].interface.as_deref(), Some("uplink"));
}

#[test]
fn a_line_that_was_taken_away_ends_its_alert_with_the_reason() {
    let mut run = Simulation::new(&[("r", &["ether1", "ether2"])], &[ALL]);
    run.run(30);
    run.link("ether1", false);
    run.run(20);
    run.remove_line("r", "ether1");
    run.run(20);
    let told = run.told();
    assert_eq!(told.len(), 2);
    assert!(told[1].starts_with("⚪ SELESAI: ether1 di R"), "{told:?}");
}
