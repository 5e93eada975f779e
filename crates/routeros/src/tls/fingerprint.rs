//! The fingerprint by which a certificate is recognised.

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;

/// The SHA-256 of a certificate in DER, as RouterOS shows it in `/certificate` and as
/// `openssl x509 -fingerprint -sha256` does.
///
/// It is read with or without colons, in either case, and shown as `AB:CD:..`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits in either case, with or without a colon between two.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim().as_bytes();
        let digits = match text.len() {
            64 => text.to_vec(),
            95 if text.iter().skip(2).step_by(3).all(|byte| *byte == b':') => {
                text.chunks(3).flat_map(|pair| pair.iter().take(2)).copied().collect()
            }
            _ => return None,
        };
        HEXLOWER_PERMISSIVE.decode(&digits).ok()?.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Fingerprint {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(":")?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    const SHOWN: &str =
        "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";

    #[test]
    fn it_is_the_sha_256() {
        assert_eq!(Fingerprint::of(b"abc").to_string(), SHOWN);
        assert_eq!(format!("{:?}", Fingerprint::of(b"abc")), SHOWN);
    }

    #[test]
    fn it_is_read_in_every_form() {
        let bare = SHOWN.replace(':', "");
        for text in [SHOWN, &SHOWN.to_lowercase(), &bare, &bare.to_lowercase(), &format!(" {bare}\n")] {
            assert_eq!(text.parse(), Ok(Fingerprint::of(b"abc")), "{text}");
        }
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let bare = SHOWN.replace(':', "");
        for text in ["", "ab", &bare[1..], &bare.replace('B', "G"), &SHOWN.replace(':', "-"), &bare.replace("BA", "é")]
        {
            assert!(matches!(text.parse::<Fingerprint>(), Err(Error::InvalidTls { .. })), "{text}");
        }
        // A sign is no digit.
        assert!(format!("+{}", &bare[1..]).parse::<Fingerprint>().is_err());
    }
}
