//! Whether a receiver took a message. Many gateways answer 200 and say in the body that they did not.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::channel::transport::{Answer, wait_of};
use crate::channel::{SendError, shown};

/// What a webhook's answer has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Success {
    /// The statuses that are one; none: every 2xx.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// A field of the JSON answer, as `data.status`; the case of names does not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it has to be, as text; nothing: it has only to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// Words in a refusal that mean: the device is not connected, wait.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pause_words: Vec<String>,
    /// Statuses that mean the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pause_statuses: Vec<u16>,
    /// Words that mean: nothing will be taken until the settings are changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop_words: Vec<String>,
}

impl Success {
    pub(super) fn judge(&self, answer: &Answer, now_ms: i64) -> Result<(), SendError> {
        let said: Option<Value> = serde_json::from_str(&answer.body).ok();
        let status_fits =
            if self.statuses.is_empty() { answer.is_success() } else { self.statuses.contains(&answer.status) };
        let field = self.path.as_deref().map(|path| said.as_ref().and_then(|said| find(said, path)));
        let field_fits = match (&field, &self.equals) {
            (None, _) => true,
            (Some(None), _) => false,
            (Some(Some(value)), None) => !value.is_null(),
            (Some(Some(value)), Some(wanted)) => as_text(value).eq_ignore_ascii_case(wanted),
        };
        if status_fits && field_fits {
            return Ok(());
        }
        let status = Some(answer.status);
        let reason = said.as_ref().and_then(reason).unwrap_or_else(|| answer.body.clone());
        let why = shown(&format!("HTTP {}: {reason}", answer.status));
        let lower = reason.to_ascii_lowercase();
        let has = |words: &[String]| words.iter().any(|word| lower.contains(&word.to_ascii_lowercase()));
        if self.pause_statuses.contains(&answer.status) || has(&self.pause_words) {
            return Err(SendError::ChannelPaused { status, why });
        }
        if has(&self.stop_words) {
            return Err(SendError::ChannelFinal { status, why });
        }
        if answer.is_success() {
            return Err(SendError::MessageFinal { status, why });
        }
        match answer.refused(now_ms, &reason) {
            // Discord has it in the body too, and finer.
            SendError::Again { status, after: None, unreachable, doubtful, why } => {
                let after = said.as_ref().and_then(|said| find(said, "retry_after")).and_then(|v| wait_of(&as_text(v)));
                Err(SendError::Again { status, after, unreachable, doubtful, why })
            }
            other => Err(other),
        }
    }
}

/// A field by its path; a number is a place in a list.
pub(super) fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|name| !name.is_empty()).try_fold(value, |value, name| match value {
        Value::Object(fields) => {
            fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        }
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Where the gateways say what is wrong.
fn reason(said: &Value) -> Option<String> {
    let places = ["reason", "message", "detail", "error", "description"];
    places.iter().filter_map(|place| find(said, place)).find(|value| value.is_string()).map(as_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(success: &Success, status: u16, body: &str) -> Result<(), SendError> {
        success.judge(&Answer { status, headers: Default::default(), body: body.into() }, 0)
    }

    #[test]
    fn the_status_alone_decides_where_nothing_else_is_asked() {
        let any = Success::default();
        assert_eq!(judged(&any, 204, ""), Ok(()));
        assert!(matches!(judged(&any, 500, "x"), Err(SendError::Again { .. })));
        let created = Success { statuses: vec![201], ..Success::default() };
        assert_eq!(judged(&created, 201, ""), Ok(()));
        assert!(matches!(judged(&created, 200, ""), Err(SendError::MessageFinal { .. })));
    }

    #[test]
    fn two_hundred_with_status_false_is_a_failure() {
        let fonnte = Success {
            path: Some("status".into()),
            equals: Some("true".into()),
            pause_words: vec!["disconnected device".into()],
            stop_words: vec!["token invalid".into()],
            ..Success::default()
        };
        assert_eq!(judged(&fonnte, 200, r#"{"Status":true}"#), Ok(()));
        let said = |reason: &str| judged(&fonnte, 200, &format!(r#"{{"status":false,"reason":"{reason}"}}"#));
        assert!(matches!(said("request invalid on disconnected device"), Err(SendError::ChannelPaused { .. })));
        assert!(matches!(said("Token invalid"), Err(SendError::ChannelFinal { .. })));
        assert!(matches!(said("input invalid"), Err(SendError::MessageFinal { .. })));
        assert!(matches!(judged(&fonnte, 200, "<html>"), Err(SendError::MessageFinal { .. })));
        assert!(matches!(judged(&fonnte, 502, "<html>"), Err(SendError::Again { doubtful: true, .. })));
    }

    #[test]
    fn a_path_goes_through_lists_and_names_of_any_case() {
        let said: Value = serde_json::from_str(r#"{"Data":{"messages":[{"ID":"7"}]}}"#).unwrap();
        assert_eq!(find(&said, "data.messages.0.id").map(as_text), Some("7".into()));
        assert_eq!(find(&said, "data.messages.1.id"), None);
    }

    #[test]
    fn how_long_to_wait_is_read_from_the_body() {
        let Err(SendError::Again { after, .. }) = judged(&Success::default(), 429, r#"{"retry_after":0.5}"#) else {
            panic!("not to be tried again");
        };
        assert_eq!(after, Some(std::time::Duration::from_millis(500)));
    }
}
