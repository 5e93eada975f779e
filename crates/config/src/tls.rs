//! How a router's certificate is trusted: the same words in the file, the database, the API and the flag.

use std::fmt;
use std::str::FromStr;

/// How a router's certificate is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsPolicy {
    /// No TLS: the plain API.
    #[default]
    Off,
    /// By an authority: those of the system, or the one of `tls-ca`.
    System,
    /// The one that is seen first, and from then on no other.
    FirstUse,
    /// The one of this SHA-256 fingerprint.
    Pin([u8; 32]),
    /// Any: whoever stands between can read and change everything.
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
            _ => text.strip_prefix("pin:").and_then(fingerprint).map(Self::Pin).ok_or(TlsPolicyError),
        }
    }
}

/// 64 hexadecimal digits, with colons between if somebody copied them so.
fn fingerprint(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

impl fmt::Display for TlsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::System => f.write_str("system"),
            Self::FirstUse => f.write_str("first-use"),
            Self::Insecure => f.write_str("insecure"),
            Self::Pin(bytes) => {
                f.write_str("pin:")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let pin = TlsPolicy::Pin(std::array::from_fn(|at| at as u8 * 7));
        for policy in [TlsPolicy::Off, TlsPolicy::System, TlsPolicy::FirstUse, TlsPolicy::Insecure, pin] {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        let colons = format!("pin:{}", ["AB"; 32].join(":"));
        assert_eq!(colons.parse(), Ok(TlsPolicy::Pin([0xAB; 32])));
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for bad in ["", "on", "pin:", "pin:00", &format!("pin:{}", "g".repeat(64)), &format!("pin:{}", "0".repeat(66))]
        {
            assert_eq!(bad.parse::<TlsPolicy>(), Err(TlsPolicyError), "{bad}");
        }
    }
}
