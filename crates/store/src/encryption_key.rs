//! Encryption at rest, for secrets that are needed again in clear text: the routers' passwords.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Error;
use crate::files::{companion, private, put};

const KEY: usize = 32;
const NONCE: usize = 24;

/// The key of the data. Wiped when dropped, never shown.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<[u8; KEY]>);

impl EncryptionKey {
    /// A new one.
    ///
    /// # Errors
    /// [`Error::System`] when the system has no random numbers.
    pub fn random() -> Result<Self, Error> {
        let mut key = Zeroizing::new([0; KEY]);
        getrandom::fill(&mut *key).map_err(|error| Error::System(error.to_string()))?;
        Ok(Self(key))
    }

    /// Parses 64 hexadecimal digits, as in an environment variable or a systemd credential; white space around them is
    /// ignored.
    ///
    /// # Errors
    /// [`Error::KeyText`]; the text is not repeated.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let bytes = Zeroizing::new(HEX.decode(text.trim().as_bytes()).map_err(|_| Error::KeyText)?);
        let key = <[u8; KEY]>::try_from(&bytes[..]).map_err(|_| Error::KeyText)?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`Error::KeyFile`], [`Error::NoKey`].
    pub fn of_file(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::KeyFile { path: path.to_owned(), source })?;
        Self::from_text(&Zeroizing::new(text)).map_err(|_| Error::NoKey { path: path.to_owned() })
    }

    /// Makes a new key and writes it to a file that only its owner can read: all of it, or nothing.
    ///
    /// # Errors
    /// [`Error::KeyFile`], [`Error::System`].
    pub(crate) fn write_new(path: &Path) -> Result<Self, Error> {
        let key = Self::random()?;
        let new = companion(path, ".new");
        let _ = fs::remove_file(&new);
        let written = key.write(&new).and_then(|()| put(&new, path));
        if let Err(source) = written {
            let _ = fs::remove_file(&new);
            return Err(Error::KeyFile { path: path.to_owned(), source });
        }
        Ok(key)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = private(path)?;
        let text = Zeroizing::new(HEX.encode(&*self.0));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    /// Makes a new key and writes it to a file that only its owner can read; an existing file is refused.
    ///
    /// # Errors
    /// [`Error::KeyFile`], [`Error::System`].
    pub fn make_file(path: &Path) -> Result<Self, Error> {
        if path.exists() {
            let source = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(Error::KeyFile { path: path.to_owned(), source });
        }
        Self::write_new(path)
    }

    /// The key as text, for the one place that hands it out.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(HEX.encode(&*self.0))
    }

    /// Encrypts so that the same secret at the same place gives the same bytes: several nodes that write it then write
    /// no change. Whoever sees two of them sees whether they are the same, and no more.
    pub(crate) fn seal_alike(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
        let mut hash = Sha256::new();
        for part in [b"lalin nonce", &self.0[..], place.as_bytes(), secret] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part);
        }
        let mut nonce = [0; NONCE];
        nonce.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        self.seal_with(nonce, place, secret)
    }

    /// Encrypts. The result can be decrypted only with the same `place`, so it cannot be moved elsewhere in the database.
    pub(crate) fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| Error::System(error.to_string()))?;
        self.seal_with(nonce, place, secret)
    }

    fn seal_with(&self, nonce: [u8; NONCE], place: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::System("encryption failed".to_owned()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Decrypts.
    ///
    /// # Errors
    /// [`Error::WrongKey`], also where the bytes were changed or moved.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Error::WrongKey)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::WrongKey)?;
        Ok(Zeroizing::new(opened))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl std::fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EncryptionKey(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_was_sealed_is_opened_at_its_own_place_with_its_own_key_only() {
        let key = EncryptionKey::random().unwrap();
        let sealed = key.seal("router:a", b"rahasia").unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"rahasia"));
        assert_eq!(&key.open("router:a", &sealed).unwrap()[..], b"rahasia");
        assert!(matches!(key.open("router:b", &sealed), Err(Error::WrongKey)));
        assert!(matches!(EncryptionKey::random().unwrap().open("router:a", &sealed), Err(Error::WrongKey)));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(matches!(key.open("router:a", &changed), Err(Error::WrongKey)), "{at}");
        }
        assert!(matches!(key.open("router:a", b"short"), Err(Error::WrongKey)));
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let key = EncryptionKey::random().unwrap();
        assert_ne!(key.seal("a", b"x").unwrap(), key.seal("a", b"x").unwrap());
    }

    #[test]
    fn what_is_sealed_alike_is_the_same_for_the_same_secret_at_the_same_place_only() {
        let key = EncryptionKey::random().unwrap();
        let sealed = key.seal_alike("a", b"x").unwrap();
        assert_eq!(key.seal_alike("a", b"x").unwrap(), sealed);
        assert_eq!(&key.open("a", &sealed).unwrap()[..], b"x");
        for (place, secret) in [("a", b"y"), ("b", b"x")] {
            assert_ne!(key.seal_alike(place, secret).unwrap()[..NONCE], sealed[..NONCE]);
        }
        assert!(EncryptionKey::from_text(&key.to_text()).unwrap().open("a", &sealed).is_ok());
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let sealed = EncryptionKey::write_new(&path).unwrap().seal("a", b"x").unwrap();
        assert_eq!(&EncryptionKey::of_file(&path).unwrap().open("a", &sealed).unwrap()[..], b"x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "no key").unwrap();
        let refused = EncryptionKey::of_file(&path).unwrap_err();
        assert!(matches!(&refused, Error::NoKey { .. }));
        assert!(refused.to_string().contains(path.to_str().unwrap()), "{refused}");
        assert!(matches!(EncryptionKey::of_file(&folder.path().join("no/key")), Err(Error::KeyFile { .. })));
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = EncryptionKey::from_text(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{key:?}"), "EncryptionKey(..)");
        assert!(!EncryptionKey::from_text("abab").unwrap_err().to_string().contains("abab"));
    }
}
