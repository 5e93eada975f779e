//! The bytes of every benchmark here: a print of 1,000 interfaces with 28 attributes each, about 460 bytes a row.

/// How many rows a print has.
pub const ROWS: usize = 1_000;

/// What each row has, in this order.
pub const KEYS: [&str; 28] = [
    ".id",
    "name",
    "default-name",
    "type",
    "mtu",
    "actual-mtu",
    "l2mtu",
    "max-l2mtu",
    "mac-address",
    "last-link-up-time",
    "link-downs",
    "rx-byte",
    "tx-byte",
    "rx-packet",
    "tx-packet",
    "rx-drop",
    "tx-drop",
    "tx-queue-drop",
    "rx-error",
    "tx-error",
    "fp-rx-byte",
    "fp-tx-byte",
    "fp-rx-packet",
    "fp-tx-packet",
    "running",
    "slave",
    "disabled",
    "comment",
];

/// Every row: what follows its tag, and its end.
pub fn rows() -> Vec<Vec<u8>> {
    (0..ROWS).map(attributes).collect()
}

/// A whole reply to the command of this tag word; none where it is empty.
pub fn reply(rows: &[Vec<u8>], tag: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows {
        put(b"!re", &mut bytes);
        put_tag(tag, &mut bytes);
        bytes.extend_from_slice(row);
    }
    put(b"!done", &mut bytes);
    put_tag(tag, &mut bytes);
    bytes.push(0);
    bytes
}

/// Uses a key and a value as little as one can without it being left out.
#[inline(always)]
pub fn look(sum: &mut usize, (key, value): (&[u8], &[u8])) {
    *sum = sum.wrapping_add(key.len()).wrapping_add(usize::from(value.first().copied().unwrap_or_default()));
}

/// A word with its length in front. All of ours are short.
pub fn put(word: &[u8], to: &mut Vec<u8>) {
    assert!(word.len() < 0x80);
    to.push(word.len() as u8);
    to.extend_from_slice(word);
}

fn put_tag(tag: &[u8], to: &mut Vec<u8>) {
    if !tag.is_empty() {
        put(tag, to);
    }
}

fn attributes(number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for key in KEYS {
        let value = match key {
            ".id" => format!("*{number:X}"),
            "name" | "default-name" => format!("ether{number}"),
            "type" => "ether".into(),
            "mac-address" => "02:00:00:00:00:01".into(),
            "last-link-up-time" => "2026-01-02 03:04:05".into(),
            "running" => "true".into(),
            "slave" | "disabled" => "false".into(),
            "comment" => "uplink".into(),
            "rx-byte" | "tx-byte" => "90071992547".into(),
            "rx-packet" | "tx-packet" => "61247612".into(),
            key if key.starts_with("fp-") => "61247".into(),
            key if key.contains("mtu") => "1500".into(),
            _ => "0".into(),
        };
        put(format!("={key}={value}").as_bytes(), &mut bytes);
    }
    bytes.push(0);
    bytes
}
