//! A router's clock: date, time and offset as `/system/clock/print` writes them, as seconds since 1970.
//!
//! RouterOS before 7.10 names months (`nov/26/2026`), later ones write `2026-11-26`. The offset is that of now, summer
//! time included, such as `+07:00`.

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Seconds since 1970-01-01 UTC; `None` where it is not understood, or lies before.
pub(crate) fn seconds(date: &str, time: &str, offset: &str) -> Option<u64> {
    let (year, month, day) = parse_date(date)?;
    let clock = hours_and_minutes(time)?;
    let east = match offset.split_at_checked(1)? {
        ("+", rest) => hours_and_minutes(rest)?,
        ("-", rest) => -hours_and_minutes(rest)?,
        _ => return None,
    };
    u64::try_from(days(year, month, day) * 86_400 + clock - east).ok()
}

fn parse_date(date: &str) -> Option<(i64, i64, i64)> {
    let (year, month, day) = if date.contains('/') {
        let mut parts = date.split('/');
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.iter().position(|name| month.eq_ignore_ascii_case(name))? + 1;
        (year.parse().ok()?, i64::try_from(month).ok()?, day.parse().ok()?)
    } else {
        let mut parts = date.split('-');
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?)
    };
    let real = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then_some((year, month, day))
}

/// `23:05:36` or `07:00` in seconds.
fn hours_and_minutes(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes): (i64, i64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let seconds: i64 = parts.next().map_or(Some(0), |text| text.parse().ok())?;
    let real = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..61).contains(&seconds);
    real.then_some(hours * 3_600 + minutes * 60 + seconds)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar: years begin in March, so that the leap day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_the_same_moment() {
        let moment = Some(1_795_705_536);
        assert_eq!(seconds("2026-11-26", "23:05:36", "+00:00"), moment.map(|at| at + 28_800));
        assert_eq!(seconds("nov/26/2026", "22:05:36", "+07:00"), moment);
        assert_eq!(seconds("1970-01-01", "00:00:00", "+00:00"), Some(0));
        assert_eq!(seconds("2024-02-29", "00:00:00", "-03:30"), Some(1_709_177_400));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for (date, time, offset) in [
            ("", "", ""),
            ("2026-13-01", "00:00:00", "+00:00"),
            ("foo/26/2026", "00:00:00", "+00:00"),
            ("2026-11-26", "25:00:00", "+00:00"),
            ("2026-11-26", "10:00:00", "07:00"),
            ("1970-01-01", "00:00:00", "+07:00"),
        ] {
            assert_eq!(seconds(date, time, offset), None, "{date} {time} {offset}");
        }
    }
}
