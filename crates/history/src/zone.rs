//! Where days and months begin.
//!
//! The zones are the system's, and those of the program where the system has none: a container often has none. Of the
//! two crates with the IANA zones jiff was taken: it reads the system's newer rules, and a day that begins at one
//! o'clock (some zones jump at midnight) is right without care.

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

use crate::Error;

/// A time zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

/// A stretch of local time with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    /// `2026-11-26` or `2026-11`.
    pub(crate) name: String,
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
}

impl Zone {
    /// Indonesia's three, by their short names.
    pub const INDONESIA: [(&'static str, &'static str); 3] =
        [("WIB", "Asia/Jakarta"), ("WITA", "Asia/Makassar"), ("WIT", "Asia/Jayapura")];

    /// The zone of an IANA name such as `Asia/Jakarta`, or of one of the short names of [`Zone::INDONESIA`].
    pub fn named(name: &str) -> Result<Self, Error> {
        let short = Self::INDONESIA.iter().find(|(short, _)| *short == name);
        let name = short.map_or(name, |(_, long)| long);
        let zone = TimeZone::get(name).map_err(|_| Error::NoZone(name.into()))?;
        Ok(Self { zone, name: name.into() })
    }

    /// The zone of this machine; UTC where that is not known.
    pub fn system() -> Self {
        let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Self { zone, name }
    }

    /// No zone.
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".into() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its clocks show, in hours since midnight.
    pub fn hour_of_day(&self, at_ms: i64) -> f64 {
        let at = self.at(at_ms);
        f64::from(at.hour()) + f64::from(at.minute()) / 60.0
    }

    /// The moment that somebody wrote: ms since 1970, RFC 3339, or a local time such as `2026-11-26 21:00`; of a date
    /// its midnight.
    pub fn moment(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        if let Ok(ms) = text.parse::<i64>() {
            // Four digits are a year that lacks the rest.
            return (text.len() > 8).then_some(ms);
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(moment.as_millisecond());
        }
        let local: jiff::civil::DateTime = text.parse().ok()?;
        Some(local.to_zoned_datetime(self.zone.clone()).ok()?.timestamp().as_millisecond())
    }

    /// A moment as local time, such as `2026-11-26 21:00`.
    pub fn local(&self, at_ms: i64) -> String {
        self.at(at_ms).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The day that this moment is in.
    pub(crate) fn day(&self, at_ms: i64) -> Span {
        let at = self.at(at_ms);
        let begin = at.start_of_day().unwrap_or_else(|_| at.clone());
        let end = begin.tomorrow().and_then(|next| next.start_of_day()).unwrap_or(at);
        span(&begin, &end, begin.strftime("%Y-%m-%d").to_string())
    }

    /// The month that this moment is in.
    pub(crate) fn month(&self, at_ms: i64) -> Span {
        let at = self.at(at_ms);
        let begin = at.first_of_month().and_then(|first| first.start_of_day()).unwrap_or_else(|_| at.clone());
        let next = begin.checked_add(1.month()).and_then(|next| next.first_of_month());
        let end = next.and_then(|next| next.start_of_day()).unwrap_or(at);
        span(&begin, &end, begin.strftime("%Y-%m").to_string())
    }

    /// From when to when a month is.
    pub(crate) fn month_of(&self, month: Month) -> Result<Span, Error> {
        let none = |_| Error::Question("there is no such month");
        let month_number = i8::try_from(month.month).map_err(|_| Error::Question("there is no such month"))?;
        let first = jiff::civil::Date::new(month.year, month_number, 1).map_err(none)?;
        let begin = first.to_zoned_datetime(self.zone.clone()).map_err(none)?;
        Ok(self.month(begin.timestamp().as_millisecond()))
    }

    fn at(&self, at_ms: i64) -> ZonedDateTime {
        let at = at_ms.clamp(-60_000_000_000_000, 200_000_000_000_000);
        Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(self.zone.clone())
    }
}

fn span(begin: &ZonedDateTime, end: &ZonedDateTime, name: String) -> Span {
    Span { from_ms: begin.timestamp().as_millisecond(), to_ms: end.timestamp().as_millisecond(), name }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_moment_is_read_as_people_write_it() {
        let zone = Zone::named("WIB").unwrap();
        let nine = 1_795_701_600_000;
        for text in [
            "1795701600000",
            "2026-11-26T14:00:00Z",
            "2026-11-26T21:00:00+07:00",
            "2026-11-26 21:00",
            "2026-11-26T21:00",
        ] {
            assert_eq!(zone.moment(text), Some(nine), "{text}");
        }
        assert_eq!(zone.moment("2026-11-26"), Some(nine - 21 * 3_600_000));
        for text in ["", "2026", "yesterday", "2026-13-01", "21:00"] {
            assert_eq!(zone.moment(text), None, "{text}");
        }
        assert_eq!(zone.local(nine), "2026-11-26 21:00");
    }

    #[test]
    fn a_day_in_jakarta_begins_at_seventeen_hours_utc() {
        let zone = Zone::named("WIB").unwrap();
        assert_eq!(zone.name(), "Asia/Jakarta");
        let day = zone.day(ms("2026-11-26T16:59:59Z"));
        assert_eq!((day.from_ms, day.name.as_str()), (ms("2026-11-25T17:00:00Z"), "2026-11-26"));
        assert_eq!(day.to_ms - day.from_ms, 24 * HOUR);
        let month = zone.month(ms("2026-11-30T17:00:00Z"));
        assert_eq!((month.from_ms, month.name.as_str()), (ms("2026-11-30T17:00:00Z"), "2026-12"));
        assert_eq!(zone.month_of(Month { year: 2026, month: 12 }).unwrap(), month);
        assert_eq!(month.to_ms - month.from_ms, 31 * 24 * HOUR);
    }

    #[test]
    fn a_day_has_23_or_25_hours_where_the_clock_is_changed() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let length = |at: &str| (zone.day(ms(at)).to_ms - zone.day(ms(at)).from_ms) / HOUR;
        assert_eq!((length("2026-03-29T12:00:00Z"), length("2026-10-25T12:00:00Z")), (23, 25));
        // There is no midnight on this day.
        let zone = Zone::named("America/Sao_Paulo").unwrap();
        assert_eq!(zone.day(ms("2018-11-04T12:00:00Z")).from_ms, ms("2018-11-04T03:00:00Z"));
    }

    #[test]
    fn every_day_ends_where_the_next_one_begins() {
        for name in ["Asia/Jayapura", "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo", "UTC"] {
            let zone = Zone::named(name).unwrap();
            let mut at = ms("2018-01-01T00:00:00Z");
            for _ in 0..800 {
                let (day, month) = (zone.day(at), zone.month(at));
                assert!(day.from_ms <= at && at < day.to_ms && month.from_ms <= at && at < month.to_ms, "{name} {at}");
                assert_eq!(zone.day(day.to_ms).from_ms, day.to_ms);
                at = day.to_ms;
            }
        }
    }

    #[test]
    fn a_zone_that_is_none_is_said_to_be_none() {
        assert!(matches!(Zone::named("Asia/Atlantis"), Err(Error::NoZone(_))));
        assert!(Zone::utc().month_of(Month { year: 2026, month: 13 }).is_err());
    }
}
