//! One value read as everything that a value can be, compared with readings that are slow and obvious.

use std::borrow::Cow;
use std::time::Duration;

use bytes::BytesMut;
use routeros::{CodePage, Codec, Limits, Value};
use tokio_util::codec::Decoder;

use crate::reference;

/// Numbers that are no characters are among these.
const OWN_PAGE: CodePage = CodePage::new(&[0xD800; 128]);

const PAGES: [CodePage; 5] =
    [CodePage::WINDOWS_1250, CodePage::WINDOWS_1251, CodePage::WINDOWS_1252, CodePage::LATIN_1, OWN_PAGE];

/// The first byte chooses the code page, the rest is the value.
pub fn values(bytes: &[u8]) {
    let [page, value @ ..] = bytes else { return };
    let word = [b"=v=", value].concat();
    let mut codec = Codec::new(Limits::default()).with_code_page(PAGES[usize::from(*page) % PAGES.len()]);
    // What is longer than a word may be is the codec's business.
    let Ok(Some(row)) = codec.decode(&mut BytesMut::from(&reference::sentence(&[b"!re", &word[..]])[..])) else {
        return;
    };
    let Some(read_back) = row.get("v") else { panic!("the value is lost") };
    assert_eq!(read_back.as_bytes(), value);
    read(read_back);
}

/// Every reader.
pub(crate) fn read(value: Value<'_>) {
    let bytes = value.as_bytes();
    assert_eq!(value.is_empty(), bytes.is_empty());
    numbers(value, std::str::from_utf8(bytes).ok());
    text(value);
    assert_eq!(
        value.boolean(),
        [(&b"true"[..], true), (b"yes", true), (b"false", false), (b"no", false)]
            .iter()
            .find_map(|(word, meaning)| (*word == bytes).then_some(*meaning))
    );
    if let Some(duration) = value.duration() {
        assert!(!bytes.is_empty());
        again(duration, value);
    }
}

fn numbers(value: Value<'_>, text: Option<&str>) {
    let digits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    assert_eq!(value.u64(), text.filter(digits).and_then(|text| text.parse().ok()));
    let signed = |text: &&str| digits(&text.strip_prefix('-').unwrap_or(text));
    assert_eq!(value.i64(), text.filter(signed).and_then(|text| text.parse().ok()));
    if let Some(number) = value.f64() {
        assert!(!number.is_nan());
        assert_eq!(text.and_then(|text| text.parse::<f64>().ok()), Some(number));
    }
    if let (Some(number), Some(float)) = (value.i64(), value.f64()) {
        assert_eq!(number as f64, float);
    }
}

fn text(value: Value<'_>) {
    let bytes = value.as_bytes();
    for page in PAGES {
        match value.text_with(page) {
            Cow::Borrowed(text) => assert_eq!(text.as_bytes(), bytes),
            Cow::Owned(text) => {
                assert!(std::str::from_utf8(bytes).is_err());
                assert_eq!(text.chars().count(), bytes.len(), "a byte is a character");
                assert!(text.chars().zip(bytes).all(|(c, byte)| !byte.is_ascii() || c == char::from(*byte)));
            }
        }
    }
    assert_eq!(format!("{value:?}"), format!("{:?}", value.text()));
}

/// A duration written in each of RouterOS' ways is the same duration.
fn again(duration: Duration, value: Value<'_>) {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    let (minutes, hours, days) = (seconds / 60 % 60, seconds / 3_600 % 24, seconds / 86_400);
    let clock = format!("{days}d{hours:02}:{minutes:02}:{:02}.{nanos:09}", seconds % 60);
    let letters = format!("{}w{}d{hours}h{minutes}m{}s{nanos}ns", days / 7, days % 7, seconds % 60);
    for text in [clock, letters, format!("{seconds}s{}us{}ns", nanos / 1_000, nanos % 1_000)] {
        let word = format!("=v={text}");
        let mut bytes = BytesMut::from(&reference::sentence(&["!re", &word])[..]);
        let Ok(Some(row)) = Codec::new(Limits::default()).decode(&mut bytes) else { panic!("{text} is a word") };
        let read = row.get("v").and_then(|value| value.duration());
        assert_eq!(read, Some(duration), "{value:?} is {text}");
    }
}
