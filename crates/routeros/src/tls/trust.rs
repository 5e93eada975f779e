//! Whether a router's certificate is trusted. That is decided during the handshake, before any password is sent.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use crate::{Error, Fingerprint};

use super::provider::provider;
use super::trusted_certificates::TrustedCertificates;

/// What makes a certificate trustworthy.
#[derive(Debug)]
pub(super) enum Trust {
    /// Somebody's word, for a name and a time.
    Certificates(TrustedCertificates),
    /// That it is this one.
    Exactly(Fingerprint),
    /// That it is the one seen first.
    FirstUse(OnceLock<Fingerprint>),
    /// Nothing.
    Anyone,
}

impl Trust {
    /// The one certificate, where there is only one.
    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        match self {
            Self::Exactly(fingerprint) => Some(*fingerprint),
            Self::FirstUse(seen) => seen.get().copied(),
            Self::Certificates(_) | Self::Anyone => None,
        }
    }

    /// Whether the name counts.
    pub(super) fn minds_names(&self) -> bool {
        matches!(self, Self::Certificates(_))
    }

    /// Whether this certificate is trusted, which says nothing of who holds its key.
    pub(super) fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let presented = Fingerprint::of(certificate);
        match self {
            Self::Certificates(certificates) => certificates
                .check(certificate, others, name, now)
                .map_err(|error| Error::UntrustedCertificate { detail: explain(error, now), fingerprint: presented }),
            Self::Exactly(_) | Self::FirstUse(_) => {
                self.fingerprint().map_or(Ok(()), |expected| same(expected, presented))
            }
            Self::Anyone => Ok(()),
        }
    }

    /// The handshake is over, so `presented` is the certificate of whoever is there, and not merely one that was shown.
    pub(super) fn seen(&self, presented: Fingerprint) -> Result<(), Error> {
        match self {
            // Of two that see a router for the first time at once, one is the first.
            Self::FirstUse(seen) => same(*seen.get_or_init(|| presented), presented),
            Self::Certificates(_) | Self::Exactly(_) | Self::Anyone => Ok(()),
        }
    }
}

fn same(expected: Fingerprint, presented: Fingerprint) -> Result<(), Error> {
    if expected == presented { Ok(()) } else { Err(Error::CertificateChanged { expected, presented }) }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let outcome = self.judge(end_entity, intermediates, server_name, now);
        // Our own error travels inside, to be found again when the handshake has failed.
        let inside = |error| CertificateError::Other(OtherError(Arc::new(error)));
        outcome.map(|()| ServerCertVerified::assertion()).map_err(|error: Error| inside(error).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// Why a certificate is not trusted, in words for who runs the router.
fn explain(error: rustls::Error, now: UnixTime) -> String {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    let rustls::Error::InvalidCertificate(error) = error else { return error.to_string() };
    let days = |from: UnixTime, to: UnixTime| to.as_secs().saturating_sub(from.as_secs()) / 86_400;
    match error {
        UnknownIssuer => "nobody trusted has signed the router's certificate".into(),
        BadSignature => "the router's certificate was signed by another authority of the same name".into(),
        Expired => "the router's certificate has expired".into(),
        ExpiredContext { not_after, .. } => {
            format!("the router's certificate expired {} days ago", days(not_after, now))
        }
        NotValidYet => "the router's certificate is not valid yet: is a clock wrong?".into(),
        NotValidYetContext { not_before, .. } => {
            format!("the router's certificate is valid in {} days only: is a clock wrong?", days(now, not_before))
        }
        NotValidForName => "the router's certificate is for another name".into(),
        NotValidForNameContext { expected, presented } if presented.is_empty() => format!(
            "the router's certificate names nobody (it has no subject-alt-name), so not {} either",
            expected.to_str()
        ),
        NotValidForNameContext { expected, presented } => {
            // `DnsName("router.lan")`, `IpAddress(192.168.88.1)`.
            let bare = |name: &String| {
                let inner = name.split_once('(').map_or(name.as_str(), |(_, inner)| inner.trim_end_matches(')'));
                inner.trim_matches('"').to_owned()
            };
            let names = presented.iter().map(bare).collect::<Vec<_>>().join(", ");
            format!("the router's certificate is for {names} and not for {}", expected.to_str())
        }
        other => format!("the router's certificate is of no use: {other}"),
    }
}
