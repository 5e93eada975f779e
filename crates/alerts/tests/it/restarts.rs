//! What a restart keeps: never a storm, nothing lost, nothing told again.

use lalin_alerts::Kept;

use crate::simulation::{Simulation, id};

const LINES: &str = r#"{"id":"lines","kind":"line-down"}"#;
const DEAD: &str = r#"{"id":"dead","kind":"router-unreachable"}"#;

#[test]
fn what_was_told_is_not_told_again() {
    let mut run = Simulation::new(&[("r", &["a", "b"])], &[LINES, DEAD]);
    run.run(60);
    run.link("a", false);
    run.run(30);
    assert_eq!(run.told().len(), 1);
    let mut run = run.restart(&[LINES, DEAD], 300);
    run.run(600);
    assert!(run.told().is_empty());
    run.link("a", true);
    run.run(60);
    let told = run.told();
    assert!(told.len() == 1 && told[0].starts_with("🟢 PULIH: a di R setelah"), "{told:?}");
}

#[test]
fn what_ended_and_what_began_meanwhile_is_told_as_such() {
    let mut run = Simulation::new(&[("r", &["a", "b"])], &[LINES]);
    run.run(60);
    run.link("a", false);
    run.run(30);
    run.told();
    run.link("a", true);
    run.link("b", false);
    let mut run = run.restart(&[LINES], 3_600);
    run.run(120);
    let told = run.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|text| text.contains("PUTUS: b") && text.contains("selama Lalin mati")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("PULIH: a") && text.contains("selama Lalin mati")), "{told:?}");
}

#[test]
fn nothing_is_judged_before_the_first_good_read_and_a_dead_router_is_given_a_minute() {
    let mut run = Simulation::new(&[("r", &["a"])], &[LINES, DEAD]);
    run.run(60);
    let mut run = run.restart(&[LINES, DEAD], 60);
    run.kill("r", true);
    run.run(200);
    assert!(run.told().is_empty());
    run.run(100);
    assert_eq!(run.told().len(), 1);
    let mut run = run.restart(&[LINES, DEAD], 60);
    run.kill("r", true);
    run.run(1_200);
    assert!(run.told().is_empty(), "it is still dead");
    run.kill("r", false);
    run.run(120);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn what_was_owed_when_it_was_killed_is_told_afterwards() {
    let mut run = Simulation::new(&[("r", &["a"])], &[DEAD]);
    run.run(60);
    run.kill("r", true);
    // Fired, and waiting for others that may belong into the same message.
    for _ in 0..300 {
        run.run(1);
        if run.written.alerts.values().any(|alert| alert.owes.is_some()) {
            break;
        }
    }
    assert!(run.told().is_empty());
    let mut run = run.restart(&[DEAD], 5);
    run.kill("r", true);
    run.run(30);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn a_rule_that_is_gone_or_means_something_else_ends_its_alerts_with_the_reason() {
    for (rules, reason) in [
        (&[][..], "aturan dihapus"),
        (&[r#"{"id":"lines","kind":"line-down","enabled":false}"#][..], "aturan dimatikan"),
        (&[r#"{"id":"lines","kind":"line-down","target":{"tag":"pop"}}"#][..], "aturan diubah"),
    ] {
        let mut run = Simulation::new(&[("r", &["a", "b"])], &[LINES]);
        run.run(60);
        run.link("a", false);
        run.run(30);
        run.told();
        // While it runs, and over a restart alike.
        let mut restarted = run.restart(rules, 60);
        restarted.run(5);
        run.engine.set_rules(rules.iter().map(|json| crate::simulation::rule(json)).collect(), run.now);
        run.run(5);
        for run in [&mut run, &mut restarted] {
            let told = run.told();
            assert!(told.len() == 1 && told[0].contains(reason), "{reason}: {told:?}");
        }
    }
}

#[test]
fn a_router_that_another_machine_takes_up_goes_on_there_and_is_told_once() {
    let mut first = Simulation::new(&[("r", &["a", "b"]), ("s", &["a"])], &[LINES, DEAD]);
    let mut second = Simulation::new(&[("r", &["a", "b"])], &[LINES, DEAD]);
    second.engine.let_go(&id("r"));
    first.run(60);
    first.link("a", false);
    first.line("s", "a").interface.running = false;
    first.run(30);
    assert_eq!(first.told().len(), 2);
    // As it is kept between the two.
    let kept = Kept::from_json(&first.engine.kept(&id("r")).to_json().unwrap()).unwrap();
    assert_eq!((kept.alerts.len(), kept.lines.len()), (1, 2));
    first.engine.let_go(&id("r"));
    second.now = first.now;
    second.engine.take_up(second.router_facts("r"), kept.remembered(&id("r")));
    // What went down in between is new, and what was down before is not.
    second.link("a", false);
    second.link("b", false);
    second.run(60);
    let told = second.told();
    assert!(told.len() == 1 && told[0].contains("PUTUS: b") && !told[0].contains("Lalin"), "{told:?}");
    second.link("a", true);
    second.run(60);
    let told = second.told();
    assert!(told.len() == 1 && told[0].starts_with("🟢 PULIH: a di R setelah"), "{told:?}");
    // The one that let it go tells of its own only.
    first.lines.remove("r");
    first.set_routers();
    first.line("s", "a").interface.running = true;
    first.run(120);
    let told = first.told();
    assert!(told.len() == 1 && told[0].contains("PULIH: a di S"), "{told:?}");
}
