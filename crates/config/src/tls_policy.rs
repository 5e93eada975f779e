//! How a router's certificate is trusted: the same words in the file, the database, the API and the flag.

use std::fmt;
use std::str::FromStr;

use crate::Fingerprint;

/// How a router's certificate is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsPolicy {
    /// No TLS: the plain API.
    #[default]
    Off,
    /// Signed by an authority: one of the system's, or the one in `tls-ca`.
    System,
    /// The first one seen, and from then on no other.
    FirstUse,
    /// The one of this SHA-256 fingerprint.
    Pin(Fingerprint),
    /// Any: somebody in between can read and change everything.
    Insecure,
}

/// The text is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be off, system, first-use, insecure, or pin: and the 64 digits of a SHA-256 fingerprint")]
pub struct TlsPolicyError;

impl FromStr for TlsPolicy {
    type Err = TlsPolicyError;

    fn from_str(text: &str) -> Result<Self, TlsPolicyError> {
        match text {
            "off" => Ok(Self::Off),
            "system" => Ok(Self::System),
            "first-use" => Ok(Self::FirstUse),
            "insecure" => Ok(Self::Insecure),
            _ => {
                let fingerprint = text.strip_prefix("pin:").and_then(|digits| digits.parse().ok());
                fingerprint.map(Self::Pin).ok_or(TlsPolicyError)
            }
        }
    }
}

impl fmt::Display for TlsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::System => f.write_str("system"),
            Self::FirstUse => f.write_str("first-use"),
            Self::Insecure => f.write_str("insecure"),
            Self::Pin(fingerprint) => write!(f, "pin:{fingerprint}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let pin = TlsPolicy::Pin(Fingerprint(std::array::from_fn(|at| at as u8 * 7)));
        for policy in [TlsPolicy::Off, TlsPolicy::System, TlsPolicy::FirstUse, TlsPolicy::Insecure, pin] {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        let colons = format!("pin:{}", ["AB"; 32].join(":"));
        assert_eq!(colons.parse(), Ok(TlsPolicy::Pin(Fingerprint([0xAB; 32]))));
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for bad in ["", "on", "pin:", "pin:00", &format!("pin:{}", "g".repeat(64)), &format!("pin:{}", "0".repeat(66))]
        {
            assert_eq!(bad.parse::<TlsPolicy>(), Err(TlsPolicyError), "{bad}");
        }
    }
}
