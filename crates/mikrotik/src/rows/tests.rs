//! Recorded rows, and odd ones.

use bytes::{BufMut, BytesMut};
use lalin_stats::InterfaceId;
use routeros::{Codec, Limits};
use tokio::time::Instant;
use tokio_util::codec::Decoder;

use super::*;

const RECORDED: &str = include_str!("../../tests/data/v7-chr-interface-print.json");

/// The rows, nothing being known of the links.
fn read(sentences: &[Sentence], known: &[Arc<Interface>]) -> Vec<Row> {
    let rows = known.iter().map(|interface| Row::new(interface.clone(), Counters::default())).collect();
    let mut reader = Reader::new(Some(Arc::new(Snapshot::at(Instant::now(), 0, rows))), Arc::default());
    sentences.iter().for_each(|sentence| reader.row(sentence));
    reader.rows()
}

/// A row with these attributes.
fn sentence<K: AsRef<str>, V: AsRef<[u8]>>(attributes: impl IntoIterator<Item = (K, V)>) -> Sentence {
    let mut bytes = BytesMut::new();
    let mut word = |word: &[u8]| {
        bytes.put_u8(u8::try_from(word.len()).unwrap());
        bytes.extend_from_slice(word);
    };
    word(b"!re");
    for (key, value) in attributes {
        word(&[b"=", key.as_ref().as_bytes(), b"=", value.as_ref()].concat());
    }
    word(b"");
    Codec::new(Limits::default()).decode(&mut bytes).unwrap().unwrap()
}

fn recorded() -> Vec<Sentence> {
    let rows: Vec<std::collections::BTreeMap<String, String>> = serde_json::from_str(RECORDED).unwrap();
    rows.into_iter().map(sentence).collect()
}

fn interfaces(rows: &[Row]) -> Vec<Arc<Interface>> {
    rows.iter().map(|row| row.interface.clone()).collect()
}

/// The one row of these attributes besides id and name.
fn odd(attributes: &[(&str, &[u8])]) -> Row {
    let named: [(&str, &[u8]); 2] = [(".id", b"*1"), ("name", b"x")];
    let mut rows = read(&[sentence(named.into_iter().chain(attributes.iter().copied()))], &[]);
    assert_eq!(rows.len(), 1, "the row is kept");
    rows.remove(0)
}

#[test]
fn recorded_rows_are_read_in_the_routers_order() {
    let rows = read(&recorded(), &[]);
    let names: Vec<&str> = rows.iter().map(|row| &*row.interface.name).collect();
    assert_eq!(names, ["ether1", "ether2", "ether3", "ether4", "ether5", "lo", "lo1"]);
    let ids: Vec<&str> = rows.iter().map(|row| row.interface.id.as_str()).collect();
    assert_eq!(ids, ["*2", "*3", "*4", "*5", "*6", "*1", "*7"]);
}

#[test]
fn a_recorded_port_has_all_its_facts_and_counters() {
    let row = &read(&recorded(), &[])[1];
    let expected = Interface {
        comment: Some("TO-R18M".into()),
        default_name: Some("ether2".into()),
        mtu: Some("1500".into()),
        actual_mtu: Some(1500),
        l2_mtu: None,
        mac_address: Some("AA:C1:AB:DE:84:27".into()),
        last_link_up: Some("2026-03-02 10:07:14".into()),
        link_downs: Some(0),
        running: true,
        disabled: false,
        dynamic: false,
        slave: false,
        ..Interface::new("*3", "ether2", "ether")
    };
    assert_eq!(*row.interface, expected);
    let counters = Counters {
        rx_bytes: Some(743_208),
        tx_bytes: Some(873_433),
        rx_packets: Some(5_809),
        tx_packets: Some(7_725),
        rx_drops: Some(0),
        tx_drops: Some(0),
        tx_queue_drops: Some(0),
        rx_errors: Some(0),
        tx_errors: Some(0),
    };
    assert_eq!(row.counters, counters);
}

#[test]
fn a_recorded_bridge_has_an_automatic_mtu_and_no_factory_name() {
    let bridge = &read(&recorded(), &[])[6].interface;
    assert_eq!((&*bridge.kind, bridge.mtu.as_deref(), bridge.l2_mtu), ("bridge", Some("auto"), Some(65_535)));
    assert_eq!(bridge.default_name, None);
}

#[test]
fn everything_a_row_tells_is_asked_for() {
    let asked = |key: &str| PROPERTIES.contains(&key);
    let rows: Vec<std::collections::BTreeMap<String, String>> = serde_json::from_str(RECORDED).unwrap();
    for key in rows.iter().flat_map(|row| row.keys()) {
        assert!(asked(key) || key.starts_with("fp-"), "{key}");
    }
    let asked_rows: Vec<Sentence> = rows.iter().map(|row| sentence(row.iter().filter(|(key, _)| asked(key)))).collect();
    assert_eq!(read(&asked_rows, &[]), read(&recorded(), &[]), "what is left out is not missed");
}

#[test]
fn what_is_absent_is_none_or_false_and_not_zero() {
    let row = odd(&[]);
    assert_eq!(row.counters, Counters::default());
    assert_eq!(*row.interface, Interface { running: false, ..Interface::new("*1", "x", "") });
}

#[test]
fn a_field_that_is_not_understood_is_none_and_keeps_its_row() {
    let row = odd(&[
        ("rx-byte", b"many"),
        ("tx-byte", b"18446744073709551615"),
        ("rx-packet", b"18446744073709551616"),
        ("tx-packet", b"-1"),
        ("rx-drop", b""),
        ("actual-mtu", b"4294967296"),
        ("l2mtu", b"\xff"),
        ("running", b"maybe"),
        ("disabled", b"yes"),
        ("comment", b""),
        ("last-link-up-time", b"nov/19/2021 21:12:53"),
    ]);
    assert_eq!(row.counters, Counters { tx_bytes: Some(u64::MAX), ..Counters::default() });
    let interface = &row.interface;
    assert_eq!((interface.actual_mtu, interface.l2_mtu, interface.comment.as_deref()), (None, None, None));
    assert!(!interface.running && interface.disabled);
    assert_eq!(interface.last_link_up.as_deref(), Some("nov/19/2021 21:12:53"));
}

#[test]
fn text_of_any_code_page_is_read_and_may_hold_anything() {
    let comment = |bytes: &[u8]| odd(&[("comment", bytes)]).interface.comment.clone().unwrap();
    assert_eq!(&*comment("warung é".as_bytes()), "warung é");
    assert_eq!(&*comment(b"caf\xe9 \x80"), "café €");
    assert_eq!(&*comment(b"a=b\r\n<b>"), "a=b\r\n<b>");
}

#[test]
fn a_row_without_id_or_name_is_skipped_and_the_others_stay() {
    let rows = [
        sentence([("name", "nameless")]),
        sentence([(".id", "*1"), ("name", "")]),
        sentence([("", ""); 0]),
        sentence([(".id", "*2"), ("name", "ether2")]),
    ];
    let rows = read(&rows, &[]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].interface.id, InterfaceId::from("*2"));
}

#[test]
fn an_interface_that_did_not_change_is_shared_wherever_its_row_stands() {
    let known = interfaces(&read(&recorded(), &[]));
    let mut sentences = recorded();
    sentences.reverse();
    sentences.remove(2);
    let mut again = interfaces(&read(&sentences, &known));
    again.reverse();
    assert_eq!(again.len(), 6);
    for interface in &again {
        assert!(known.iter().any(|known| Arc::ptr_eq(known, interface)), "{}", interface.name);
    }
}

#[test]
fn texts_that_are_known_are_not_kept_twice() {
    let row = |id: &str, name: &str, comment: &str| {
        sentence([(".id", id), ("name", name), ("type", "pppoe-in"), ("mtu", "1480"), ("comment", comment)])
    };
    let rows = interfaces(&read(&[row("*1", "a", "x"), row("*2", "b", "y")], &[]));
    assert!(Arc::ptr_eq(&rows[0].kind, &rows[1].kind));
    assert!(Arc::ptr_eq(rows[0].mtu.as_ref().unwrap(), rows[1].mtu.as_ref().unwrap()));
    let again = interfaces(&read(&[row("*1", "a", "x"), row("*2", "b", "z")], &rows));
    assert!(Arc::ptr_eq(&again[1].name, &rows[1].name) && !Arc::ptr_eq(&again[1], &rows[1]));
    assert_eq!((again[1].comment.as_deref(), &*again[1].name, again[1].id.as_str()), (Some("z"), "b", "*2"));
}

#[test]
fn a_text_of_a_code_page_is_known_again_and_the_same_text_as_utf_8_too() {
    let row = |id: &[u8], name: &[u8], up: &[u8]| {
        sentence([(".id", id), ("name", name), ("comment", b"caf\xe9"), ("last-link-up-time", up)])
    };
    let known = interfaces(&read(&[row(b"*\xe9", b"\xe9", b"1")], &[]));
    assert_eq!((known[0].id.as_str(), &*known[0].name), ("*é", "é"));
    for (id, name) in [(&b"*\xe9"[..], &b"\xe9"[..]), ("*é".as_bytes(), "é".as_bytes())] {
        assert!(Arc::ptr_eq(&read(&[row(id, name, b"1")], &known)[0].interface, &known[0]));
        let changed = &read(&[row(id, name, b"2")], &known)[0].interface;
        assert!(changed.id == known[0].id && changed.last_link_up.as_deref() == Some("2"));
    }
}

#[test]
fn any_changed_fact_makes_the_interface_anew() {
    let attributes: Vec<(&str, &str)> = PROPERTIES
        .iter()
        .map(|key| match *key {
            ".id" => (*key, "*1"),
            "running" | "disabled" | "dynamic" | "slave" => (*key, "true"),
            _ => (*key, "1"),
        })
        .collect();
    let known = interfaces(&read(&[sentence(attributes.clone())], &[]));
    for (place, (key, _)) in attributes.iter().enumerate() {
        let mut changed = attributes.clone();
        changed[place].1 = if changed[place].1 == "true" { "false" } else { "2" };
        let rows = read(&[sentence(changed)], &known);
        let counter = ["rx-", "tx-"].iter().any(|prefix| key.starts_with(prefix));
        assert_eq!(Arc::ptr_eq(&rows[0].interface, &known[0]), counter, "{key}");
    }
}

#[test]
fn of_an_attribute_that_comes_twice_the_first_one_counts() {
    let row = odd(&[("rx-byte", b"1"), ("comment", b"first"), ("rx-byte", b"2"), ("comment", b"second")]);
    assert_eq!((row.counters.rx_bytes, row.interface.comment.as_deref()), (Some(1), Some("first")));
}
