//! When something is not told: quiet hours, maintenance, nobody to tell, somebody who looks after it.

use lalin_alerts::{Acknowledged, ChannelFacts, Language, Maintenance, NoticeKind, Untold};

use crate::simulation::{NOON_MS, Simulation};

#[test]
fn quiet_hours_end_in_one_digest_of_what_still_stands() {
    let rule = r#"{"kind":"line-down","quiet":{"from":"12:00","to":"13:00"}}"#;
    let mut run = Simulation::new(&[("r", &["a", "b", "c"])], &[rule]);
    run.run(60);
    for line in ["a", "b", "c"] {
        run.link(line, false);
        run.run(60);
    }
    run.link("c", true);
    run.run(600);
    assert!(run.told().is_empty());
    let active = run.engine.active(run.now);
    assert_eq!(active.len(), 2);
    assert!(active.iter().all(|alert| alert.untold == Some(Untold::Quiet)));
    run.run(3_600);
    assert_eq!(run.notices.len(), 1);
    let digest = run.notices.remove(0);
    assert_eq!(digest.kind, NoticeKind::Digest);
    assert!(digest.text.contains("PUTUS: a") && digest.text.contains("PUTUS: b") && !digest.text.contains(": c"));
    run.link("a", true);
    run.run(60);
    assert_eq!(run.told().len(), 1, "it clears where the digest told it");
}

#[test]
fn maintenance_is_shown_and_not_told_until_it_is_over() {
    let mut run = Simulation::new(&[("r", &["a"]), ("s", &["a"])], &[r#"{"kind":"line-down"}"#]);
    let until = NOON_MS + 1_200_000;
    let one = |router: &str| Maintenance { from_ms: NOON_MS, to_ms: until, router: Some(router.parse().unwrap()) };
    run.engine.set_maintenance(vec![one("r")]);
    run.run(60);
    run.line("r", "a").interface.running = false;
    run.line("s", "a").interface.running = false;
    run.run(600);
    let told = run.told();
    assert!(told.len() == 1 && told[0].contains("di S"), "{told:?}");
    assert_eq!(run.engine.active(run.now).len(), 2);
    run.run(600);
    assert_eq!(run.told().len(), 1, "it still stands");
}

#[test]
fn who_looks_after_it_is_not_reminded_and_told_the_end_all_the_same() {
    let rule = r#"{"kind":"line-down","repeatSeconds":1800}"#;
    let mut run = Simulation::new(&[("r", &["a"])], &[rule]);
    run.run(60);
    run.link("a", false);
    run.run(1_900);
    let told = run.told();
    assert!(told.len() == 2 && told[1].starts_with("⏰ Belum ditangani 30 mnt"), "{told:?}");
    let id = run.engine.active(run.now)[0].id.clone();
    assert!(run.engine.acknowledge("nothing", None).is_none());
    run.engine.acknowledge(&id, Some(Acknowledged { by: "sari".into(), at: run.now.unix_ms })).unwrap();
    run.run(7_200);
    assert!(run.told().is_empty());
    run.link("a", true);
    run.run(60);
    assert_eq!(run.told().len(), 1);
}

#[test]
fn what_could_be_told_nowhere_is_told_as_soon_as_there_is_a_channel() {
    let mut run = Simulation::new(&[("r", &["a"])], &[r#"{"kind":"line-down"}"#]);
    run.engine.set_channels(Vec::new());
    run.run(60);
    run.link("a", false);
    run.run(60);
    assert!(run.told().is_empty());
    assert_eq!(run.engine.active(run.now)[0].untold, Some(Untold::NoChannel));
    run.engine.set_channels(vec![ChannelFacts { id: "noc".into(), language: Language::En }]);
    run.run(5);
    assert_eq!(run.told(), ["🔴 DOWN: a on R since 12:01 UTC."]);
}

#[test]
fn the_end_is_told_only_where_the_begin_was() {
    let rule = r#"{"kind":"line-down","channels":["noc"]}"#;
    let mut run = Simulation::new(&[("r", &["a"])], &[rule]);
    let channel = |id: &str| ChannelFacts { id: id.into(), language: Language::Id };
    run.engine.set_channels(vec![channel("noc"), channel("boss")]);
    run.run(60);
    run.link("a", false);
    run.run(30);
    assert_eq!(run.told().len(), 1);
    run.engine.set_rules(vec![crate::simulation::rule(r#"{"kind":"line-down","channels":["boss"]}"#)], run.now);
    run.link("a", true);
    run.run(60);
    let batch: Vec<_> = run.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(batch, [NoticeKind::Cleared], "once, where it was told");
}
