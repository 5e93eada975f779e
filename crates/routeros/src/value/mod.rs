//! An attribute's value: bytes first, read as what the caller needs. Reading never fails a row.

mod code_page;
mod duration;

use std::borrow::Cow;
use std::time::Duration;

pub use code_page::CodePage;

/// A value, borrowed from its [`Sentence`](crate::Sentence).
///
/// RouterOS neither stores nor tells an encoding, so identity is in the bytes: send a name back as
/// [`as_bytes`](Self::as_bytes), not as its text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    bytes: &'a [u8],
    code_page: CodePage,
}

impl<'a> Value<'a> {
    pub(crate) fn new(bytes: &'a [u8], code_page: CodePage) -> Self {
        Self { bytes, code_page }
    }

    /// A part of it, read as it is.
    #[cfg(feature = "serde")]
    pub(crate) fn part(&self, bytes: &'a [u8]) -> Self {
        Self::new(bytes, self.code_page)
    }

    /// As sent.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// As text: UTF-8, or else the code page of [`Options::code_page`](crate::Options::code_page). Never fails.
    pub fn text(&self) -> Cow<'a, str> {
        self.text_with(self.code_page)
    }

    /// As text: UTF-8, or else the given code page. Never fails.
    pub fn text_with(&self, code_page: CodePage) -> Cow<'a, str> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(code_page.read(self.bytes)),
        }
    }

    /// A whole number in decimal digits; `None` for anything else, and beyond 64 bits.
    pub fn u64(&self) -> Option<u64> {
        number(self.bytes)
    }

    /// A whole number that may be below zero, such as a signal in dBm; `None` for anything else, and beyond 64 bits.
    pub fn i64(&self) -> Option<i64> {
        match self.bytes.strip_prefix(b"-") {
            Some(digits) => 0_i64.checked_sub_unsigned(number(digits)?),
            None => self.u64()?.try_into().ok(),
        }
    }

    /// A decimal number, such as a load or a voltage; `None` for anything else.
    pub fn f64(&self) -> Option<f64> {
        // Words such as `inf` are text to a router.
        let numeric = self.bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
        std::str::from_utf8(self.bytes).ok().filter(|_| numeric)?.parse().ok()
    }

    /// `true` or `yes`, `false` or `no`; `None` for anything else. RouterOS leaves many flags out when they are false.
    pub fn boolean(&self) -> Option<bool> {
        match self.bytes {
            b"true" | b"yes" => Some(true),
            b"false" | b"no" => Some(false),
            _ => None,
        }
    }

    /// A duration in any of RouterOS' forms: `1w2d3h4m5s` with any unit left out, `1m30s500ms`, `250us`, `01:22:53`,
    /// `6w6d18:33:07`. `None` for `never`, `none` and what is no duration.
    pub fn duration(&self) -> Option<Duration> {
        duration::read(self.bytes)
    }
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.text(), f)
    }
}

/// Decimal digits and nothing else, at least one, within 64 bits.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let digit = |byte: &u8| Some(u64::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit < 10);
    // Nineteen digits always fit, and nearly all numbers have fewer: a row has a dozen of them.
    if digits.len() < 20 {
        return digits.iter().try_fold(0_u64, |number, byte| Some(number * 10 + digit(byte)?));
    }
    digits.iter().try_fold(0_u64, |number, byte| number.checked_mul(10)?.checked_add(digit(byte)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &[u8]) -> Value<'_> {
        Value::new(bytes, CodePage::default())
    }

    #[test]
    fn counters_beyond_2_to_the_53_are_exact() {
        assert_eq!(value(b"9007199254740993").u64(), Some(9_007_199_254_740_993));
        assert_eq!(value(b"18446744073709551615").u64(), Some(u64::MAX));
        assert_eq!(value(b"18446744073709551616").u64(), None);
        for no in [&b""[..], b"-1", b"+1", b"1.5", b"27.8kbps", b" 1", b"auto", b"\xFF"] {
            assert_eq!(value(no).u64(), None, "{no:?}");
        }
    }

    #[test]
    fn numbers_may_be_below_zero() {
        assert_eq!(value(b"-72").i64(), Some(-72));
        assert_eq!(value(b"72").i64(), Some(72));
        assert_eq!(value(b"-9223372036854775808").i64(), Some(i64::MIN));
        assert_eq!(value(b"9223372036854775808").i64(), None);
        assert_eq!(value(b"-").i64(), None);
        assert_eq!(value(b"--1").i64(), None);
    }

    #[test]
    fn a_decimal_number_is_read_and_a_word_is_none() {
        assert_eq!(value(b"0.25").f64(), Some(0.25));
        assert_eq!(value(b"-12").f64(), Some(-12.0));
        for no in [&b""[..], b"inf", b"nan", b"1e3", b"1-2", b"."] {
            assert_eq!(value(no).f64(), None, "{no:?}");
        }
    }

    #[test]
    fn both_spellings_of_a_boolean_are_read() {
        assert_eq!(value(b"true").boolean(), Some(true));
        assert_eq!(value(b"yes").boolean(), Some(true));
        assert_eq!(value(b"false").boolean(), Some(false));
        assert_eq!(value(b"no").boolean(), Some(false));
        assert_eq!(value(b"").boolean(), None);
        assert_eq!(value(b"1").boolean(), None);
    }

    #[test]
    fn text_of_a_foreign_code_page_is_read_and_its_bytes_are_kept() {
        let name = b"caf\xE9";
        assert_eq!(value(name).text(), "caf\u{e9}");
        assert_eq!(value(name).as_bytes(), name);
        assert_eq!(value(name).text_with(CodePage::new(&[0x439; 128])), "caf\u{439}");
        assert!(matches!(value("café".as_bytes()).text(), Cow::Borrowed("café")));
    }
}
