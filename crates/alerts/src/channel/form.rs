//! A channel as people make it: its name, whom it speaks to, and its settings, which are a channel's by their kind or a
//! dead man's switch.

use serde_json::Value;

use super::ChannelSettings;
use crate::{Error, Language};

/// A channel's settings as they are kept, without its secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelForm {
    /// What people call it.
    pub name: String,
    /// Whether it is told anything.
    pub enabled: bool,
    /// In which language; `None`: the server's.
    pub language: Option<Language>,
    /// Its kind and what that needs.
    pub settings: Value,
}

/// The kind of a dead man's switch, whose secret is its address.
const HEARTBEAT: &str = "heartbeat";

impl ChannelForm {
    /// As it is kept.
    pub fn read(body: &str) -> Option<Self> {
        let mut value: Value = serde_json::from_str(body).ok()?;
        let language = match value["language"].as_str() {
            Some("en") => Some(Language::En),
            Some("id") => Some(Language::Id),
            _ => None,
        };
        Some(Self {
            name: value["name"].as_str()?.to_owned(),
            enabled: value["enabled"].as_bool().unwrap_or(true),
            language,
            settings: value["settings"].take(),
        })
    }

    /// As it is kept.
    pub fn written(&self) -> String {
        let language = self.language.map(|language| language.pick("id", "en"));
        let body = serde_json::json!({
            "name": self.name, "enabled": self.enabled, "language": language, "settings": self.settings
        });
        body.to_string()
    }

    /// The settings by their kind; `None` for a dead man's switch.
    ///
    /// # Errors
    /// [`Error::Channel`] where they make no channel.
    pub fn parsed(&self) -> Result<Option<ChannelSettings>, Error> {
        if self.settings["kind"] == HEARTBEAT {
            return Ok(None);
        }
        let parsed = serde_json::from_value(self.settings.clone());
        parsed.map(Some).map_err(|error| Error::Channel(format!("settings: {error}")))
    }

    /// The names of the secrets that it may have.
    ///
    /// # Errors
    /// [`Error::Channel`] where the settings make no channel.
    pub fn secret_names(&self) -> Result<&'static [&'static str], Error> {
        Ok(self.parsed()?.map_or(&["url"], |settings| settings.secret_names()))
    }
}
