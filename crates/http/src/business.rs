//! What stands at the head of a report: a name, a line under it, and a picture.

use bytes::Bytes;

/// The largest picture, bytes.
const LARGEST: usize = 512 * 1_024;

/// What stands at the head of a report.
#[derive(Clone, Debug, Default)]
pub struct Business {
    /// The provider's name; may be empty.
    pub name: String,
    /// A line under it; may be empty.
    pub address: String,
    /// A picture.
    pub logo: Option<Logo>,
}

/// A picture for the head of a report.
#[derive(Clone, Debug)]
pub struct Logo {
    kind: &'static str,
    picture: Bytes,
}

impl Logo {
    /// A PNG, JPEG or WebP of at most 512 KiB, as its first bytes tell; `None` for anything else. An SVG could carry a
    /// script, which would run in our own pages' name.
    pub fn new(picture: Vec<u8>) -> Option<Self> {
        let kind = match picture.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            _ => return None,
        };
        (picture.len() <= LARGEST).then(|| Self { kind, picture: picture.into() })
    }

    /// Its media type.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// Its bytes.
    pub(crate) fn picture(&self) -> Bytes {
        self.picture.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_a_picture_by_its_first_bytes() {
        assert!(Logo::new(b"\x89PNG\r\n\x1a\n".to_vec()).is_some_and(|logo| logo.kind == "image/png"));
        assert!(Logo::new(b"RIFF\x00\x00\x00\x00WEBPVP8 ".to_vec()).is_some());
        assert!(Logo::new([&[0xff, 0xd8, 0xff][..], &vec![0; LARGEST]].concat()).is_none(), "too large");
        for bad in [&b"<svg onload=alert(1)>"[..], b"", b"GIF89a", b"<html>"] {
            assert!(Logo::new(bad.to_vec()).is_none());
        }
    }
}
