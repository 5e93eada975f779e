//! The name by which a router is known inside Lalin: in the configuration, the API and the stream.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A router's id: 1 to 64 of `a-z A-Z 0-9 . _ -`, so that it stands in a URL as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouterId(Arc<str>);

impl RouterId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RouterId {
    type Err = RouterIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > 64 || !text.chars().all(allowed) {
            return Err(RouterIdError);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for RouterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no router id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a router id is 1 to 64 letters, digits, dots, dashes or underscores")]
pub struct RouterIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_cannot_stand_in_a_url_is_refused() {
        for bad in ["", "a b", "a/b", "é", "?x", &"x".repeat(65)] {
            assert_eq!(bad.parse::<RouterId>(), Err(RouterIdError), "{bad}");
        }
        assert_eq!("pop-1.site_2".parse::<RouterId>().unwrap().as_str(), "pop-1.site_2");
    }
}
