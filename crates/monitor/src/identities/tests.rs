//! Who goes on, who comes back, who begins.

use lalin_stats::{Counters, ErrorCounts, Uncertainty};
use tokio::time::Instant;

use super::*;

/// `(id, name, type, bytes)`; what is named like a customer's line is dynamic.
type Seen<'a> = (&'a str, &'a str, &'a str, u64);

#[derive(Default)]
struct Samples {
    identities: Identities,
    before: Option<Frame>,
}

impl Samples {
    /// The line and key of each interface of one more sample.
    fn next(&mut self, seen: &[Seen]) -> Vec<(u64, String)> {
        let row = |&(id, name, kind, bytes): &Seen| {
            let interface = Interface { dynamic: name.starts_with('<'), ..Interface::new(id, name, kind) };
            Row::new(Arc::new(interface), Counters::bytes(bytes, bytes))
        };
        let rows: Vec<Row> = seen.iter().map(row).collect();
        let identities = self.identities.of(&rows, self.before.as_ref());
        let told = identities.iter().map(|identity| (identity.line, identity.key.to_string())).collect();
        self.before = Some(Frame {
            router: "r".parse().unwrap(),
            seq: 1,
            at: Instant::now(),
            unix_ms: 0,
            time_base: 1,
            clock_step_ms: 0,
            elapsed: None,
            revision: 1,
            interfaces: rows.iter().map(|row| row.interface.clone()).collect(),
            identities,
            counters: rows.iter().map(|row| row.counters).collect(),
            rates: Box::default(),
            uncertainty: Uncertainty::NONE,
            error_counts: Box::<[ErrorCounts]>::default(),
            gap: None,
        });
        told
    }

    fn lines(&mut self, seen: &[Seen]) -> Vec<u64> {
        self.next(seen).into_iter().map(|(line, _)| line).collect()
    }
}

#[test]
fn two_of_one_name_are_two_lines_told_apart_by_type_and_id() {
    let mut samples = Samples::default();
    let twins = [("*1", "management", "ether", 0), ("*5", "management", "vlan", 0), ("*6", "ether2", "ether", 0)];
    let first = samples.next(&twins);
    let keys: Vec<_> = first.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(keys, ["management (ether *1)", "management (vlan *5)", "ether2"]);
    assert_ne!(first[0].0, first[1].0);
    // The other way round they are the same; alone, one needs no more than its name.
    let turned = samples.next(&[twins[1], twins[0]]);
    assert_eq!(turned, [first[1].clone(), first[0].clone()]);
    assert_eq!(samples.next(&twins[1..2]), [(first[1].0, "management".to_owned())]);
}

#[test]
fn a_key_is_never_the_name_of_another() {
    let mut samples = Samples::default();
    let told = samples.next(&[
        ("*1", "a", "ether", 0),
        ("*2", "a", "vlan", 0),
        ("*3", "a (vlan *2)", "bridge", 0),
        ("*2", "a", "vlan", 0),
    ]);
    let keys: Vec<_> = told.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(keys, ["a (ether *1)", "a (vlan *2, 2)", "a (vlan *2)", "a (vlan *2, 3)"]);
    let lines: HashSet<_> = told.iter().map(|(line, _)| line).collect();
    assert_eq!(lines.len(), 4, "even where a router gives one id to two");
}

#[test]
fn a_rename_goes_on() {
    let mut samples = Samples::default();
    let before = samples.lines(&[("*1", "ether1", "ether", 100), ("*2", "ether2", "ether", 100)]);
    assert_eq!(samples.lines(&[("*1", "WAN", "ether", 110), ("*2", "ether2", "ether", 110)]), before);
    // Even where names are exchanged.
    assert_eq!(samples.lines(&[("*1", "ether2", "ether", 120), ("*2", "WAN", "ether", 120)]), before);
}

#[test]
fn a_new_interface_under_a_known_id_is_no_rename() {
    let mut samples = Samples::default();
    let before = samples.lines(&[("*1", "ether1", "ether", 100)]);
    assert_ne!(samples.lines(&[("*1", "ether9", "ether", 5)]), before, "the counters begin anew");
    let before = samples.lines(&[("*1", "ether9", "ether", 5)]);
    assert_ne!(samples.lines(&[("*1", "guest", "vlan", 50)]), before, "it is of another type");
}

#[test]
fn customers_keep_their_lines_whatever_ids_they_dial_in_with() {
    let mut samples = Samples::default();
    let first = samples.lines(&[("*F1", "<pppoe-budi>", "pppoe-in", 100), ("*F2", "<pppoe-wati>", "pppoe-in", 100)]);
    assert_eq!(samples.lines(&[("*F2", "<pppoe-wati>", "pppoe-in", 110)]), first[1..]);
    // After a reboot the ids are dealt anew: each has what the other had.
    let later = samples.lines(&[("*F1", "<pppoe-wati>", "pppoe-in", 900), ("*F2", "<pppoe-budi>", "pppoe-in", 900)]);
    assert_eq!(later, [first[1], first[0]]);
    // Who never was here begins.
    let third = samples.lines(&[("*F1", "<pppoe-agus>", "pppoe-in", 9_000)]);
    assert!(!first.contains(&third[0]));
}

#[test]
fn a_twin_that_is_made_anew_takes_no_others_place() {
    let mut samples = Samples::default();
    let first = samples.lines(&[("*1", "management", "ether", 100), ("*5", "management", "vlan", 100)]);
    let again = samples.lines(&[("*1", "management", "ether", 110), ("*9", "management", "vlan", 0)]);
    assert_eq!(again, first);
}

#[test]
fn who_is_gone_is_not_remembered_for_ever() {
    let mut samples = Samples::default();
    for round in 0..6 * GONE {
        samples.lines(&[("*1", &format!("<pppoe-{round}>"), "pppoe-in", 0)]);
    }
    assert!(samples.identities.count <= GONE, "{}", samples.identities.count);
    assert_eq!(samples.identities.count, samples.identities.gone.values().map(Vec::len).sum::<usize>());
}
