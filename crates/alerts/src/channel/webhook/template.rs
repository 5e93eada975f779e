//! Placeholders in what a webhook sends: `{text}`, `{title|cut:100}`, `{secret.token}`.
//!
//! A value is put into a string of a JSON tree, into a form's field, a header or a URL, and each is encoded by whoever
//! writes that format; nothing is put into text that is already encoded. Braces around anything else stay as they are.

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::channel::{Delivery, Secrets, rfc3339};
use crate::{NoticeKind, Severity};

/// What the names in a template stand for, for one delivery.
pub(super) struct Values<'a> {
    delivery: &'a Delivery,
    secrets: &'a Secrets,
}

const NAMES: &[&str] = &[
    "text",
    "title",
    "id",
    "alert",
    "kind",
    "severity",
    "rule",
    "router",
    "interface",
    "at",
    "since",
    "at_ms",
    "priority",
    "tag",
];

impl<'a> Values<'a> {
    pub(super) fn new(delivery: &'a Delivery, secrets: &'a Secrets) -> Self {
        Self { delivery, secrets }
    }

    /// Fills a template in; wiped afterwards, since it may hold a secret.
    pub(super) fn fill(&self, template: &str) -> Zeroizing<String> {
        self.fill_with(template, |value| value)
    }

    /// The same for a URL: each value is one part of a path or of a query.
    pub(super) fn fill_url(&self, template: &str) -> Zeroizing<String> {
        self.fill_with(template, |value| encoded(&value))
    }

    /// Fills in the strings of a JSON tree. `"{priority|number}"`, alone in its string, becomes a number.
    pub(super) fn fill_json(&self, template: &Value) -> Value {
        match template {
            Value::String(text) => {
                let filled = self.fill(text);
                let numeric = text.starts_with('{') && text.ends_with("|number}") && !text[1..].contains('{');
                match filled.parse::<i64>() {
                    Ok(number) if numeric => json!(number),
                    _ => Value::String(filled.to_string()),
                }
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.fill_json(item)).collect()),
            Value::Object(fields) => {
                let filled: Map<String, Value> =
                    fields.iter().map(|(name, value)| (name.clone(), self.fill_json(value))).collect();
                Value::Object(filled)
            }
            other => other.clone(),
        }
    }

    fn fill_with(&self, template: &str, encode: impl Fn(String) -> String) -> Zeroizing<String> {
        let mut filled = Zeroizing::new(String::with_capacity(template.len() + 256));
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            let (before, after) = rest.split_at(start);
            filled.push_str(before);
            let Some(end) = after.find('}') else {
                rest = after;
                break;
            };
            match self.value(&after[1..end]) {
                Some(value) => {
                    filled.push_str(&encode(value));
                    rest = &after[end + 1..];
                }
                None => {
                    filled.push('{');
                    rest = &after[1..];
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, placeholder: &str) -> Option<String> {
        let mut parts = placeholder.split('|');
        let name = parts.next()?.trim();
        let value = match name.strip_prefix("secret.") {
            Some(secret) => self.secrets.get(secret).unwrap_or_default().to_owned(),
            None => self.named(name)?,
        };
        parts.try_fold(value, |value, filter| filtered(value, filter.trim()))
    }

    fn named(&self, name: &str) -> Option<String> {
        let notice = &self.delivery.notice;
        Some(match name {
            "text" => self.delivery.text.clone(),
            "title" => notice.title.clone(),
            "id" => notice.id.clone(),
            "alert" => notice.alert.clone(),
            "kind" => notice.kind.word().to_owned(),
            "severity" => notice.severity.word().to_owned(),
            "rule" => notice.rule.clone(),
            "router" => notice.router.clone().unwrap_or_default(),
            "interface" => notice.interface.clone().unwrap_or_default(),
            "at" => rfc3339(notice.at_ms),
            "since" => rfc3339(notice.since_ms),
            "at_ms" => notice.at_ms.to_string(),
            "priority" => priority(notice.kind, notice.severity).to_string(),
            "tag" => tag(notice.kind, notice.severity).to_owned(),
            _ => return None,
        })
    }
}

/// A placeholder that nothing stands for, so that a typing error is found when it is made.
pub(super) fn unknown_placeholder(template: &str) -> Option<String> {
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        rest = &rest[start + 1..];
        let end = rest.find('}')?;
        let (name, filters) = match rest[..end].split_once('|') {
            Some((name, filters)) => (name, Some(filters)),
            None => (&rest[..end], None),
        };
        // `{ "a": 1 }` and `{}` are no placeholders.
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
            continue;
        }
        let known = NAMES.contains(&name) || name.starts_with("secret.");
        let filters_known = filters.is_none_or(|all| all.split('|').all(|one| filtered(String::new(), one).is_some()));
        if !known || !filters_known {
            return Some(format!("{{{}}}", &rest[..end]));
        }
    }
    None
}

/// `None` for a filter that does not exist.
fn filtered(value: String, filter: &str) -> Option<String> {
    Some(match filter.split_once(':') {
        None if filter == "html" => value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        None if filter == "markdown" => escaped_markdown(&value),
        None if filter == "number" => value,
        Some(("cut", most)) => cut(&value, most.parse().ok()?),
        Some(("bytes", most)) => {
            let most: usize = most.parse().ok()?;
            if value.len() <= most {
                value
            } else {
                format!("{}…", &value[..value.floor_char_boundary(most.saturating_sub('…'.len_utf8()))])
            }
        }
        _ => return None,
    })
}

fn cut(value: &str, most: usize) -> String {
    if value.chars().count() <= most {
        return value.to_owned();
    }
    value.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

fn escaped_markdown(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        if "\\*_~`|>[]".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// One part of a URL: everything but what never has a meaning there.
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// ntfy's 1 to 5.
fn priority(kind: NoticeKind, severity: Severity) -> u8 {
    match (kind, severity) {
        (NoticeKind::Fired | NoticeKind::Reminder, Severity::Critical) => 5,
        (NoticeKind::Fired | NoticeKind::Reminder, Severity::Warning) => 4,
        (_, Severity::Info) => 2,
        _ => 3,
    }
}

/// ntfy's names of icons.
fn tag(kind: NoticeKind, severity: Severity) -> &'static str {
    match (kind, severity) {
        (NoticeKind::Cleared | NoticeKind::Steady, _) => "green_circle",
        (NoticeKind::Test, _) | (_, Severity::Info) => "information_source",
        (_, Severity::Warning) => "orange_circle",
        (_, Severity::Critical) => "red_circle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::tests::delivery;

    fn filled(template: &str, text: &str) -> String {
        let (delivery, secrets) = (delivery(text), Secrets::new().with("token", "t/1"));
        Values::new(&delivery, &secrets).fill(template).to_string()
    }

    #[test]
    fn values_are_put_in_and_the_rest_stays() {
        assert_eq!(filled("{router}/{interface}: {text}", "a{title}b"), "pusat/ether1: a{title}b");
        assert_eq!(filled("{} {nothing} {\"a\": {kind}} {", "x"), "{} {nothing} {\"a\": fired} {");
        assert_eq!(filled("{secret.token}{secret.other}", "x"), "t/1");
        assert_eq!(filled("{text|html} {text|cut:2} {text|bytes:4}", "<éé>"), "&lt;éé&gt; <… <…");
        assert_eq!(filled("{text|markdown}", "a_b*c"), "a\\_b\\*c");
    }

    #[test]
    fn a_value_cannot_break_out_of_json_or_a_url() {
        let (delivery, secrets) = (delivery("\"},{\"x\":\"\n"), Secrets::new().with("token", "a/b?c&d"));
        let values = Values::new(&delivery, &secrets);
        let template = json!({"m": "{text}", "n": ["{priority|number}", 1], "p": "{priority}"});
        let filled = values.fill_json(&template);
        assert_eq!(filled, json!({"m": "\"},{\"x\":\"\n", "n": [5, 1], "p": "5"}));
        assert_eq!(
            values.fill_url("http://h/{secret.token}?q={text}").as_str(),
            "http://h/a%2Fb%3Fc%26d?q=%22%7D%2C%7B%22x%22:%22%0A"
        );
    }

    #[test]
    fn a_typing_error_is_found() {
        assert_eq!(unknown_placeholder("{text} {txet}"), Some("{txet}".into()));
        assert_eq!(unknown_placeholder("{text|cot:1}"), Some("{text|cot:1}".into()));
        assert_eq!(unknown_placeholder("{ \"a\": 1 } {} {text|cut:5|html} {secret.x} {"), None);
    }
}
