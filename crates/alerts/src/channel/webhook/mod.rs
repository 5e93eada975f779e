//! A request for each message: whatever a receiver wants, by method, URL, headers and a template of the body.
//!
//! The named gateways are presets of the same thing, so that a home-made one needs no code.

mod presets;
mod signature;
mod success;
mod template;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub use presets::{
    DiscordSettings, FonnteSettings, GowaSettings, NtfySettings, SlackSettings, WablasSettings, WahaSettings,
};
pub use signature::Signature;
pub use success::Success;

use super::transport::ask;
use super::{Channel, Delivery, Rate, Receipt, Secrets, SendError, Transport, rfc3339, shown};
use crate::Error;

use signature::Signer;
use template::{Values, unknown_placeholder};

/// What a webhook sends as its body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Body {
    /// `{"type": "alert.fired", "timestamp": …, "data": {…}}`.
    #[default]
    Event,
    /// A JSON tree with placeholders in its strings.
    Json {
        /// The tree.
        template: Value,
    },
    /// A form's fields with placeholders.
    Form {
        /// The fields.
        fields: BTreeMap<String, String>,
    },
    /// Plain text with placeholders.
    Text {
        /// The text.
        template: String,
    },
    /// Nothing, for a GET.
    Nothing,
}

/// A webhook as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where to; may hold placeholders. Empty where the secret `url` is set instead.
    #[serde(default)]
    pub url: String,
    /// `POST`, `PUT`, `PATCH` or `GET`.
    #[serde(default = "post")]
    pub method: String,
    /// Headers, with placeholders; `{secret.token}` for a secret.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: Body,
    /// What the answer has to say.
    #[serde(default)]
    pub success: Success,
    /// Which signatures it carries; made with the secret `signing`.
    #[serde(default)]
    pub signature: Signature,
    /// Whether the receiver tells a doubled message by `webhook-id`; by default those that get events or signatures do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// The least time between two messages, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_between: Option<u32>,
}

pub(super) const SECRETS: &[&str] = &["url", "token", "signing"];

fn post() -> String {
    "POST".to_owned()
}

/// Text of a request.
enum Text {
    /// With placeholders.
    Template(Zeroizing<String>),
    /// As it is: a secret may have braces.
    Fixed(Zeroizing<String>),
}

/// A receiver of requests, whichever preset it comes from.
pub(super) struct Webhook {
    transport: Transport,
    method: Method,
    url: Text,
    headers: Vec<(HeaderName, Text)>,
    body: Body,
    success: Success,
    secrets: Secrets,
    signer: Signer,
    /// Whether it carries `webhook-id`.
    identified: bool,
    idempotent: bool,
    rate: Rate,
    bundles: usize,
    /// Where the answer has the message's number.
    handle: Option<&'static str>,
}

impl Webhook {
    /// # Errors
    /// [`Error::Channel`] where the settings make no request.
    pub(super) fn new(settings: WebhookSettings, secrets: &Secrets, transport: &Transport) -> Result<Self, Error> {
        let url = Zeroizing::new(match secrets.get("url") {
            Some(url) => url.trim().to_owned(),
            None => settings.url.trim().to_owned(),
        });
        let method = match settings.method.to_ascii_uppercase().as_str() {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "GET" => Method::GET,
            _ => return Err(Error::Channel("the method is POST, PUT, PATCH or GET".into())),
        };
        if method == Method::GET && !matches!(settings.body, Body::Nothing) {
            return Err(Error::Channel("a GET has no body".into()));
        }
        let checked = check_placeholders(&settings, &url);
        checked.map_or(Ok(()), |wrong| Err(Error::Channel(format!("{wrong} stands for nothing"))))?;
        let example = Delivery::example();
        super::transport::http_url(&Values::new(&example, secrets).fill_url(&url))?;
        let headers = settings.headers.iter().map(|(name, value)| header(name, value)).collect::<Result<_, _>>()?;
        let signer = Signer::new(settings.signature, secrets.get("signing"))?;
        let knows_ids = matches!(settings.body, Body::Event) || signer.signs();
        let rate = match settings.seconds_between {
            Some(seconds) => Rate::new(1, Duration::from_secs(seconds.into())),
            None => Rate::new(20, Duration::from_millis(200)),
        };
        Ok(Self {
            transport: transport.clone(),
            method,
            url: Text::Template(url),
            headers,
            body: settings.body,
            success: settings.success,
            secrets: secrets.clone(),
            signer,
            identified: true,
            idempotent: settings.idempotent.unwrap_or(knows_ids),
            rate,
            bundles: 1,
            handle: None,
        })
    }

    /// The bytes that are sent, and what they are.
    fn body(&self, values: &Values<'_>, delivery: &Delivery) -> (Vec<u8>, Option<&'static str>) {
        match &self.body {
            Body::Nothing => (Vec::new(), None),
            Body::Event => (event(delivery).to_string().into_bytes(), Some("application/json")),
            Body::Json { template } => (values.fill_json(template).to_string().into_bytes(), Some("application/json")),
            Body::Form { fields } => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields {
                    form.append_pair(name, &values.fill(value));
                }
                (form.finish().into_bytes(), Some("application/x-www-form-urlencoded"))
            }
            Body::Text { template } => (values.fill(template).as_bytes().to_vec(), Some("text/plain; charset=utf-8")),
        }
    }
}

#[async_trait]
impl Channel for Webhook {
    fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    fn rate(&self) -> Rate {
        self.rate
    }

    fn bundles(&self) -> usize {
        self.bundles
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let values = Values::new(delivery, &self.secrets);
        let (body, kind) = self.body(&values, delivery);
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, text) in &self.headers {
            let value = match text {
                Text::Template(template) => &values.fill(template),
                Text::Fixed(value) => value,
            };
            // An interface's name with letters that no header may have costs the header, not the alert.
            if let Ok(mut value) = HeaderValue::from_bytes(value.as_bytes()) {
                value.set_sensitive(true);
                headers.insert(name.clone(), value);
            }
        }
        if self.identified {
            let seconds = delivery.now_ms.div_euclid(1_000);
            let mut own = self.signer.headers(&delivery.notice.id, seconds, &body);
            own.push(("webhook-id", delivery.notice.id.clone()));
            own.push(("webhook-timestamp", seconds.to_string()));
            for (name, value) in own {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    headers.insert(HeaderName::from_static(name), value);
                }
            }
        }
        let url = match &self.url {
            Text::Template(template) => &values.fill_url(template),
            Text::Fixed(url) => url,
        };
        let request =
            self.transport.client().await?.request(self.method.clone(), url.as_str()).headers(headers).body(body);
        let answer = ask(request).await?;
        self.success.judge(&answer, delivery.now_ms)?;
        let said = self.handle.and_then(|path| Some((path, serde_json::from_str::<Value>(&answer.body).ok()?)));
        let handle = said.and_then(|(path, said)| success::find(&said, path).map(success::as_text));
        // Discord says beforehand when the next one would be refused.
        let left = |name: &str| answer.headers.get(name)?.to_str().ok();
        let hold = (left("x-ratelimit-remaining") == Some("0")).then(|| left("x-ratelimit-reset-after")).flatten();
        let hold = hold.and_then(super::transport::wait_of);
        Ok(Receipt { status: Some(answer.status), answer: shown(&answer.body), handle, moved: None, hold })
    }
}

/// The body that is ours. The time in it is the notice's, so that a retry has the same bytes.
fn event(delivery: &Delivery) -> Value {
    let notice = &delivery.notice;
    json!({
        "type": format!("alert.{}", notice.kind.word()),
        "timestamp": rfc3339(notice.at_ms),
        "data": {
            "id": notice.id,
            "alert": notice.alert,
            "severity": notice.severity.word(),
            "rule": notice.rule,
            "router": notice.router,
            "interface": notice.interface,
            "title": notice.title,
            "text": delivery.text,
            "since": rfc3339(notice.since_ms),
            "answers": notice.answers,
        },
    })
}

fn header(name: &str, value: &str) -> Result<(HeaderName, Text), Error> {
    let name = HeaderName::try_from(name.trim());
    let name = name.map_err(|_| Error::Channel("a header's name has letters that it cannot have".into()))?;
    Ok((name, Text::Template(Zeroizing::new(value.to_owned()))))
}

fn check_placeholders(settings: &WebhookSettings, url: &str) -> Option<String> {
    fn in_json(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => unknown_placeholder(text),
            Value::Array(items) => items.iter().find_map(in_json),
            Value::Object(fields) => fields.values().find_map(in_json),
            _ => None,
        }
    }
    let body = match &settings.body {
        Body::Json { template } => in_json(template),
        Body::Form { fields } => fields.values().find_map(|text| unknown_placeholder(text)),
        Body::Text { template } => unknown_placeholder(template),
        Body::Event | Body::Nothing => None,
    };
    body.or_else(|| unknown_placeholder(url))
        .or_else(|| settings.headers.values().find_map(|text| unknown_placeholder(text)))
}

#[cfg(test)]
mod tests;
