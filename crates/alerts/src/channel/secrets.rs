//! What a channel must keep to itself: tokens, passwords, URLs that hold them.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

/// Secrets by name; which names a channel has says
/// [`ChannelSettings::secret_names`](super::ChannelSettings::secret_names).
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, Zeroizing<String>>);

impl Secrets {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.set(name, secret);
        self
    }

    /// Sets one; an empty one is none.
    pub fn set(&mut self, name: impl Into<String>, secret: impl Into<String>) {
        let (name, secret) = (name.into(), Zeroizing::new(secret.into()));
        if secret.is_empty() {
            self.0.remove(&name);
        } else {
            self.0.insert(name, secret);
        }
    }

    /// One by its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|secret| secret.as_str())
    }

    /// All of them, for whoever seals them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, secret)| (name.as_str(), secret.as_str()))
    }

    /// The names of those that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_are_shown() {
        let secrets = Secrets::new().with("token", "12345:abc").with("none", "");
        assert_eq!(format!("{secrets:?}"), "{\"token\"}");
        assert_eq!(secrets.get("token"), Some("12345:abc"));
        assert_eq!(secrets.names().count(), 1);
    }
}
