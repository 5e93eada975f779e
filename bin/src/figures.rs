//! Numbers for people, with the signs of the language in use: 28.8 MB, 1,234,567, 3 min.

use lalin_dashboard::Lang;

use crate::words::{lang, say};

/// The sign before a fraction, and the one between thousands.
fn signs() -> (char, char) {
    if lang() == Lang::Id { (',', '.') } else { ('.', ',') }
}

/// One place behind the sign.
pub(crate) fn decimal(value: f64) -> String {
    format!("{value:.1}").replace('.', &signs().0.to_string())
}

/// `1,234,567`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(signs().1);
        }
        text.push(digit);
    }
    text
}

/// Bytes in the decimal unit that fits.
pub(crate) fn bytes(value: u64) -> String {
    in_units(value as f64, &["B", "kB", "MB", "GB", "TB"])
}

/// Bits a second in the decimal unit that fits.
pub(crate) fn rate(bps: f64) -> String {
    in_units(bps, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
}

fn in_units(mut value: f64, units: &[&str]) -> String {
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1_000.0;
        unit += 1;
    }
    let figure = if unit == 0 { format!("{value:.0}") } else { decimal(value) };
    format!("{figure} {}", units[unit])
}

/// `3 d 4 h`, `4 h 5 min`, `5 min`, `6 s`.
pub(crate) fn length(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => say("status.seconds", &[("n", &seconds)]),
        (0, 0, _) => say("status.minutes", &[("n", &minutes)]),
        (0, _, _) => say("status.hours", &[("h", &hours), ("m", &(minutes % 60))]),
        _ => say("status.days", &[("d", &days), ("h", &(hours % 24))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1_000, 999_960, 28_800_000].map(bytes), ["0 B", "999 B", "1.0 kB", "1.0 MB", "28.8 MB"]);
        assert_eq!([0.0, 80_000_000.0, 2.5e9].map(rate), ["0 bit/s", "80.0 Mbit/s", "2.5 Gbit/s"]);
    }

    #[test]
    fn a_length_of_time_is_told_in_units_that_fit() {
        let lengths = [(6, "6 s"), (59, "59 s"), (300, "5 min"), (14_700, "4 h 5 min"), (273_600, "3 d 4 h")];
        for (seconds, expected) in lengths {
            assert_eq!(length(seconds), expected);
        }
    }
}
