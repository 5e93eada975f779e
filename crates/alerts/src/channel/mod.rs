//! How people are told: one trait, and what each kind of receiver makes of it.
//!
//! A channel sends one message once and says in its error what is to be done next; it neither waits nor tries again.
//! That is the outbox's, which also keeps to the channel's [`Rate`].

mod alertmanager;
mod form;
mod heartbeat;
mod mail;
mod phone;
mod secrets;
mod settings;
mod telegram;
mod transport;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;

pub use alertmanager::{Alertmanager, AlertmanagerSettings, AlertmanagerState, FiringAlert};
pub use form::ChannelForm;
pub use heartbeat::Heartbeat;
pub use mail::MailSettings;
pub use phone::normalised as phone_number;
pub use secrets::Secrets;
pub use settings::{ChannelSettings, build};
pub use telegram::{OnClear, TelegramSettings};
pub use transport::Transport;
pub use webhook::{
    Body, DiscordSettings, FonnteSettings, GowaSettings, NtfySettings, Signature, SlackSettings, Success,
    WablasSettings, WahaSettings, WebhookSettings,
};

use crate::{Language, Notice};

/// The longest answer that is kept and shown.
pub(crate) const LONGEST_ANSWER: usize = 1_000;

/// One message on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What is told.
    pub notice: Notice,
    /// The text as it is sent: the notice's, or with a remark that it may come twice.
    pub text: String,
    /// What the receiver called the message that this one answers: a Telegram message's number, a mail's Message-ID.
    pub answers: Option<String>,
    /// The text of that message.
    pub answered_text: Option<String>,
    /// The receiver has moved here, as it said itself earlier.
    pub address: Option<Moved>,
    /// The time of this attempt, ms since 1970.
    pub now_ms: i64,
}

impl Delivery {
    /// One by which settings are tried out without sending anything.
    pub(crate) fn example() -> Self {
        let notice = Notice::test("example".into(), Language::Id, 0);
        let text = notice.text.clone();
        Self { notice, text, answers: None, answered_text: None, address: None, now_ms: 0 }
    }
}

/// A receiver is no longer where the settings say; it said so itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The address in the settings.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// A message was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// HTTP's status, or the mail server's code.
    pub status: Option<u16>,
    /// What the receiver answered, cut.
    pub answer: String,
    /// What the receiver calls the message.
    pub handle: Option<String>,
    /// Where the receiver says it has moved.
    pub moved: Option<Moved>,
    /// The receiver wants to be left alone this long.
    pub hold: Option<Duration>,
}

/// A message was not taken; each variant says what the caller does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Try this message again.
    #[error("{why}")]
    Again {
        /// What the receiver answered.
        status: Option<u16>,
        /// Not before then, if the receiver said so; it holds for the whole channel.
        after: Option<Duration>,
        /// Nothing reaches the receiver: other messages would fail alike.
        unreachable: bool,
        /// Whether the receiver may have taken it all the same.
        doubtful: bool,
        /// What happened, without addresses or secrets.
        why: String,
    },
    /// The device behind the channel is not ready: all of it waits, no message is used up.
    #[error("{why}")]
    ChannelPaused {
        /// What the receiver answered.
        status: Option<u16>,
        /// What happened.
        why: String,
    },
    /// This message will never be taken.
    #[error("{why}")]
    MessageFinal {
        /// What the receiver answered.
        status: Option<u16>,
        /// What happened.
        why: String,
    },
    /// No message will be taken until somebody changes the settings.
    #[error("{why}")]
    ChannelFinal {
        /// What the receiver answered.
        status: Option<u16>,
        /// What happened.
        why: String,
    },
}

impl SendError {
    /// What the receiver answered, if it did.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Again { status, .. }
            | Self::ChannelPaused { status, .. }
            | Self::MessageFinal { status, .. }
            | Self::ChannelFinal { status, .. } => *status,
        }
    }
}

/// How fast a receiver takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many at once,
    pub burst: u32,
    /// and then one each.
    pub every: Duration,
    /// Beside that, at most so many within a time.
    pub window: Option<(u32, Duration)>,
}

impl Rate {
    /// A burst, and then one each.
    pub const fn new(burst: u32, every: Duration) -> Self {
        Self { burst, every, window: None }
    }
}

/// A receiver of messages.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Channel: Send + Sync {
    /// Whether the receiver tells a message that comes twice from two messages.
    fn is_idempotent(&self) -> bool;

    /// How fast it takes them.
    fn rate(&self) -> Rate;

    /// How many waiting messages may go as one; 1: each by itself.
    fn bundles(&self) -> usize {
        1
    }

    /// What several channels share when a receiver says to wait: a bot, a host's account. Holds no secret.
    fn account(&self) -> Option<String> {
        None
    }

    /// Sends it once.
    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError>;
}

/// A time as receivers read it.
pub(crate) fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// Cuts what a receiver answered to what is kept, on one line.
pub(crate) fn shown(answer: &str) -> String {
    let line: String = answer.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.floor_char_boundary(LONGEST_ANSWER);
    if end < line.len() { format!("{}…", &line[..end]) } else { line }
}

/// The same small server as the tests of the whole crate have.
#[cfg(test)]
#[path = "../../tests/it/receiver.rs"]
pub(crate) mod receiver;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{NoticeKind, Severity};

    /// A delivery for the units of the channels.
    pub(crate) fn delivery(text: &str) -> Delivery {
        let notice = Notice {
            id: "n-1".into(),
            alert: "a".into(),
            kind: NoticeKind::Fired,
            severity: Severity::Critical,
            rule: "Uplink".into(),
            router: Some("pusat".into()),
            interface: Some("ether1".into()),
            title: "PUTUS: ether1".into(),
            text: text.into(),
            language: Language::Id,
            at_ms: 1_795_000_000_000,
            since_ms: 1_795_000_000_000,
            answers: None,
            told_with: None,
        };
        Delivery {
            text: notice.text.clone(),
            notice,
            answers: None,
            answered_text: None,
            address: None,
            now_ms: 1_795_000_000_000,
        }
    }

    #[test]
    fn an_answer_is_one_cut_line() {
        assert_eq!(shown(" a\n b "), "a b");
        assert!(shown(&"é".repeat(2_000)).len() <= LONGEST_ANSWER + 3);
    }
}
