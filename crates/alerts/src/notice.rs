//! What is told: one message about one alert, in the language of the channel it goes to.
//!
//! Who is told, and when, is the engine's decision; how it is sent is the channel's.

use serde::{Deserialize, Serialize};

/// The longest text of a notice, in bytes; a signed webhook's body stays under 20 kB with it.
pub const LONGEST_TEXT: usize = 9_000;
/// The longest title, in characters: a subject line, a lock screen.
pub const LONGEST_TITLE: usize = 200;

/// Why something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// An alert began.
    Fired,
    /// It ended.
    Cleared,
    /// It begins and ends too often to be told each time.
    Flapping,
    /// It no longer does.
    Steady,
    /// It still stands, and nobody has acknowledged it.
    Reminder,
    /// What still stands after quiet hours or maintenance.
    Digest,
    /// A channel does not take messages; told on the others.
    Channel,
    /// Somebody pressed the test button.
    Test,
}

impl NoticeKind {
    /// The word that is stored and sent, as `alert.fired` in a webhook.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Cleared => "cleared",
            Self::Flapping => "flapping",
            Self::Steady => "steady",
            Self::Reminder => "reminder",
            Self::Digest => "digest",
            Self::Channel => "channel",
            Self::Test => "test",
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Somebody should look today.
    #[default]
    Warning,
    /// Customers are without service.
    Critical,
}

impl Severity {
    /// The word in answers and labels.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// The language of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Language {
    /// The one of two texts that is in this language.
    pub fn pick<'a>(self, indonesian: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Id => indonesian,
            Self::En => english,
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The same on every attempt and after a restart: the idempotency key.
    pub id: String,
    /// The key of the alert. Notices of one alert on one channel keep their order.
    pub alert: String,
    /// Why it is told.
    pub kind: NoticeKind,
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name as people gave it.
    pub rule: String,
    /// The router's id, if it is about one.
    pub router: Option<String>,
    /// The interface's name, if it is about one.
    pub interface: Option<String>,
    /// What happened in one line: a subject, a lock screen.
    pub title: String,
    /// The whole message, plain; it stands without the title, so its first sentence says what, where and since when.
    pub text: String,
    /// The language both are in.
    pub language: Language,
    /// When it happened, ms since 1970.
    pub at_ms: i64,
    /// Since when the alert stands, ms since 1970.
    pub since_ms: i64,
    /// The notice that this one closes: a clear's fire.
    pub answers: Option<String>,
    /// Where it is about several routers, the one whose machine tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_with: Option<String>,
}

impl Notice {
    /// What the test button sends.
    pub fn test(id: String, language: Language, at_ms: i64) -> Self {
        let text = language.pick("Tes Lalin, abaikan.", "Lalin test, please ignore.").to_owned();
        Self {
            alert: format!("test:{id}"),
            id,
            kind: NoticeKind::Test,
            severity: Severity::Info,
            rule: language.pick("Tes", "Test").to_owned(),
            router: None,
            interface: None,
            title: text.clone(),
            text,
            language,
            at_ms,
            since_ms: at_ms,
            answers: None,
            told_with: None,
        }
    }

    /// The router whose machine tells it, where several watch; `None` where it is about no router.
    pub fn holder_of(&self) -> Option<&str> {
        self.router.as_deref().or(self.told_with.as_deref())
    }

    /// Within the longest lengths; what is cut ends in `…`.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        if self.title.chars().count() > LONGEST_TITLE {
            self.title = self.title.chars().take(LONGEST_TITLE - 1).chain(['…']).collect();
        }
        if self.text.len() > LONGEST_TEXT {
            let end = self.text.floor_char_boundary(LONGEST_TEXT - '…'.len_utf8());
            self.text.truncate(end);
            self.text.push('…');
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_says_that_it_is_one_in_both_languages() {
        assert_eq!(Notice::test("1".into(), Language::Id, 0).text, "Tes Lalin, abaikan.");
        assert_eq!(Notice::test("1".into(), Language::En, 0).title, "Lalin test, please ignore.");
    }

    #[test]
    fn what_is_too_long_is_cut_between_letters() {
        let mut notice = Notice::test("1".into(), Language::Id, 0);
        notice.title = "é".repeat(LONGEST_TITLE + 1);
        notice.text = "é".repeat(LONGEST_TEXT);
        let notice = notice.shortened();
        assert_eq!(notice.title.chars().count(), LONGEST_TITLE);
        assert!(notice.text.len() <= LONGEST_TEXT && notice.text.ends_with("é…"));
        assert_eq!(notice.clone().shortened(), notice);
    }

    #[test]
    fn the_stored_word_of_a_kind_is_its_json() {
        for kind in [NoticeKind::Fired, NoticeKind::Cleared, NoticeKind::Channel, NoticeKind::Test] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        assert_eq!(serde_json::to_value(Severity::Critical).unwrap(), Severity::Critical.word());
    }
}
