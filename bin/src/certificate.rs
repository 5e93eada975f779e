//! The web server's certificate: read at the start, and again when its files change, as those of Let's Encrypt do.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::error::Error;

/// The time between two looks at the files.
const LOOK: Duration = Duration::from_secs(30);

/// The certificate in use. Ends looking at its files when dropped.
pub(crate) struct Certificate {
    pub(crate) config: Arc<ServerConfig>,
    _watch: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Certificate {
    /// Reads both files, and again when they change. Needs a runtime.
    ///
    /// # Errors
    /// [`Error::Certificate`].
    pub(crate) fn of(chain: &Path, key: &Path) -> Result<Self, Error> {
        let failed = |detail: String| Error::Certificate { path: chain.to_owned(), detail };
        let current = Arc::new(Current(RwLock::new(read(chain, key).map_err(failed)?)));
        let versions = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let versions = versions.with_safe_default_protocol_versions().map_err(|error| failed(error.to_string()))?;
        let config = Arc::new(versions.with_no_client_auth().with_cert_resolver(current.clone()));
        let watch = watch(current, chain.to_owned(), key.to_owned());
        Ok(Self { config, _watch: AbortOnDropHandle::new(tokio::spawn(watch.boxed())) })
    }
}

/// A certificate that cannot be read, or half of a new pair, leaves the old one in use.
async fn watch(current: Arc<Current>, chain: PathBuf, key: PathBuf) {
    let mut seen = changed(&chain, &key);
    loop {
        sleep(LOOK).await;
        let now = changed(&chain, &key);
        if now == seen {
            continue;
        }
        match read(&chain, &key) {
            Ok(read) => {
                *current.0.write().unwrap_or_else(PoisonError::into_inner) = read;
                seen = now;
                tracing::info!("the pages' certificate was read again");
            }
            Err(error) => {
                tracing::warn!(%error, "the pages' certificate changed and cannot be read: the old one stays")
            }
        }
    }
}

fn changed(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [chain, key].map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
}

fn read(chain: &Path, key: &Path) -> Result<Arc<CertifiedKey>, String> {
    let certificates = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.map_err(|error| format!("{}: {error}", chain.display()))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| format!("{}: {error}", key.display()))?;
    let provider = ring::default_provider();
    let signed = CertifiedKey::from_der(certificates, private, &provider).map_err(|error| error.to_string())?;
    Ok(Arc::new(signed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use rcgen::{CertifiedKey as Made, generate_simple_self_signed};

    use super::*;

    /// Writes a certificate and its key; its bytes.
    fn write(folder: &Path, name: &str) -> Vec<u8> {
        let Made { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        std::fs::write(folder.join("chain.pem"), cert.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
        cert.der().to_vec()
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_certificate_is_read_and_a_broken_one_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        let first = write(folder.path(), "satu.example");
        let current = Arc::new(Current(RwLock::new(read(&chain, &key).unwrap())));
        let shown = || current.0.read().unwrap().cert[0].to_vec();
        assert_eq!(shown(), first);
        let _watch = AbortOnDropHandle::new(tokio::spawn(watch(current.clone(), chain.clone(), key.clone())));
        sleep(LOOK).await;

        std::fs::write(&key, "half of a new pair").unwrap();
        sleep(2 * LOOK).await;
        assert_eq!(shown(), first, "the old one stays");
        let second = write(folder.path(), "dua.example");
        sleep(2 * LOOK).await;
        assert_eq!(shown(), second);
    }

    #[tokio::test]
    async fn an_unreadable_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Certificate::of(&folder.path().join("none.pem"), Path::new("key.pem")).map(drop).unwrap_err();
        assert!(error.to_string().contains("none.pem"), "{error}");
    }
}
