//! The sentence about one alert: what, where, since when, how much. The name comes first, as a lock screen has room for
//! 40 characters.

use jiff::tz::TimeZone;

use super::numbers::{Words, duration};
use crate::rule::{Direction, Kind};
use crate::state::{Alert, Ended, State};
use crate::{Language, NoticeKind, Severity};

/// What is said of an alert on a page, as it is now.
pub fn describe(alert: &Alert, language: Language, zone: &TimeZone, now_ms: i64) -> String {
    let words = Words { language, zone, now_ms };
    match alert.state {
        State::Cleared if alert.ended == Some(Ended::Happened) => sentence(NoticeKind::Fired, alert, &words),
        State::Cleared => sentence(NoticeKind::Cleared, alert, &words),
        State::Flapping => sentence(NoticeKind::Flapping, alert, &words),
        State::Pending | State::Firing | State::Clearing => sentence(NoticeKind::Fired, alert, &words),
    }
}

/// The sentence of a message.
pub(super) fn sentence(said: NoticeKind, alert: &Alert, words: &Words<'_>) -> String {
    match said {
        NoticeKind::Cleared => cleared(alert, words),
        NoticeKind::Flapping => flapping(alert, words),
        NoticeKind::Steady => steady(alert, words),
        NoticeKind::Reminder => {
            let lasted = duration(words.language, alert.lasted_ms(words.now_ms));
            let head = words.pick("Belum ditangani", "Nobody looks after it for");
            format!("⏰ {head} {lasted}: {}", fired(alert, words).trim_start_matches(icon(alert)).trim_start())
        }
        _ => fired(alert, words),
    }
}

/// `ether1 di Router Pusat`.
pub(super) fn subject(alert: &Alert, words: &Words<'_>) -> String {
    match (&alert.interface, place(alert)) {
        (Some(line), Some(router)) => format!("{line} {} {router}", words.pick("di", "on")),
        (Some(line), None) => line.to_string(),
        (None, Some(router)) => router.to_owned(),
        (None, None) => "Lalin".to_owned(),
    }
}

/// What people call the router.
pub(super) fn place(alert: &Alert) -> Option<&str> {
    alert.router_name.as_deref().or(alert.router.as_deref())
}

pub(super) fn icon(alert: &Alert) -> &'static str {
    match (alert.kind, alert.severity) {
        (Kind::NoData, _) => "⚪",
        (Kind::RouterRebooted, _) => "🔁",
        (_, Severity::Critical) => "🔴",
        (_, Severity::Warning) => "🟠",
        (_, Severity::Info) => "🔵",
    }
}

fn fired(alert: &Alert, words: &Words<'_>) -> String {
    let (icon, subject) = (icon(alert), subject(alert, words));
    let since = format!("{} {}", words.pick("sejak", "since"), words.time(alert.since_ms));
    let value = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| words.value(value, alert.unit));
    let (is, bound) = (value(alert.value), value(alert.bound));
    let limit = format!("({} {bound})", words.pick("batas", "limit"));
    let id = words.language == Language::Id;
    let mut text = match alert.kind {
        Kind::LineDown if alert.detail.as_deref() == Some("gone") => {
            let gone = words.pick("tidak ada lagi", "is not there any more");
            format!("{icon} {}: {subject} {gone} {since}.", words.pick("PUTUS", "DOWN"))
        }
        Kind::LineDown => format!("{icon} {}: {subject} {since}.", words.pick("PUTUS", "DOWN")),
        Kind::RouterUnreachable => {
            let why = alert.detail.as_deref().and_then(|code| reason(code, words)).map(|why| format!(" ({why})"));
            let (why, unknown) = (
                why.unwrap_or_default(),
                words.pick("Status jalurnya belum diketahui.", "The state of its lines is not known."),
            );
            format!("{icon} {subject} {} {since}{why}. {unknown}", words.pick("tidak merespons", "does not answer"))
        }
        Kind::RouterRebooted => {
            format!(
                "{icon} {subject} {} {}.",
                words.pick("menyala ulang pukul", "started anew at"),
                words.time(alert.since_ms)
            )
        }
        Kind::TrafficAbove => {
            let head = words.pick("Padat", "Busy");
            format!(
                "{icon} {head}: {subject} {}{is} {} {bound} {since}.",
                direction(alert, words),
                words.pick("dari", "of")
            )
        }
        Kind::TrafficBelow => {
            let (head, under) = (words.pick("Turun", "Low"), words.pick("di bawah", "under"));
            format!("{icon} {head}: {subject} {}{is}, {under} {bound}, {since}.", direction(alert, words))
        }
        Kind::UsageAbove => {
            let day = alert.detail.as_deref().is_some_and(|period| period.len() > 7);
            let period = match (day, id) {
                (true, true) => "hari ini",
                (true, false) => "today",
                (false, true) => "bulan ini",
                (false, false) => "this month",
            };
            let head = words.pick("Kuota tembus", "Quota used up");
            format!("{icon} {head}: {subject} {is} {} {bound} {period}.", words.pick("dari", "of"))
        }
        Kind::PercentileNear => {
            let head = words.pick("Persentil 95", "95th percentile");
            let month = words.pick("bulan ini", "this month");
            format!("{icon} {head}: {subject} {is} {} {bound} {month}.", words.pick("dari", "of"))
        }
        Kind::Flapping => {
            let count = alert.value.unwrap_or_default();
            let head = words.pick("Putus-nyambung", "Flapping");
            let times = words.pick("kali dalam 10 mnt", "times in 10 min");
            format!("{icon} {head}: {subject} {count:.0} {times}, {since}.")
        }
        Kind::ErrorsAbove => format!("{icon} Error: {subject} {is} {limit} {since}."),
        Kind::DropsAbove => format!("{icon} {}: {subject} {is} {limit} {since}.", words.pick("Paket dibuang", "Drops")),
        Kind::CpuAbove => format!("{icon} CPU {subject} {is} {limit} {since}."),
        Kind::MemoryAbove => format!("{icon} {} {subject} {is} {limit} {since}.", words.pick("Memori", "Memory")),
        Kind::ClockOff => {
            let off = words.pick("meleset", "is off by");
            format!("{icon} {} {subject} {off} {is} {limit}.", words.pick("Jam", "The clock of"))
        }
        Kind::DiskLow => format!("{icon} {} {is} {limit}.", words.pick("Disk Lalin tinggal", "Lalin's disk has only")),
        Kind::NoData => {
            let (head, not_zero) =
                (words.pick("Tidak ada data dari", "No data from"), words.pick("bukan nol", "not zero"));
            format!("{icon} {head} {subject} {since} ({not_zero}).")
        }
    };
    if alert.began_unseen {
        text.push_str(words.pick(" Terjadi selama Lalin mati.", " It happened while Lalin was not running."));
    }
    if !alert.behind.is_empty() {
        let behind = listed(alert.behind.iter().map(String::as_str), words);
        text.push_str(&format!(" {} {behind}.", words.pick("Di belakangnya:", "Behind it:")));
    }
    text
}

fn cleared(alert: &Alert, words: &Words<'_>) -> String {
    let (subject, lasted) = (subject(alert, words), duration(words.language, alert.lasted_ms(words.now_ms)));
    let why = match alert.ended {
        Some(Ended::RuleRemoved) => Some(words.pick("aturan dihapus", "the rule was removed")),
        Some(Ended::RuleChanged) => Some(words.pick("aturan diubah", "the rule was changed")),
        Some(Ended::RuleDisabled) => Some(words.pick("aturan dimatikan", "the rule was switched off")),
        Some(Ended::TargetGone) => Some(words.pick("tidak dipantau lagi", "it is no longer watched")),
        Some(Ended::PeriodOver) => Some(words.pick("periode baru", "a new period began")),
        Some(Ended::Happened) | None => None,
    };
    let what = match alert.kind {
        Kind::LineDown => String::new(),
        Kind::RouterUnreachable => words.pick(" merespons lagi", " answers again").to_owned(),
        _ => format!(" ({})", alert.rule_name),
    };
    if let Some(why) = why {
        return format!("⚪ {}: {subject}{what}, {why}.", words.pick("SELESAI", "OVER"));
    }
    let after = words.pick("setelah", "after");
    let unseen = words.pick(" Pulih selama Lalin mati.", " It ended while Lalin was not running.");
    let unseen = if alert.ended_unseen { unseen } else { "" };
    format!("🟢 {}: {subject}{what} {after} {lasted}.{unseen}", words.pick("PULIH", "UP"))
}

fn flapping(alert: &Alert, words: &Words<'_>) -> String {
    let (subject, changes) = (subject(alert, words), alert.changes);
    let head = if alert.kind.is_of_links() || alert.kind == Kind::RouterUnreachable {
        words.pick("Putus-nyambung", "Flapping").to_owned()
    } else {
        format!("{} ({})", words.pick("Naik-turun", "Flapping"), alert.rule_name)
    };
    if words.language == Language::Id {
        format!("🟠 {head}: {subject} {changes} kali dalam 10 mnt; berikutnya tidak dikabarkan sampai stabil 10 mnt.")
    } else {
        format!("🟠 {head}: {subject} {changes} times in 10 min; not told again until it is steady for 10 min.")
    }
}

fn steady(alert: &Alert, words: &Words<'_>) -> String {
    let (subject, changes, since) = (subject(alert, words), alert.changes, words.time(alert.since_ms));
    let stands = alert.state != State::Cleared;
    let icon = if stands { icon(alert) } else { "🟢" };
    let now = match (alert.kind.is_of_links(), stands) {
        (true, true) => "DOWN",
        (true, false) => "UP",
        (false, true) => words.pick("masih", "still so"),
        (false, false) => words.pick("normal", "well"),
    };
    if words.language == Language::Id {
        format!("{icon} Stabil: {subject}, sekarang {now}; {changes} perubahan sejak {since}.")
    } else {
        format!("{icon} Steady: {subject}, now {now}; {changes} changes since {since}.")
    }
}

fn direction(alert: &Alert, words: &Words<'_>) -> String {
    match alert.direction {
        Direction::Down => words.pick("unduh ", "download ").to_owned(),
        Direction::Up => words.pick("unggah ", "upload ").to_owned(),
        Direction::Either | Direction::Both => String::new(),
    }
}

/// No message names more.
const MOST_NAMES: usize = 20;

/// `a, b, c dan 4 lagi`.
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>, words: &Words<'_>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut text = names.take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" {} {more} {}", words.pick("dan", "and"), words.pick("lagi", "more")));
    }
    text
}

/// Why a router does not answer, by the code of the failure.
fn reason(code: &str, words: &Words<'_>) -> Option<&'static str> {
    let (indonesian, english) = match code {
        "unreachable" => ("tak terjangkau", "out of reach"),
        "refused" => ("API ditolak", "its API refuses"),
        "timed-out" => ("tidak ada jawaban", "no answer in time"),
        "wrong-credentials" => ("sandi ditolak", "wrong password"),
        "not-permitted" => ("izin kurang", "a permission is missing"),
        "turned-away" => ("login ditolak router", "turned away at login"),
        "tls" => ("koneksi TLS gagal", "no TLS connection"),
        "certificate" => ("sertifikat tidak dipercaya", "certificate not trusted"),
        "closed" => ("koneksi ditutup", "connection closed"),
        "router-error" => ("router menjawab galat", "it answers with an error"),
        "malformed" => ("jawaban tak terbaca", "its answer cannot be read"),
        _ => return None,
    };
    Some(if words.language == Language::Id { indonesian } else { english })
}
