//! Random secrets that open something: a session's cookie, a token, a link. Only their hash is kept.

use data_encoding::BASE64URL_NOPAD as BASE64;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Error;

/// Bytes of chance: 256 bits cannot be guessed, so the hash needs neither salt nor slowness.
const CHANCE: usize = 32;

/// A secret as its holder has it. Wiped when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken(Zeroizing<String>);

impl SecretToken {
    /// A new one.
    ///
    /// # Errors
    /// [`Error::System`] when the system has no random numbers.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; CHANCE]);
        getrandom::fill(&mut *bytes).map_err(|error| Error::System(error.to_string()))?;
        Ok(Self(Zeroizing::new(BASE64.encode(&*bytes))))
    }

    /// As somebody presents it; anything longer than a secret token is cut, and fits nothing.
    pub fn presented(text: &str) -> Self {
        Self(Zeroizing::new(text.chars().take(64).collect()))
    }

    /// The secret itself, for the one place that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// A second secret that follows from it, which may stand in a page: against requests that another page makes the
    /// browser send.
    #[must_use]
    pub fn forgery_guard(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"lalin forgery guard\0");
        hash.update(self.0.as_bytes());
        BASE64.encode(&hash.finalize())
    }
}

impl std::fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretToken(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn no_two_secret_tokens_are_alike_and_none_is_shown() {
        let (one, two) = (SecretToken::random().unwrap(), SecretToken::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.expose().len(), 43);
        assert_eq!(format!("{one:?}"), "SecretToken(..)");
        assert_eq!(SecretToken::presented(one.expose()).hash(), one.hash());
    }

    #[test]
    fn the_guard_tells_nothing_of_the_ticket_and_differs_for_each() {
        let (one, two) = (SecretToken::random().unwrap(), SecretToken::random().unwrap());
        assert_ne!(one.forgery_guard(), two.forgery_guard());
        assert_ne!(one.forgery_guard(), one.expose());
        assert_ne!(BASE64.decode(one.forgery_guard().as_bytes()).unwrap(), one.hash());
    }
}
