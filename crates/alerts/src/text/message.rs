//! The message about one alert, or about several that are told as one.

use super::numbers::Words;
use super::sentence::{icon, listed, place, sentence, subject};
use crate::NoticeKind;
use crate::rule::Kind;
use crate::state::{Alert, State};

/// Title and text. There is at least one alert.
pub(crate) fn message(said: NoticeKind, alerts: &[&Alert], words: &Words<'_>) -> (String, String) {
    match (said, alerts) {
        (NoticeKind::Digest, _) => digest(alerts, words),
        (_, [one]) => {
            let text = sentence(said, one, words);
            (title(said, one, words), text)
        }
        _ => {
            let text = group(said, alerts, words);
            (text.split_once(": ").map_or_else(|| text.clone(), |(head, _)| head.to_owned()), text)
        }
    }
}

fn title(said: NoticeKind, alert: &Alert, words: &Words<'_>) -> String {
    let subject = subject(alert, words);
    match (said, alert.kind) {
        (NoticeKind::Cleared, _) if alert.ended.is_some() => format!("⚪ {}: {subject}", words.pick("SELESAI", "OVER")),
        (NoticeKind::Cleared, _) => format!("🟢 {}: {subject}", words.pick("PULIH", "UP")),
        (NoticeKind::Flapping, _) => format!("🟠 {}: {subject}", words.pick("Putus-nyambung", "Flapping")),
        (NoticeKind::Steady, _) => format!("{}: {subject}", words.pick("Stabil", "Steady")),
        (NoticeKind::Reminder, _) => format!("⏰ {}: {subject}", words.pick("Belum ditangani", "Not looked after")),
        (_, Kind::LineDown) => format!("{} {}: {subject}", icon(alert), words.pick("PUTUS", "DOWN")),
        (_, Kind::RouterUnreachable) => {
            format!("{} {subject} {}", icon(alert), words.pick("tidak merespons", "does not answer"))
        }
        _ => format!("{} {}: {subject}", icon(alert), alert.rule_name),
    }
}

/// Several of one rule: the lines of one router, or routers.
fn group(said: NoticeKind, alerts: &[&Alert], words: &Words<'_>) -> String {
    let (first, count) = (alerts[0], alerts.len());
    let of_lines = first.interface.is_some();
    let names = alerts.iter().map(|alert| match &alert.interface {
        Some(line) => &**line,
        None => place(alert).unwrap_or("Lalin"),
    });
    let names = listed(names.collect::<Vec<_>>().into_iter(), words);
    let what = if of_lines {
        format!("{count} interface {} {}", words.pick("di", "on"), place(first).unwrap_or("?"))
    } else {
        format!("{count} router{}", words.pick("", "s"))
    };
    let since = alerts.iter().map(|alert| alert.since_ms).min().unwrap_or(first.since_ms);
    let since = format!("{} {}", words.pick("sejak", "since"), words.time(since));
    let icon = icon(first);
    match (said, first.kind) {
        (NoticeKind::Cleared | NoticeKind::Steady, _) => {
            format!("🟢 {} {what}: {names}.", words.pick("PULIH", "UP"))
        }
        (NoticeKind::Flapping, _) => format!("🟠 {} {what}: {names}.", words.pick("Putus-nyambung", "Flapping")),
        (_, Kind::LineDown) => format!("{icon} {} {what} {since}: {names}.", words.pick("PUTUS", "DOWN")),
        (_, Kind::RouterUnreachable) => {
            format!("{icon} {what} {} {since}: {names}.", words.pick("tidak merespons", "do not answer"))
        }
        _ => format!("{icon} {}, {what} {since}: {names}.", first.rule_name),
    }
}

/// What stands, and what ended, after a time in which nothing was told.
fn digest(alerts: &[&Alert], words: &Words<'_>) -> (String, String) {
    let (over, standing): (Vec<&Alert>, Vec<&Alert>) =
        alerts.iter().copied().partition(|alert| alert.state == State::Cleared);
    let mut heads = Vec::new();
    if !standing.is_empty() {
        heads.push(format!("{} {}", standing.len(), words.pick("masih aktif", "still stand")));
    }
    if !over.is_empty() {
        heads.push(format!("{} {}", over.len(), words.pick("sudah selesai", "are over")));
    }
    let title = format!("🔔 {}: {}", words.pick("Rangkuman", "Summary"), heads.join(", "));
    let said = |alert: &Alert| match alert.owes {
        Some(NoticeKind::Fired) | None => sentence(NoticeKind::Fired, alert, words),
        Some(said) => sentence(said, alert, words),
    };
    let lines = standing.into_iter().chain(over).map(said);
    let text = std::iter::once(format!("{title}.")).chain(lines).collect::<Vec<_>>().join("\n");
    (title, text)
}
