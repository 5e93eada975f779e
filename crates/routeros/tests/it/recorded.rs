//! Rows recorded from real routers (see `tests/data/SOURCES.md`): what went over the wire comes out again.

use bytes::BytesMut;
use routeros::{Codec, Limits, Sentence};
use tokio_util::codec::Decoder;

use crate::peer::sentence;

type Row = serde_json::Map<String, serde_json::Value>;

fn rows(json: &str) -> Vec<Row> {
    serde_json::from_str(json).unwrap()
}

/// The rows as a router sends them, byte by byte into the decoder.
fn received(rows: &[Row]) -> Vec<Sentence> {
    let (mut codec, mut buffer, mut got) = (Codec::new(Limits::default()), BytesMut::new(), Vec::new());
    for row in rows {
        let words: Vec<String> = std::iter::once("!re".to_owned())
            .chain(row.iter().map(|(key, value)| format!("={key}={}", value.as_str().unwrap())))
            .collect();
        for byte in sentence(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
            buffer.extend_from_slice(&[byte]);
            got.extend(codec.decode(&mut buffer).unwrap());
        }
    }
    got
}

#[test]
fn every_attribute_of_real_rows_is_decoded_as_it_was_sent() {
    for json in
        [include_str!("../data/v7-chr-interface-print.json"), include_str!("../data/v7.10-rb3011-monitor-traffic.json")]
    {
        let rows = rows(json);
        let sentences = received(&rows);
        assert_eq!(sentences.len(), rows.len());
        for (row, sentence) in rows.iter().zip(&sentences) {
            assert_eq!(sentence.attributes().count(), row.len());
            for (key, value) in row {
                assert_eq!(sentence.get(key).unwrap().text(), value.as_str().unwrap(), "{key}");
            }
        }
    }
}

#[test]
fn values_of_real_rows_are_read_as_numbers_and_booleans_or_are_text() {
    let printed = received(&rows(include_str!("../data/v7-chr-interface-print.json")));
    let lo1 = printed.iter().find(|row| row.get("name").is_some_and(|name| name.text() == "lo1")).unwrap();
    assert_eq!(lo1.get("mtu").unwrap().u64(), None, "auto is no number");
    assert_eq!(lo1.get("tx-byte").unwrap().u64(), Some(507_285));
    assert_eq!(lo1.get("dynamic").unwrap().boolean(), Some(false));
    assert!(printed[0].get("dynamic").is_none() && printed[0].get("comment").is_none());
    let monitored = received(&rows(include_str!("../data/v7.10-rb3011-monitor-traffic.json")));
    assert_eq!(monitored[0].get("rx-bits-per-second").unwrap().u64(), Some(159_176));
}
