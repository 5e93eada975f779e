//! The gateways and services whose requests and answers are known: presets of the generic webhook.
//!
//! What each of them answers, and what that means, is in docs/how-to/alert-channels.md.

use std::time::Duration;

use data_encoding::BASE64;
use reqwest::header::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::signature::{Signature, Signer};
use super::{Body, Success, Text, Webhook};
use crate::Error;
use crate::channel::phone::normalised;
use crate::channel::transport::http_url;
use crate::channel::{Rate, Secrets, Transport};

/// WhatsApp bans numbers that send like machines.
const WHATSAPP: Rate = Rate::new(3, Duration::from_secs(15));
/// The most messages that go as one there.
const WHATSAPP_BUNDLE: usize = 10;

/// Fonnte: secret `token`, the device's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FonnteSettings {
    /// A number or a group's id.
    pub target: String,
    /// Another server.
    #[serde(default = "fonnte")]
    pub base_url: String,
}

/// Wablas: secrets `token` and, on newer accounts, `secretKey`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WablasSettings {
    /// A number or a group's id.
    pub target: String,
    /// The account's server, as `https://solo.wablas.com`.
    pub base_url: String,
}

/// WAHA: secret `apiKey`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WahaSettings {
    /// A number or a group's id.
    pub target: String,
    /// One's own server, as `http://127.0.0.1:3000`.
    pub base_url: String,
    /// The session's name.
    #[serde(default = "default_session")]
    pub session: String,
}

/// GOWA (go-whatsapp-web-multidevice): secret `password` for HTTP Basic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GowaSettings {
    /// A number or a group's id.
    pub target: String,
    /// One's own server, as `http://127.0.0.1:3000`.
    pub base_url: String,
    /// The user of HTTP Basic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Which device, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// ntfy: secret `token` (`tk_…`), or `password` with `user`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NtfySettings {
    /// The topic.
    pub topic: String,
    /// The server.
    #[serde(default = "ntfy")]
    pub base_url: String,
    /// The user of HTTP Basic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// Discord: secret `url`, the webhook's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscordSettings {
    /// A thread of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
}

/// Slack: secret `url`, the incoming webhook's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlackSettings {}

fn fonnte() -> String {
    "https://api.fonnte.com".to_owned()
}

fn ntfy() -> String {
    "https://ntfy.sh".to_owned()
}

fn default_session() -> String {
    "default".to_owned()
}

/// What a preset is made of.
struct Preset {
    url: Zeroizing<String>,
    headers: Vec<(&'static str, Zeroizing<String>)>,
    body: Body,
    success: Success,
    rate: Rate,
    bundles: usize,
    handle: Option<&'static str>,
}

impl Preset {
    /// # Errors
    /// [`Error::Channel`] where the URL is none.
    fn build(self, transport: &Transport) -> Result<Webhook, Error> {
        http_url(&self.url)?;
        let headers = self.headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), Text::Fixed(value)));
        Ok(Webhook {
            transport: transport.clone(),
            method: reqwest::Method::POST,
            url: Text::Fixed(self.url),
            headers: headers.collect(),
            body: self.body,
            success: self.success,
            secrets: Secrets::new(),
            signer: Signer::new(Signature::None, None)?,
            identified: false,
            idempotent: false,
            rate: self.rate,
            bundles: self.bundles,
            handle: self.handle,
        })
    }
}

impl FonnteSettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        let token = required(secrets, "token", "Fonnte's device token")?;
        let fields = [
            ("target", normalised(&self.target)?),
            ("message", "{text}".to_owned()),
            // The number is whole already.
            ("countryCode", "0".to_owned()),
            // Else it queues there while the device is off, and yesterday's alert arrives today.
            ("connectOnly", "true".to_owned()),
            ("preview", "false".to_owned()),
        ];
        Preset {
            url: at(&self.base_url, "send"),
            headers: vec![("authorization", token)],
            body: Body::Form { fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() },
            success: Success {
                path: Some("status".into()),
                equals: Some("true".into()),
                pause_words: words(&["disconnected device"]),
                stop_words: words(&["token invalid", "invalid token", "target invalid", "insufficient quota"]),
                ..Success::default()
            },
            rate: WHATSAPP,
            bundles: WHATSAPP_BUNDLE,
            handle: Some("id.0"),
        }
        .build(transport)
    }
}

impl WablasSettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        let token = required(secrets, "token", "Wablas's token")?;
        let authorization = match secrets.get("secretKey") {
            Some(key) => Zeroizing::new(format!("{}.{}", *token, key.trim())),
            None => token,
        };
        let target = normalised(&self.target)?;
        let group = target.strip_suffix("@g.us");
        let message = json!({
            "phone": group.unwrap_or(&target),
            "message": "{text}",
            // A string, as their documentation has it.
            "isGroup": if group.is_some() { "true" } else { "false" },
            "ref_id": "{id}",
        });
        Preset {
            url: at(&self.base_url, "api/v2/send-message"),
            headers: vec![("authorization", authorization)],
            body: Body::Json { template: json!({ "data": [message] }) },
            success: Success {
                path: Some("status".into()),
                equals: Some("true".into()),
                pause_words: words(&["disconnect", "not connected"]),
                stop_words: words(&["secret key", "token invalid", "invalid token", "quota", "expired"]),
                ..Success::default()
            },
            rate: WHATSAPP,
            bundles: WHATSAPP_BUNDLE,
            handle: Some("data.messages.0.id"),
        }
        .build(transport)
    }
}

impl WahaSettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        let target = normalised(&self.target)?;
        let chat = if target.ends_with("@g.us") { target } else { format!("{target}@c.us") };
        let body = json!({ "session": literal(&self.session)?, "chatId": chat, "text": "{text}" });
        let key = secrets.get("apiKey").map(|key| ("x-api-key", Zeroizing::new(key.trim().to_owned())));
        Preset {
            url: at(&self.base_url, "api/sendText"),
            headers: key.into_iter().collect(),
            body: Body::Json { template: body },
            success: Success {
                // What its answer looks like depends on its engine: the status alone decides. 422: the session is not in
                // the state WORKING.
                pause_statuses: vec![422],
                ..Success::default()
            },
            rate: WHATSAPP,
            bundles: WHATSAPP_BUNDLE,
            handle: Some("id"),
        }
        .build(transport)
    }
}

impl GowaSettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        let target = normalised(&self.target)?;
        let phone = if target.ends_with("@g.us") { target } else { format!("{target}@s.whatsapp.net") };
        let mut headers = Vec::new();
        if let Some(user) = &self.user {
            headers.push(("authorization", basic(user, secrets.get("password").unwrap_or_default())));
        }
        if let Some(device) = &self.device {
            headers.push(("x-device-id", Zeroizing::new(device.clone())));
        }
        Preset {
            url: at(&self.base_url, "send/message"),
            headers,
            body: Body::Json { template: json!({ "phone": phone, "message": "{text}" }) },
            success: Success {
                path: Some("code".into()),
                equals: Some("SUCCESS".into()),
                pause_words: words(&["not loggin", "not logged in", "not login", "not connected"]),
                ..Success::default()
            },
            rate: WHATSAPP,
            bundles: WHATSAPP_BUNDLE,
            handle: Some("results.message_id"),
        }
        .build(transport)
    }
}

impl NtfySettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        let topic = self.topic.trim();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if topic.is_empty() || topic.len() > 64 || !topic.chars().all(fits) {
            return Err(Error::Channel("a topic has letters, digits, _ and -, at most 64".into()));
        }
        let authorization = match (secrets.get("token"), &self.user) {
            (Some(token), _) => Some(Zeroizing::new(format!("Bearer {}", token.trim()))),
            (None, Some(user)) => Some(basic(user, secrets.get("password").unwrap_or_default())),
            (None, None) => None,
        };
        let public = self.base_url.trim_end_matches('/') == ntfy();
        let window = public.then_some((250, Duration::from_secs(24 * 3_600)));
        Preset {
            // JSON goes to the root: headers, as with a topic's URL, are for ASCII.
            url: at(&self.base_url, ""),
            headers: authorization.map(|value| ("authorization", value)).into_iter().collect(),
            body: Body::Json {
                template: json!({
                    "topic": topic,
                    "title": "{title|bytes:250}",
                    // A longer one becomes an attachment.
                    "message": "{text|bytes:4000}",
                    "priority": "{priority|number}",
                    "tags": ["{tag}"],
                }),
            },
            success: Success::default(),
            rate: Rate { window, ..Rate::new(60, Duration::from_secs(5)) },
            bundles: 1,
            handle: Some("id"),
        }
        .build(transport)
    }
}

impl DiscordSettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        let mut url = http_url(&required(secrets, "url", "the webhook's URL")?)?;
        // Without it an answer comes before the message is kept.
        url.query_pairs_mut().append_pair("wait", "true");
        if let Some(thread) = &self.thread {
            url.query_pairs_mut().append_pair("thread_id", thread);
        }
        Preset {
            url: Zeroizing::new(url.to_string()),
            headers: Vec::new(),
            body: Body::Json {
                // An interface may be called @everyone.
                template: json!({ "content": "{text|markdown|cut:2000}", "allowed_mentions": { "parse": [] } }),
            },
            success: Success::default(),
            rate: Rate::new(5, Duration::from_secs(2)),
            bundles: 1,
            handle: Some("id"),
        }
        .build(transport)
    }
}

impl SlackSettings {
    pub(in crate::channel) fn build(&self, secrets: &Secrets, transport: &Transport) -> Result<Webhook, Error> {
        Preset {
            url: required(secrets, "url", "the webhook's URL")?,
            headers: Vec::new(),
            body: Body::Json { template: json!({ "text": "{text|cut:30000|html}" }) },
            success: Success {
                stop_words: words(&["no_service", "channel_not_found", "channel_is_archived", "action_prohibited"]),
                ..Success::default()
            },
            rate: Rate::new(3, Duration::from_secs(1)),
            bundles: 1,
            handle: None,
        }
        .build(transport)
    }
}

fn required(secrets: &Secrets, name: &str, what: &str) -> Result<Zeroizing<String>, Error> {
    let secret = secrets.get(name).map(str::trim).filter(|secret| !secret.is_empty());
    secret.map(|secret| Zeroizing::new(secret.to_owned())).ok_or_else(|| Error::Channel(format!("{what} is missing")))
}

fn basic(user: &str, password: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{user}:{password}"));
    Zeroizing::new(format!("Basic {}", BASE64.encode(pair.as_bytes())))
}

fn at(base: &str, path: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{}/{path}", base.trim().trim_end_matches('/')))
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// Text that goes into a template as it is.
fn literal(text: &str) -> Result<&str, Error> {
    if text.is_empty() || text.contains(['{', '}']) {
        return Err(Error::Channel("the session's name is empty or has braces".into()));
    }
    Ok(text)
}
