//! A channel's settings as they are stored: everything but the secrets, and from both a channel.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::alertmanager::AlertmanagerSettings;
use super::mail::{Mail, MailSettings};
use super::telegram::{Telegram, TelegramSettings};
use super::webhook::{
    DiscordSettings, FonnteSettings, GowaSettings, NtfySettings, SlackSettings, WablasSettings, WahaSettings, Webhook,
    WebhookSettings,
};
use super::{Channel, Secrets, Transport, alertmanager, mail, telegram, webhook};
use crate::Error;

/// The settings of one channel, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ChannelSettings {
    /// A Telegram bot.
    Telegram(TelegramSettings),
    /// Any receiver of HTTP requests.
    Webhook(WebhookSettings),
    /// WhatsApp by Fonnte.
    Fonnte(FonnteSettings),
    /// WhatsApp by Wablas.
    Wablas(WablasSettings),
    /// WhatsApp by a WAHA of one's own.
    Waha(WahaSettings),
    /// WhatsApp by a GOWA of one's own.
    Gowa(GowaSettings),
    /// ntfy.
    Ntfy(NtfySettings),
    /// Discord.
    Discord(DiscordSettings),
    /// Slack.
    Slack(SlackSettings),
    /// E-mail.
    Mail(MailSettings),
    /// Alertmanager: told the state, not sent messages; [`Alertmanager`](super::Alertmanager) does that.
    Alertmanager(AlertmanagerSettings),
}

impl ChannelSettings {
    /// The kind's word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Telegram(_) => "telegram",
            Self::Webhook(_) => "webhook",
            Self::Fonnte(_) => "fonnte",
            Self::Wablas(_) => "wablas",
            Self::Waha(_) => "waha",
            Self::Gowa(_) => "gowa",
            Self::Ntfy(_) => "ntfy",
            Self::Discord(_) => "discord",
            Self::Slack(_) => "slack",
            Self::Mail(_) => "mail",
            Self::Alertmanager(_) => "alertmanager",
        }
    }

    /// The secrets it may have, beside what is stored in the open.
    pub fn secret_names(&self) -> &'static [&'static str] {
        match self {
            Self::Telegram(_) => telegram::SECRETS,
            Self::Webhook(_) => webhook::SECRETS,
            Self::Fonnte(_) => &["token"],
            Self::Wablas(_) => &["token", "secretKey"],
            Self::Waha(_) => &["apiKey"],
            Self::Gowa(_) => &["password"],
            Self::Ntfy(_) => &["token", "password"],
            Self::Discord(_) | Self::Slack(_) => &["url"],
            Self::Mail(_) => mail::SECRETS,
            Self::Alertmanager(_) => alertmanager::SECRETS,
        }
    }
}

/// A channel from its settings.
///
/// # Errors
/// [`Error::Channel`], in words for whoever filled them in; also for an Alertmanager, which is no channel of messages.
pub fn build(settings: &ChannelSettings, secrets: &Secrets, over: &Transport) -> Result<Arc<dyn Channel>, Error> {
    let shared = |webhook: Webhook| Arc::new(webhook) as Arc<dyn Channel>;
    Ok(match settings.clone() {
        ChannelSettings::Telegram(settings) => Arc::new(Telegram::new(settings, secrets, over)?),
        ChannelSettings::Webhook(settings) => shared(Webhook::new(settings, secrets, over)?),
        ChannelSettings::Fonnte(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Wablas(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Waha(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Gowa(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Ntfy(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Discord(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Slack(settings) => shared(settings.build(secrets, over)?),
        ChannelSettings::Mail(settings) => Arc::new(Mail::new(settings, secrets, over)?),
        ChannelSettings::Alertmanager(_) => return Err(Error::Channel("an Alertmanager is told states".into())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> ChannelSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn stored_settings_are_read_again() {
        for json in [
            r#"{"kind":"telegram","chatId":"-100123"}"#,
            r#"{"kind":"webhook","url":"http://h/"}"#,
            r#"{"kind":"fonnte","target":"0812345678"}"#,
            r#"{"kind":"wablas","target":"0812345678","baseUrl":"https://solo.wablas.com"}"#,
            r#"{"kind":"waha","target":"0812345678","baseUrl":"http://h"}"#,
            r#"{"kind":"gowa","target":"0812345678","baseUrl":"http://h","user":"u"}"#,
            r#"{"kind":"ntfy","topic":"noc"}"#,
            r#"{"kind":"discord"}"#,
            r#"{"kind":"slack"}"#,
            r#"{"kind":"mail","host":"h","from":"a@b.c","to":["d@e.f"]}"#,
            r#"{"kind":"alertmanager","urls":["http://h"]}"#,
        ] {
            let settings = read(json);
            assert!(json.contains(&format!("\"{}\"", settings.kind())));
            assert_eq!(read(&serde_json::to_string(&settings).unwrap()), settings, "{json}");
            assert!(!settings.secret_names().is_empty());
        }
    }

    #[tokio::test]
    async fn a_wrong_setting_is_told_without_the_secret() {
        let transport = Transport::new(None).unwrap();
        let cases = [
            (r#"{"kind":"telegram","chatId":"-100123"}"#, "token", "geheim"),
            (r#"{"kind":"telegram","chatId":"noc"}"#, "token", "1:geheimgeheim"),
            (r#"{"kind":"discord"}"#, "url", "geheim"),
            (r#"{"kind":"webhook","signature":"standard","url":"http://h"}"#, "signing", "geheim"),
            (r#"{"kind":"webhook","headers":{"a":"{txet}"}}"#, "url", "http://geheim"),
            (r#"{"kind":"fonnte","target":"budi"}"#, "token", "geheim"),
            (r#"{"kind":"fonnte","target":"0812345678"}"#, "other", "geheim"),
        ];
        for (json, name, secret) in cases {
            let Err(error) = build(&read(json), &Secrets::new().with(name, secret), &transport) else {
                panic!("{json} makes a channel");
            };
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
    }
}
