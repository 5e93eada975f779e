//! Durations, in every form that RouterOS 3 to 7 writes.

use std::time::Duration;

const NANOS: u128 = 1_000_000_000;

/// Units with the nanoseconds they hold, two-letter ones first.
const UNITS: [(&[u8], u128); 8] = [
    (b"ms", 1_000_000),
    (b"us", 1_000),
    (b"ns", 1),
    (b"w", 604_800 * NANOS),
    (b"d", 86_400 * NANOS),
    (b"h", 3_600 * NANOS),
    (b"m", 60 * NANOS),
    (b"s", NANOS),
];

/// Reads `1w2d3h4m5s`, `01:22:53` and the mixtures of both; `None` for everything else.
pub(crate) fn read(bytes: &[u8]) -> Option<Duration> {
    let mut rest = bytes;
    let mut nanos = 0_u128;
    while !rest.is_empty() {
        let (number, after) = number(rest)?;
        if after.first() == Some(&b':') {
            // A clock ends the text: `6w6d18:33:07`.
            return duration(nanos.checked_add(clock(rest)?)?);
        }
        let (unit, size) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        nanos = nanos.checked_add(u128::from(number).checked_mul(*size)?)?;
        rest = after.get(unit.len()..)?;
    }
    // Nothing at all is no duration; `0s` is one.
    if bytes.is_empty() { None } else { duration(nanos) }
}

/// `hours:minutes:seconds`, the seconds with a fraction where there is one.
fn clock(bytes: &[u8]) -> Option<u128> {
    let (hours, rest) = number(bytes)?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?)?;
    let (seconds, rest) = number(rest.strip_prefix(b":")?)?;
    let fraction = match rest.strip_prefix(b".") {
        Some(digits) => fraction(digits)?,
        None if rest.is_empty() => 0,
        None => return None,
    };
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let seconds = u128::from(hours).checked_mul(3_600)?.checked_add(u128::from(minutes * 60 + seconds))?;
    seconds.checked_mul(NANOS)?.checked_add(fraction)
}

/// The nanoseconds of up to nine decimal digits.
fn fraction(digits: &[u8]) -> Option<u128> {
    let (number, rest) = number(digits)?;
    let missing = 9_u32.checked_sub(u32::try_from(digits.len()).ok()?)?;
    rest.is_empty().then(|| u128::from(number) * 10_u128.pow(missing))
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = bytes.split_at(digits);
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, rest))
}

fn duration(nanos: u128) -> Option<Duration> {
    let seconds = u64::try_from(nanos / NANOS).ok()?;
    Some(Duration::new(seconds, u32::try_from(nanos % NANOS).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_duration_is_read() {
        let seconds =
            |w: u64, d: u64, h: u64, m: u64, s: u64| Duration::from_secs((((w * 7 + d) * 24 + h) * 60 + m) * 60 + s);
        let forms: [(&str, Duration); 16] = [
            ("1w2d3h4m5s", seconds(1, 2, 3, 4, 5)),
            ("1w4d1h16m55s", seconds(1, 4, 1, 16, 55)),
            ("6w6d18:33:07", seconds(6, 6, 18, 33, 7)),
            ("01:22:53", seconds(0, 0, 1, 22, 53)),
            ("100:00:00", seconds(0, 0, 100, 0, 0)),
            ("00:00:00.250", Duration::from_millis(250)),
            ("5d", seconds(0, 5, 0, 0, 0)),
            ("1w", seconds(1, 0, 0, 0, 0)),
            ("3h2s", seconds(0, 0, 3, 0, 2)),
            ("90m", seconds(0, 0, 0, 90, 0)),
            ("0s", Duration::ZERO),
            ("10ms", Duration::from_millis(10)),
            ("250us", Duration::from_micros(250)),
            ("12ms345us", Duration::from_micros(12_345)),
            ("1m30s500ms", Duration::from_millis(90_500)),
            ("5000000000us", Duration::from_secs(5_000)),
        ];
        for (text, expected) in forms {
            assert_eq!(read(text.as_bytes()), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_none_and_never_a_panic() {
        let none = [
            "",
            "never",
            "none",
            "5",
            "s",
            "1x",
            "1:2",
            "1:2:3:4",
            "01:60:00",
            "01:00:60",
            "1w-2d",
            "-5s",
            "1s ",
            "1.5s",
            "00:00:00.",
            "00:00:00.0123456789",
            "99999999999999999999s",
            "18446744073709551615w",
            ":::",
            "1m:30",
        ];
        for text in none {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read(b"\xFF1s"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_duration_that_a_router_writes_is_read(
            w in 0_u64..500, d in 0_u64..7, h in 0_u64..24, m in 0_u64..60, s in 0_u64..60,
        ) {
            let expected = Duration::from_secs((((w * 7 + d) * 24 + h) * 60 + m) * 60 + s);
            let letters = format!("{w}w{d}d{h}h{m}m{s}s");
            let clock = format!("{w}w{d}d{h:02}:{m:02}:{s:02}");
            proptest::prop_assert_eq!(read(letters.as_bytes()), Some(expected));
            proptest::prop_assert_eq!(read(clock.as_bytes()), Some(expected));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
