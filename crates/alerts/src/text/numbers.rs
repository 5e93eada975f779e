//! Durations, times, rates and bytes in words. `4 mnt 12 dtk`, never `4 m 12 d`: that reads as months and days.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Language;
use crate::rule::Unit;

/// In which words something is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    pub(crate) language: Language,
    pub(crate) zone: &'a TimeZone,
    pub(crate) now_ms: i64,
}

impl Words<'_> {
    pub(super) fn pick<'a>(&self, indonesian: &'a str, english: &'a str) -> &'a str {
        self.language.pick(indonesian, english)
    }

    /// `02.03 WIB`, or with the date where it was not today.
    pub(super) fn time(&self, at_ms: i64) -> String {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned_datetime(self.zone.clone());
        let (then, now) = (at(at_ms), at(self.now_ms));
        let form = match (then.date() == now.date(), self.language) {
            (true, Language::Id) => "%H.%M %Z",
            (true, Language::En) => "%H:%M %Z",
            (false, Language::Id) => "%d-%m-%Y %H.%M %Z",
            (false, Language::En) => "%Y-%m-%d %H:%M %Z",
        };
        then.strftime(form).to_string()
    }

    /// A value with its unit.
    pub(super) fn value(&self, value: f64, unit: Option<Unit>) -> String {
        match unit {
            Some(Unit::Bps) => self.scaled(value, "bit/s"),
            Some(Unit::Bytes) => self.scaled(value, "B"),
            Some(Unit::Percent | Unit::PercentOfLink | Unit::PercentOfPackage) => {
                format!("{} %", self.number(value))
            }
            Some(Unit::PerSecond) => format!("{}/{}", self.number(value), self.pick("dtk", "s")),
            Some(Unit::Seconds) => duration(self.language, (value * 1_000.0) as u64),
            None => self.number(value),
        }
    }

    /// `1,25 Gbit/s`: three digits are enough.
    fn scaled(&self, value: f64, unit: &str) -> String {
        let steps = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
        let (factor, prefix) = steps.into_iter().find(|(factor, _)| value >= *factor).unwrap_or((1.0, ""));
        format!("{} {prefix}{unit}", self.number(value / factor))
    }

    fn number(&self, value: f64) -> String {
        let text = match value {
            value if value >= 100.0 => format!("{value:.0}"),
            value if value >= 10.0 => format!("{value:.1}"),
            value => format!("{value:.2}"),
        };
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        if self.language == Language::Id { text.replace('.', ",") } else { text.to_owned() }
    }
}

/// `4 mnt 12 dtk`: the two largest units.
pub(crate) fn duration(language: Language, ms: u64) -> String {
    let seconds = ms / 1_000;
    let parts = [
        (seconds / 86_400, language.pick("hari", "d")),
        (seconds / 3_600 % 24, language.pick("jam", "h")),
        (seconds / 60 % 60, language.pick("mnt", "min")),
        (seconds % 60, language.pick("dtk", "s")),
    ];
    let begin = parts.iter().position(|(count, _)| *count > 0).unwrap_or(parts.len() - 1);
    let said = parts[begin..].iter().take(2).enumerate().filter(|(at, (count, _))| *at == 0 || *count > 0);
    said.map(|(_, (count, unit))| format!("{count} {unit}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_their_two_largest_units() {
        let id = |seconds: u64| duration(Language::Id, seconds * 1_000);
        assert_eq!(id(252), "4 mnt 12 dtk");
        assert_eq!(id(7_500), "2 jam 5 mnt");
        assert_eq!(id(273_600), "3 hari 4 jam");
        assert_eq!((id(0), id(60), id(3_601)), ("0 dtk".into(), "1 mnt".into(), "1 jam".into()));
        assert_eq!(duration(Language::En, 252_000), "4 min 12 s");
    }

    #[test]
    fn numbers_have_the_decimal_sign_of_their_language() {
        let zone = TimeZone::UTC;
        let words = |language| Words { language, zone: &zone, now_ms: 0 };
        assert_eq!(words(Language::Id).value(1_250_000_000.0, Some(Unit::Bps)), "1,25 Gbit/s");
        assert_eq!(words(Language::En).value(94_000_000.0, Some(Unit::Bps)), "94 Mbit/s");
        assert_eq!(words(Language::Id).value(312e9, Some(Unit::Bytes)), "312 GB");
        assert_eq!(words(Language::Id).value(97.25, Some(Unit::PercentOfLink)), "97,2 %");
        assert_eq!(words(Language::En).value(12.0, Some(Unit::PerSecond)), "12/s");
    }

    #[test]
    fn a_time_of_another_day_has_its_date() {
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        let words = |language, now_ms| Words { language, zone: &zone, now_ms };
        let at_ms = 1_700_000_000_000;
        assert_eq!(words(Language::Id, at_ms + 60_000).time(at_ms), "05.13 WIB");
        assert_eq!(words(Language::Id, at_ms + 86_400_000).time(at_ms), "15-11-2023 05.13 WIB");
        assert_eq!(words(Language::En, at_ms + 86_400_000).time(at_ms), "2023-11-15 05:13 WIB");
    }
}
