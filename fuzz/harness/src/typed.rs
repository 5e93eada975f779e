//! A row into structs with every kind of field: a value that agrees with the row, or an error that names it.

#![expect(dead_code, reason = "much is read and looked at no further")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use bytes::BytesMut;
use routeros::{Codec, Limits, RowError, Sentence};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio_util::codec::Decoder;

use crate::reference;

/// Lines `key=value`, each an attribute of the row.
pub fn typed(bytes: &[u8]) {
    let words = bytes.split(|byte| *byte == b'\n').map(|line| [b"=", line].concat());
    let words: Vec<Vec<u8>> = std::iter::once(b"!re".to_vec()).chain(words).collect();
    let mut codec = Codec::new(Limits::default());
    let Ok(Some(row)) = codec.decode(&mut BytesMut::from(&reference::sentence(&words)[..])) else { return };

    strict(&row);
    if let Some(lenient) = read::<Lenient<'_>>(&row) {
        agrees(&lenient, &row);
    }
    read::<Wrapped>(&row);
    read::<Option<Numbers>>(&row);
    read::<BTreeMap<String, String>>(&row);
    read::<BTreeMap<String, Option<i64>>>(&row);
    read::<IgnoredAny>(&row);
    // None of these is a row, and each must say so.
    read::<Vec<String>>(&row);
    read::<(String, String)>(&row);
    read::<u64>(&row);
    read::<Kind>(&row);
    read::<()>(&row);
}

/// One field a struct, so that each is reached though another cannot be read.
fn strict(row: &Sentence) {
    let numbers = read::<Numbers>(row);
    let one = |key: &str| row.get(key);
    if let Some(numbers) = numbers {
        assert_eq!(one("rx-byte").and_then(|value| value.u64()), Some(numbers.rx_byte));
        assert_eq!(one("signal").and_then(|value| value.i64()), Some(numbers.signal.into()));
    }
    if let Some(flag) = read::<Flag>(row) {
        assert_eq!(one("running").and_then(|value| value.boolean()), Some(flag.running));
    }
    if let Some(uptime) = read::<Uptime>(row) {
        assert_eq!(one("uptime").and_then(|value| value.duration()), Some(uptime.uptime));
    }
    read::<Nested>(row);
    if let Err(error) = row.read::<Flag>() {
        let times = row.attributes().filter(|(key, _)| *key == b"running").count();
        assert!(times != 1 || error.key.as_deref() == Some("running"), "{error:?}");
    }
}

fn agrees(lenient: &Lenient<'_>, row: &Sentence) {
    let text = |key: &str| row.get(key).filter(|value| !value.is_empty()).map(|value| value.text());
    assert_eq!(lenient.comment.as_deref(), text("comment").as_deref());
    let id = if row.get("id").is_some() { "id" } else { ".id" };
    assert_eq!(lenient.id.as_deref(), text(id).as_deref());
    if let (Some(list), Some(value)) = (&lenient.list, row.get("list")) {
        let parts = value.as_bytes().split(|byte| *byte == b',').count();
        assert_eq!(list.len(), if value.is_empty() { 0 } else { parts });
    }
}

/// Reads, and looks at the error where there is one.
fn read<'a, T: Deserialize<'a>>(row: &'a Sentence) -> Option<T> {
    match row.read::<T>() {
        Ok(value) => Some(value),
        Err(error) => {
            names_its_place(&error, row);
            None
        }
    }
}

fn names_its_place(error: &RowError, row: &Sentence) {
    assert!(!error.message.is_empty() && error.to_string().ends_with(&error.message));
    if let Some(key) = &error.key {
        let mut named = row.pairs().filter(|(name, _)| *name == key.as_bytes());
        let value = error.value.as_deref();
        assert!(named.any(|(_, text)| Some(&*text.text()) == value), "{error:?} is nowhere in {row:?}");
    } else {
        assert_eq!(error.value, None);
    }
}

#[derive(Deserialize)]
struct Numbers {
    rx_byte: u64,
    signal: i32,
    #[serde(default)]
    _load: f64,
}

#[derive(Deserialize)]
struct Flag {
    running: bool,
}

#[derive(Deserialize)]
struct Uptime {
    uptime: Duration,
}

/// What is never asked for is never missed.
#[derive(Deserialize)]
#[serde(default)]
struct Lenient<'a> {
    id: Option<String>,
    comment: Option<Cow<'a, str>>,
    byte: u8,
    short: Option<u16>,
    small: i8,
    signal: i64,
    float: f32,
    running: bool,
    letter: Option<char>,
    uptime: Option<Duration>,
    list: Option<Vec<String>>,
    numbers: Vec<u16>,
    bytes: (u64, u64),
    kind: Option<Kind>,
    name: Name,
    mac_address: Option<String>,
    unit: (),
    #[serde(borrow)]
    raw: Option<&'a [u8]>,
}

impl Default for Lenient<'_> {
    fn default() -> Self {
        Self {
            id: None,
            comment: None,
            byte: 0,
            short: None,
            small: 0,
            signal: 0,
            float: 0.0,
            running: false,
            letter: None,
            uptime: None,
            list: None,
            numbers: Vec::new(),
            bytes: (0, 0),
            kind: None,
            name: Name(String::new()),
            mac_address: None,
            unit: (),
            raw: None,
        }
    }
}

#[derive(Deserialize)]
struct Name(String);

#[derive(Deserialize)]
struct Wrapped(Nested);

/// Fields that no value can be, or only some.
#[derive(Deserialize)]
struct Nested {
    #[serde(default)]
    pairs: Vec<(u32, u32)>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[serde(default)]
    inner: Option<Box<Nested>>,
    #[serde(default)]
    wide: i128,
    #[serde(default)]
    deep: Option<Option<Vec<Option<bool>>>>,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Ether,
    PppOut,
    Tagged(u32),
    Of {
        a: u8,
    },
    #[serde(other)]
    Other,
}
