//! A Telegram bot: HTML, since only three characters need escaping there.
//!
//! A clear edits the message that told the fire and adds one short reply: an edit alone notifies nobody.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::channel::transport::{Answer, ask, wait_of};
use crate::channel::{Channel, Delivery, Moved, Rate, Receipt, Secrets, SendError, Transport, shown};
use crate::{Error, NoticeKind, Severity};

/// Telegram counts 4,096 UTF-16 units after the markup is read.
const LONGEST: usize = 4_000;

/// What a clear does to the message that told the fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnClear {
    /// Edits it, and replies to it, which notifies.
    #[default]
    EditAndReply,
    /// Replies to it.
    Reply,
    /// Edits it, which notifies nobody.
    Edit,
}

/// Where a bot writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TelegramSettings {
    /// A chat's number (a group's is negative) or a public channel's `@name`.
    pub chat_id: String,
    /// A topic of a group with topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i64>,
    /// A Bot API server of one's own.
    #[serde(default = "official", skip_serializing_if = "is_official")]
    pub base_url: String,
    /// What a clear does.
    #[serde(default)]
    pub on_clear: OnClear,
    /// Notices that are worth knowing only arrive without a sound.
    #[serde(default)]
    pub silent_info: bool,
}

pub(super) const SECRETS: &[&str] = &["token"];

fn official() -> String {
    "https://api.telegram.org".to_owned()
}

fn is_official(url: &String) -> bool {
    *url == official()
}

/// One chat of one bot.
pub(super) struct Telegram {
    settings: TelegramSettings,
    token: Zeroizing<String>,
    transport: Transport,
    /// Where the chat moved while this runs.
    moved: Mutex<Option<String>>,
}

impl Telegram {
    pub(super) fn new(settings: TelegramSettings, secrets: &Secrets, transport: &Transport) -> Result<Self, Error> {
        let wrong = |why: &str| Err(Error::Channel(why.to_owned()));
        let token = secrets.get("token").unwrap_or_default().trim();
        let parts = token.split_once(':');
        if !parts.is_some_and(|(id, rest)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) && is_token(rest)) {
            return wrong("the bot's token looks like 123456789:AAF…; @BotFather shows it");
        }
        let chat = settings.chat_id.trim();
        if chat.parse::<i64>().is_err() && chat.strip_prefix('@').is_none_or(|name| name.len() < 4) {
            return wrong("the chat is a number (a group's is negative) or a public channel's @name");
        }
        crate::channel::transport::http_url(&settings.base_url)?;
        Ok(Self {
            token: Zeroizing::new(token.to_owned()),
            settings,
            transport: transport.clone(),
            moved: Mutex::default(),
        })
    }

    fn chat(&self, delivery: &Delivery) -> String {
        let moved = self.moved.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let own = self.settings.chat_id.trim();
        // What was learnt of a chat that the settings no longer name is of no use.
        let known = delivery.address.as_ref().filter(|moved| moved.from == own).map(|moved| moved.to.clone());
        moved.or(known).unwrap_or_else(|| own.to_owned())
    }

    async fn call(&self, method: &str, body: &Value) -> Result<Answer, SendError> {
        let base = self.settings.base_url.trim_end_matches('/');
        let url = Zeroizing::new(format!("{base}/bot{}/{method}", *self.token));
        ask(self.transport.client().await?.post(url.as_str()).json(body)).await
    }

    /// Sends, and does what Telegram asks for before it takes a message.
    async fn message(&self, delivery: &Delivery, text: &str) -> Result<(Answer, Value, Option<String>), SendError> {
        let mut chat = self.chat(delivery);
        let mut moved = None;
        let mut body = json!({
            "chat_id": chat_value(&chat),
            "text": markup(delivery, text),
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
            "disable_notification": self.settings.silent_info && delivery.notice.severity == Severity::Info,
        });
        // The general topic is the first and must not be named.
        if let Some(topic) = self.settings.topic.filter(|topic| *topic > 1) {
            body["message_thread_id"] = json!(topic);
        }
        if let Some(message) = delivery.answers.as_deref().and_then(|handle| handle.parse::<i64>().ok()) {
            body["reply_parameters"] = json!({ "message_id": message, "allow_sending_without_reply": true });
        }
        // Each of the three remedies helps once.
        for _ in 0..4 {
            let answer = self.call("sendMessage", &body).await?;
            let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            if answer.is_success() && said["ok"] == true {
                return Ok((answer, said, moved));
            }
            let description = said["description"].as_str().unwrap_or_default().to_ascii_lowercase();
            if let Some(new) = said["parameters"]["migrate_to_chat_id"].as_i64()
                && new.to_string() != chat
            {
                chat = new.to_string();
                body["chat_id"] = json!(new);
                *self.moved.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(chat.clone());
                moved = Some(chat.clone());
            } else if description.contains("can't parse entities") && body.get("parse_mode").is_some() {
                body["text"] = json!(cut(text));
                body.as_object_mut().map(|fields| fields.remove("parse_mode"));
            } else if description.contains("message thread not found") && body.get("message_thread_id").is_some() {
                body.as_object_mut().map(|fields| fields.remove("message_thread_id"));
            } else {
                return Err(refusal(&answer, &said, delivery.now_ms));
            }
        }
        Err(SendError::MessageFinal { status: None, why: "the chat moves again and again".into() })
    }

    /// Writes the clear into the message that told the fire.
    async fn edit(&self, delivery: &Delivery, message: i64) -> Result<Answer, SendError> {
        let old = delivery.answered_text.as_deref().unwrap_or_default();
        let text = if old.is_empty() {
            markup(delivery, &delivery.text)
        } else {
            format!(
                "<s>{}</s>\n{}",
                escaped(&cut_to(old, LONGEST / 2)),
                markup(delivery, &cut_to(&delivery.text, LONGEST / 2))
            )
        };
        let body = json!({
            "chat_id": chat_value(&self.chat(delivery)),
            "message_id": message,
            "text": text,
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
        });
        let answer = self.call("editMessageText", &body).await?;
        let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let unchanged = said["description"].as_str().is_some_and(|words| words.contains("message is not modified"));
        if answer.is_success() && said["ok"] == true || unchanged {
            return Ok(answer);
        }
        Err(refusal(&answer, &said, delivery.now_ms))
    }
}

#[async_trait]
impl Channel for Telegram {
    fn is_idempotent(&self) -> bool {
        false
    }

    fn rate(&self) -> Rate {
        let group = self.settings.chat_id.trim().starts_with(['-', '@']);
        let window = group.then_some((20, Duration::from_secs(60)));
        Rate { burst: 1, every: Duration::from_secs(1), window }
    }

    fn account(&self) -> Option<String> {
        self.token.split_once(':').map(|(bot, _)| format!("telegram bot {bot}"))
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let old = delivery.answers.as_deref().and_then(|handle| handle.parse::<i64>().ok());
        let old = old.filter(|_| delivery.notice.kind == NoticeKind::Cleared);
        if let (Some(old), OnClear::Edit) = (old, self.settings.on_clear) {
            match self.edit(delivery, old).await {
                Ok(answer) => {
                    let answer =
                        Receipt { status: Some(answer.status), answer: shown(&answer.body), ..Receipt::default() };
                    return Ok(answer);
                }
                // Somebody deleted it: told anew.
                Err(SendError::MessageFinal { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let (answer, said, moved) = self.message(delivery, &delivery.text).await?;
        let mut receipt = Receipt {
            status: Some(answer.status),
            answer: shown(&answer.body),
            handle: said["result"]["message_id"].as_i64().map(|id| id.to_string()),
            moved: moved.map(|to| Moved { from: self.settings.chat_id.trim().to_owned(), to }),
            hold: None,
        };
        if let (Some(old), OnClear::EditAndReply) = (old, self.settings.on_clear) {
            // The reply has told it; an edit that fails costs nobody the news.
            if let Err(SendError::Again { after, .. }) = self.edit(delivery, old).await {
                receipt.hold = after;
            }
        }
        Ok(receipt)
    }
}

fn is_token(rest: &str) -> bool {
    rest.len() >= 10 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn chat_value(chat: &str) -> Value {
    chat.parse::<i64>().map_or_else(|_| json!(chat), |id| json!(id))
}

/// The first line bold, so that the list of chats shows it.
fn markup(delivery: &Delivery, text: &str) -> String {
    let text = cut(text);
    if delivery.notice.kind == NoticeKind::Test {
        return escaped(&text);
    }
    match text.split_once('\n') {
        Some((first, rest)) => format!("<b>{}</b>\n{}", escaped(first), escaped(rest)),
        None => escaped(&text),
    }
}

/// Cut before the markup is added: a cut inside a tag would lose the message.
fn cut(text: &str) -> String {
    cut_to(text, LONGEST)
}

fn cut_to(text: &str, most: usize) -> String {
    let mut units = 0;
    let mut short = String::new();
    for letter in text.chars() {
        units += letter.len_utf16();
        if units > most {
            short.push('…');
            break;
        }
        short.push(letter);
    }
    short
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What Telegram's refusal means.
fn refusal(answer: &Answer, said: &Value, now_ms: i64) -> SendError {
    let description = said["description"].as_str().unwrap_or(&answer.body);
    let status = Some(answer.status);
    let why = shown(&format!("Telegram {}: {description}", answer.status));
    if answer.status == 429 {
        let after = said["parameters"]["retry_after"].as_f64().and_then(|seconds| wait_of(&seconds.to_string()));
        let after = after.or_else(|| answer.retry_after(now_ms));
        return SendError::Again { status, after, unreachable: false, doubtful: false, why };
    }
    let words = description.to_ascii_lowercase();
    let gone = ["chat not found", "have no rights to send", "not enough rights", "need administrator rights"];
    match answer.status {
        401 | 403 | 404 => SendError::ChannelFinal { status, why },
        400 if gone.iter().any(|one| words.contains(one)) => SendError::ChannelFinal { status, why },
        _ => answer.refused(now_ms, description),
    }
}

#[cfg(test)]
mod tests;
