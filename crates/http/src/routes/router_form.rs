//! A change of a router's settings as JSON: unknown fields are refused.

use std::time::Duration;

use lalin_fleet::{RouterChange, Secret};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// The settings that somebody wants for a router. A missing field stays as it was, or gets its default.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct RouterForm {
    id: Option<String>,
    name: Option<String>,
    address: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    #[schema(value_type = Option<String>, format = Password, write_only)]
    password: Option<Zeroizing<String>>,
    tls: Option<String>,
    interval_ms: Option<u64>,
    #[serde(deserialize_with = "wan")]
    wan: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    notes: Option<String>,
    enabled: Option<bool>,
    /// The `revision` that the router had when it was read: where it has another one by now, nothing is changed.
    revision: Option<String>,
}

impl RouterForm {
    /// What a router that does not exist yet is called, for the audit log.
    pub(super) fn planned(&self) -> String {
        let named = [&self.id, &self.name, &self.address].into_iter().flatten().find(|word| !word.trim().is_empty());
        named.cloned().unwrap_or_default()
    }
}

/// A list, or `null` for one that is found.
fn wan<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(Option::deserialize(from)?.unwrap_or_default()))
}

impl From<RouterForm> for RouterChange {
    fn from(form: RouterForm) -> Self {
        Self {
            id: form.id,
            name: form.name,
            address: form.address,
            port: form.port,
            user: form.user,
            password: form.password.map(|mut password| Secret::new(std::mem::take(&mut *password))),
            tls: form.tls,
            interval: form.interval_ms.map(Duration::from_millis),
            wan: form.wan,
            tags: form.tags,
            notes: form.notes,
            enabled: form.enabled,
            revision: form.revision,
        }
    }
}
