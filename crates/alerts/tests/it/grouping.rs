//! What begins together is one message, and so is what ends together.

use std::collections::HashSet;

use crate::simulation::Simulation;

const LINES: &str = r#"{"kind":"line-down"}"#;

#[test]
fn lines_that_fall_in_one_sample_are_one_message() {
    let names: Vec<String> = (0..24).map(|number| format!("ether{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut run = Simulation::new(&[("r", &names)], &[LINES]);
    run.run(60);
    for name in &names {
        run.link(name, false);
    }
    run.run(30);
    assert_eq!(run.notices.len(), 1);
    let fire = run.notices.remove(0);
    assert!(fire.text.starts_with("🔴 PUTUS 24 interface di R sejak 12.01 UTC:"), "{}", fire.text);
    assert!(fire.text.contains("dan 4 lagi") && fire.alert.starts_with("group:"));
    run.link("ether0", true);
    run.run(60);
    let one = run.notices.remove(0);
    assert_eq!((one.answers.as_deref(), &one.alert), (None, &fire.alert), "the others still stand");
    for name in &names {
        run.link(name, true);
    }
    run.run(60);
    assert_eq!(run.notices.len(), 1);
    assert_eq!(run.notices[0].answers.as_deref(), Some(&*fire.id));
}

#[test]
fn two_lines_are_told_each_for_itself_and_every_message_has_its_own_key() {
    let mut run = Simulation::new(&[("r", &["a", "b"])], &[LINES]);
    run.run(60);
    for _ in 0..2 {
        for up in [false, true] {
            run.link("a", up);
            run.link("b", up);
            run.run(700);
        }
    }
    let ids: HashSet<_> = run.notices.iter().map(|notice| notice.id.clone()).collect();
    assert_eq!((run.notices.len(), ids.len()), (8, 8));
}
