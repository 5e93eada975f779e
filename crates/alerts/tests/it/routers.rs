//! A router that does not answer, and what hangs behind it.

use lalin_alerts::{NoticeKind, State};

use crate::simulation::Simulation;

const DEAD: &str = r#"{"kind":"router-unreachable"}"#;
const LINES: &str = r#"{"id":"lines","kind":"line-down"}"#;

fn five_hundred() -> Vec<String> {
    (0..500).map(|number| format!("ether{number}")).collect()
}

#[test]
fn a_dead_router_is_one_message_and_not_one_for_each_of_its_lines() {
    let names = five_hundred();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let no_data = r#"{"id":"no-data","kind":"no-data"}"#;
    let mut run = Simulation::new(&[("r", &names)], &[DEAD, LINES, no_data]);
    run.run(60);
    run.kill("r", true);
    run.run(150);
    assert!(run.told().is_empty());
    run.run(60);
    let told = run.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0], "🔴 R tidak merespons sejak 12.01 UTC (API ditolak). Status jalurnya belum diketahui.");
    run.run(3_600);
    assert!(run.told().is_empty());
    run.kill("r", false);
    run.run(120);
    let told = run.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("🟢 PULIH: R merespons lagi setelah 1 jam"), "{told:?}");
}

#[test]
fn a_router_that_comes_back_in_time_is_not_told() {
    let mut run = Simulation::new(&[("r", &["wan"])], &[DEAD]);
    run.run(60);
    for _ in 0..5 {
        run.kill("r", true);
        run.run(100);
        run.kill("r", false);
        run.run(100);
    }
    assert!(run.told().is_empty());
}

#[test]
fn lines_of_a_dead_router_neither_fire_nor_clear_and_are_judged_one_read_after_it_is_back() {
    let mut run = Simulation::new(&[("r", &["a", "b"])], &[DEAD, LINES]);
    run.run(60);
    run.link("a", false);
    run.run(20);
    assert_eq!(run.told().len(), 1);
    run.kill("r", true);
    run.run(600);
    assert_eq!(run.told().len(), 1, "the router");
    let held = run.engine.active(run.now);
    let line = held.iter().find(|alert| alert.interface.is_some()).unwrap();
    assert_eq!(line.state, State::Firing);
    assert_eq!(line.held_by.as_ref().unwrap().reason, "refused");
    run.link("a", true);
    run.link("b", false);
    run.kill("r", false);
    run.run(10);
    assert!(run.told().is_empty(), "one full read is waited for");
    run.run(120);
    let told = run.told();
    assert_eq!(told.len(), 3, "a is up, b is down, the router answers: {told:?}");
}

#[test]
fn what_hangs_behind_a_dead_uplink_is_named_and_not_told_itself() {
    let uplink = r#"{"id":"up","kind":"line-down","target":{"router":"r","interface":"up"},"behind":["p1","p2"]}"#;
    let mut run = Simulation::new(&[("r", &["up"]), ("p1", &["wan"]), ("p2", &["wan"])], &[DEAD, uplink]);
    run.run(60);
    // The children are found dead before the line is read.
    run.kill("p1", true);
    run.kill("p2", true);
    run.run(5);
    run.line("r", "up").interface.running = false;
    run.run(900);
    let told = run.told();
    assert_eq!(told, ["🔴 PUTUS: up di R sejak 12.01 UTC. Di belakangnya: P1, P2."]);
    run.line("r", "up").interface.running = true;
    run.kill("p1", false);
    run.run(120);
    assert_eq!(run.told().len(), 1, "the line is up again, and p2 is given its time");
    run.run(300);
    let told = run.told();
    assert!(told.len() == 1 && told[0].contains("P2 tidak merespons"), "{told:?}");
}

#[test]
fn what_hangs_behind_a_dead_router_is_held_by_it() {
    let uplink = r#"{"id":"up","kind":"line-down","target":{"router":"r","interface":"up"},"behind":["p1"]}"#;
    let mut run = Simulation::new(&[("r", &["up"]), ("p1", &["wan"])], &[DEAD, uplink]);
    run.run(60);
    run.kill("r", true);
    run.kill("p1", true);
    run.run(900);
    let told = run.told();
    assert!(told.len() == 1 && told[0].contains("Di belakangnya: P1."), "{told:?}");
}

#[test]
fn many_routers_that_die_together_are_one_message() {
    let names: Vec<String> = (0..40).map(|number| format!("r{number:02}")).collect();
    let routers: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), &["wan"][..])).collect();
    let mut run = Simulation::new(&routers, &[DEAD]);
    run.run(60);
    for name in &names {
        run.kill(name, true);
    }
    run.run(300);
    assert_eq!(run.notices.len(), 1);
    assert_eq!(run.notices[0].kind, NoticeKind::Fired);
    assert!(run.told()[0].starts_with("🔴 40 router tidak merespons"));
    for name in &names {
        run.kill(name, false);
    }
    run.run(120);
    assert_eq!(run.notices.len(), 1);
    assert!(run.notices[0].answers.is_some());
}

#[test]
fn no_data_is_told_where_the_router_is_not_called_unreachable() {
    let no_data = r#"{"kind":"no-data","forSeconds":60}"#;
    let mut run = Simulation::new(&[("r", &["wan"])], &[no_data]);
    run.run(60);
    // Nothing fails, and nothing comes.
    run.kill("r", true);
    run.engine.state(&crate::simulation::id("r"), &lalin_stats::RouterState::Live, 10_000, run.now);
    run.run(200);
    let told = run.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("Tidak ada data dari R") && told[0].contains("bukan nol"));
    run.kill("r", false);
    run.run(90);
    assert_eq!(run.told().len(), 1);
}
