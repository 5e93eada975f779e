//! An attribute's value: bytes, read as what the caller needs.

use std::borrow::Cow;
use std::time::Duration;

/// A value. RouterOS neither stores nor tells an encoding, so it is bytes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a>(&'a [u8]);

impl<'a> Value<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// As sent.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As text: UTF-8, or else Windows-1252, which most Windows tools wrote. Never fails.
    pub fn text(&self) -> Cow<'a, str> {
        match std::str::from_utf8(self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.0.iter().map(|byte| windows_1252(*byte)).collect()),
        }
    }

    /// A whole number.
    pub fn u64(&self) -> Option<u64> {
        std::str::from_utf8(self.0).ok()?.parse().ok()
    }

    /// A whole number with a sign.
    pub fn i64(&self) -> Option<i64> {
        std::str::from_utf8(self.0).ok()?.parse().ok()
    }

    /// `true` or `yes`, `false` or `no`.
    pub fn boolean(&self) -> Option<bool> {
        match self.0 {
            b"true" | b"yes" => Some(true),
            b"false" | b"no" => Some(false),
            _ => None,
        }
    }

    /// A duration: `1w2d3h4m5s`, `1m30s500ms`, `250us`, `01:22:53`, `6w6d18:33:07`.
    pub fn duration(&self) -> Option<Duration> {
        let mut rest = std::str::from_utf8(self.0).ok()?;
        let mut total = Duration::ZERO;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: u64 = rest.get(..digits)?.parse().ok()?;
            let after = &rest[digits..];
            if after.starts_with(':') {
                let mut parts = rest.split(':').map(|part| part.parse::<u64>().ok());
                let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
                if parts.next().is_some() {
                    return None;
                }
                return total.checked_add(Duration::from_secs(
                    h.checked_mul(3_600)?.checked_add(m.checked_mul(60)?)?.checked_add(s)?,
                ));
            }
            let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
            let unit = match &after[..letters] {
                "w" => Duration::from_secs(604_800),
                "d" => Duration::from_secs(86_400),
                "h" => Duration::from_secs(3_600),
                "m" => Duration::from_secs(60),
                "s" => Duration::from_secs(1),
                "ms" => Duration::from_millis(1),
                "us" => Duration::from_micros(1),
                "ns" => Duration::from_nanos(1),
                _ => return None,
            };
            total = total.checked_add(unit.checked_mul(u32::try_from(number).ok()?)?)?;
            rest = &after[letters..];
        }
        Some(total)
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [u16; 32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ];
    match byte {
        0x80..=0x9F => char::from_u32(u32::from(HIGH[usize::from(byte - 0x80)])).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_every_form_are_read() {
        for (text, seconds) in [
            ("1w2d3h4m5s", 788_645.0),
            ("1w4d1h16m55s", 955_015.0),
            ("6w6d18:33:07", 4_213_987.0),
            ("01:22:53", 4_973.0),
            ("10ms", 0.01),
            ("250us", 0.000_25),
            ("1m30s500ms", 90.5),
            ("0s", 0.0),
        ] {
            let read = Value::new(text.as_bytes()).duration();
            assert_eq!(read.map(|duration| duration.as_secs_f64()), Some(seconds), "{text}");
        }
        for text in [
            "",
            "never",
            "none",
            "5",
            "5x",
            "s",
            "1:2",
            "1:2:3:4",
            "99999999999999999999w",
            "é",
            "18446744073709551615w",
        ] {
            assert_eq!(Value::new(text.as_bytes()).duration(), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_booleans_are_read_or_are_none() {
        let value = |text: &'static str| Value::new(text.as_bytes());
        assert_eq!(value("18446744073709551615").u64(), Some(u64::MAX));
        assert_eq!(value("-5").i64(), Some(-5));
        for bad in ["", "1.5", "1e3", " 1", "18446744073709551616", "-1"] {
            assert_eq!(value(bad).u64(), None, "{bad}");
        }
        assert_eq!([value("true"), value("yes")].map(|v| v.boolean()), [Some(true); 2]);
        assert_eq!([value("false"), value("no")].map(|v| v.boolean()), [Some(false); 2]);
        assert_eq!(value("").boolean(), None);
    }

    #[test]
    fn text_never_fails_and_utf_8_comes_first() {
        assert_eq!(Value::new("Bu Sri – café".as_bytes()).text(), "Bu Sri – café");
        assert_eq!(Value::new(b"caf\xe9 \x80\x93").text(), "café €“");
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(Value::new(&all).text().chars().count(), 256);
    }
}
