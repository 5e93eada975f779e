//! Quiet hours: from a time of day until another one, over midnight too.

/// Minutes of the local day, from the first until the last; the last is not within.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quiet {
    /// When they begin, minutes after midnight.
    pub from: u16,
    /// When they end.
    pub to: u16,
}

impl Quiet {
    /// Parses two times such as `22:00` and `06:00`.
    pub fn parse(from: &str, to: &str) -> Option<Self> {
        let (from, to) = (minutes(from)?, minutes(to)?);
        (from != to).then_some(Self { from, to })
    }

    /// Whether a minute of the day is within.
    pub fn has(self, minute: u16) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// `06:30` as minutes after midnight.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, most: u16| {
        let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|number| fits && *number < most)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?)
}

/// A time of day as it is written.
pub(super) fn written(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_over_midnight_hold_the_night_and_not_the_day() {
        let night = Quiet::parse("22:00", "06:00").unwrap();
        assert!(night.has(22 * 60) && night.has(0) && night.has(5 * 60 + 59));
        assert!(!night.has(6 * 60) && !night.has(21 * 60 + 59));
        let noon = Quiet::parse("12:00", "13:30").unwrap();
        assert!(noon.has(12 * 60) && !noon.has(13 * 60 + 30) && !noon.has(0));
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for (from, to) in
            [("24:00", "06:00"), ("22", "06:00"), ("22:60", "06:00"), ("06:00", "06:00"), ("+2:00", "1:0")]
        {
            assert_eq!(Quiet::parse(from, to), None, "{from} {to}");
        }
        assert_eq!(written(6 * 60 + 5), "06:05");
    }
}
