//! What is wrong with a row that is read as a caller's type.

use crate::Value;

/// A row that is not what a type wants; names the key and the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place(key, value))]
#[non_exhaustive]
pub struct RowError {
    /// The attribute, as the router spells it. `None` where the row as a whole is at fault, as when one is missing.
    pub key: Option<String>,
    /// Its value, as text.
    pub value: Option<String>,
    /// What was wanted.
    pub message: String,
}

fn place(key: &Option<String>, value: &Option<String>) -> String {
    match (key, value) {
        (Some(key), Some(value)) => format!("{key}={value}: "),
        (Some(key), None) => format!("{key}: "),
        (None, _) => String::new(),
    }
}

impl RowError {
    /// Names the attribute, unless one deeper inside has been named already.
    pub(super) fn at(mut self, key: &str, value: Value<'_>) -> Self {
        if self.key.is_none() {
            (self.key, self.value) = (Some(key.into()), Some(value.text().into_owned()));
        }
        self
    }
}

impl serde_core::de::Error for RowError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { key: None, value: None, message: message.to_string() }
    }
}
