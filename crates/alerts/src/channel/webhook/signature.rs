//! Proof that a webhook came from here: Standard Webhooks 1.0, and GitHub's for receivers that know that one.

use data_encoding::{BASE64, HEXLOWER};
use ring::hmac;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Error;

/// Which signatures a webhook carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// None.
    #[default]
    None,
    /// `webhook-signature` over id, time and body.
    Standard,
    /// `X-Hub-Signature-256` over the body alone: who records one can send it again.
    Github,
    /// Both.
    Both,
}

impl Signature {
    fn standard(self) -> bool {
        matches!(self, Self::Standard | Self::Both)
    }

    fn github(self) -> bool {
        matches!(self, Self::Github | Self::Both)
    }
}

/// Signs what is sent, with one secret or, while they are changed, with several.
pub(super) struct Signer {
    which: Signature,
    standard: Vec<hmac::Key>,
    github: Option<hmac::Key>,
}

impl Signer {
    /// `secrets`: `whsec_…`, several separated by a space, the newest first.
    pub(super) fn new(which: Signature, secrets: Option<&str>) -> Result<Self, Error> {
        let secrets: Vec<&str> = secrets.unwrap_or_default().split_whitespace().collect();
        if which != Signature::None && secrets.is_empty() {
            return Err(Error::Channel("a signature needs a secret".into()));
        }
        let mut standard = Vec::new();
        if which.standard() {
            for secret in &secrets {
                let key = secret.strip_prefix("whsec_").and_then(|text| BASE64.decode(text.as_bytes()).ok());
                let key =
                    Zeroizing::new(key.filter(|key| (24..=64).contains(&key.len())).ok_or_else(|| {
                        Error::Channel("the secret is whsec_ and the base64 of 24 to 64 bytes".into())
                    })?);
                standard.push(hmac::Key::new(hmac::HMAC_SHA256, &key));
            }
        }
        let github = which.github().then(|| secrets.first()).flatten();
        let github = github.map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
        Ok(Self { which, standard, github })
    }

    pub(super) fn signs(&self) -> bool {
        self.which != Signature::None
    }

    /// The headers for these very bytes.
    pub(super) fn headers(&self, id: &str, seconds: i64, body: &[u8]) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if !self.standard.is_empty() {
            let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
            let signatures: Vec<String> = self
                .standard
                .iter()
                .map(|key| format!("v1,{}", BASE64.encode(hmac::sign(key, &signed).as_ref())))
                .collect();
            headers.push(("webhook-signature", signatures.join(" ")));
        }
        if let Some(key) = &self.github {
            let hex = HEXLOWER.encode(hmac::sign(key, body).as_ref());
            headers.push(("x-hub-signature-256", format!("sha256={hex}")));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specification's own example.
    #[test]
    fn the_standard_example_is_signed_as_published() {
        let signer = Signer::new(Signature::Standard, Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let headers = signer.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(headers, [("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned())]);
    }

    /// GitHub's documentation has this one.
    #[test]
    fn the_example_of_github_is_signed_as_published() {
        let signer = Signer::new(Signature::Github, Some("It's")).unwrap();
        assert_eq!(signer.headers("x", 0, b"Hello").len(), 1);
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"It's a Secret to Everybody");
        let hex = HEXLOWER.encode(hmac::sign(&key, b"Hello, World!").as_ref());
        assert_eq!(hex, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    }

    #[test]
    fn two_secrets_sign_while_they_are_changed() {
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let two = format!("{one} whsec_{}", BASE64.encode(&[7; 32]));
        let headers = Signer::new(Signature::Both, Some(&two)).unwrap().headers("a", 1, b"{}");
        assert_eq!(headers[0].1.split(' ').count(), 2);
        assert_eq!(headers[1].0, "x-hub-signature-256");
    }

    #[test]
    fn a_short_or_missing_secret_is_refused() {
        for secret in [None, Some("plain"), Some("whsec_c2hvcnQ="), Some("whsec_?")] {
            assert!(Signer::new(Signature::Standard, secret).is_err(), "{secret:?}");
        }
        assert!(!Signer::new(Signature::None, None).unwrap().signs());
    }
}
