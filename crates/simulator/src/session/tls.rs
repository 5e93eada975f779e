//! `api-ssl`: the certificate of the router, or that it has none. The session inside is the same as in plain text.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion, version};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::Error;

/// How long a client may take for its part of the handshake.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// The answer of a router with anonymous ciphers only to a client that offers none: a fatal alert, `handshake_failure`.
const HANDSHAKE_FAILURE: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];

/// The identity with which the router serves TLS.
#[derive(Clone)]
pub struct TlsIdentity(Option<Arc<Certificate>>);

struct Certificate {
    pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    config: Arc<ServerConfig>,
}

impl TlsIdentity {
    /// A new self-signed certificate for these names and addresses. Without any it has only a common name, as the
    /// certificates of routers often do.
    ///
    /// # Errors
    /// [`Error::Certificate`] if a name cannot be in a certificate.
    pub fn self_signed(names: &[&str]) -> Result<Self, Error> {
        let made = |error: rcgen::Error| Error::Certificate { detail: error.to_string() };
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).map_err(made)?;
        params.distinguished_name.push(DnType::CommonName, "MikroTik");
        let key = KeyPair::generate().map_err(made)?;
        let certificate = params.self_signed(&key).map_err(made)?;
        Self::from_pem(&certificate.pem(), &key.serialize_pem())
    }

    /// A certificate, followed by those that signed it, and its key.
    ///
    /// # Errors
    /// [`Error::Certificate`] if they cannot be read or do not belong together.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, Error> {
        let unread = |error| Error::Certificate { detail: format!("{error}") };
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
        let certificates = certificates.map_err(unread)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(unread)?;
        Self::of(chain.to_owned(), certificates, key, rustls::DEFAULT_VERSIONS)
    }

    /// `api-ssl` without a certificate, as on a new router: it knows only anonymous ciphers, and so breaks off every
    /// handshake with a client that offers none of them.
    pub fn without_certificate() -> Self {
        Self(None)
    }

    /// The same with TLS 1.2 only, as `tls-version=only-1.2` does.
    ///
    /// # Errors
    /// Only those of [`TlsIdentity::from_pem`].
    pub fn only_tls12(self) -> Result<Self, Error> {
        let Some(of) = self.0 else { return Ok(self) };
        Self::of(of.pem.clone(), of.chain.clone(), of.key.clone_key(), &[&version::TLS12])
    }

    /// The certificate and those that signed it, in PEM.
    pub fn pem(&self) -> Option<&str> {
        self.0.as_ref().map(|of| of.pem.as_str())
    }

    /// The SHA-256 fingerprint of the certificate.
    pub fn fingerprint(&self) -> Option<[u8; 32]> {
        let certificate = self.0.as_ref()?.chain.first()?;
        ring::digest::digest(&ring::digest::SHA256, certificate).as_ref().try_into().ok()
    }

    fn of(
        pem: String,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<Self, Error> {
        let unfit = |error: rustls::Error| Error::Certificate { detail: error.to_string() };
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .map_err(unfit)?
            .with_no_client_auth()
            .with_single_cert(chain.clone(), key.clone_key())
            .map_err(unfit)?;
        Ok(Self(Some(Arc::new(Certificate { pem, chain, key, config: Arc::new(config) }))))
    }

    /// The router's side of the handshake; `None` if it fails.
    pub(crate) async fn accept<S>(&self, mut stream: S) -> Option<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(of) = &self.0 else {
            let _ = timeout(HANDSHAKE, break_off(&mut stream)).await;
            return None;
        };
        match timeout(HANDSHAKE, TlsAcceptor::from(of.config.clone()).accept(stream)).await {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
            Err(_) => None,
        }
    }
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity").field("certificate", &self.0.is_some()).finish_non_exhaustive()
    }
}

/// Reads the client's offer and refuses it.
async fn break_off<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> std::io::Result<()> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut hello).await?;
    stream.write_all(&HANDSHAKE_FAILURE).await?;
    stream.shutdown().await
}
