//! Certificates that the caller or the system trusts, and the check of a router's certificate against them.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::{PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};

use crate::Error;

use super::provider::provider;

/// Trusted certificates: those that may sign others, and those that stand for themselves alone.
#[derive(Debug)]
pub(super) struct TrustedCertificates {
    authorities: Option<Arc<WebPkiServerVerifier>>,
    /// Each with a verifier that trusts this one alone.
    exact: Vec<(CertificateDer<'static>, Arc<WebPkiServerVerifier>)>,
}

impl TrustedCertificates {
    /// Those of a PEM file; what else is in it is left aside.
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let broken = |error| Error::invalid_tls(format!("the PEM cannot be read: {error}"));
        let mut certificates = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
            if let (SectionKind::Certificate, der) = section.map_err(broken)? {
                certificates.push(CertificateDer::from(der));
            }
        }
        if certificates.is_empty() {
            return Err(Error::invalid_tls("there is no certificate in the PEM"));
        }
        let unfit = |error| Error::invalid_tls(format!("a certificate in the PEM is of no use: {error}"));
        let mut authorities = RootCertStore::empty();
        let mut exact = Vec::new();
        for certificate in certificates {
            if signs_others(&certificate) {
                authorities.add(certificate.clone()).map_err(unfit)?;
            }
            let mut alone = RootCertStore::empty();
            alone.add(certificate.clone()).map_err(unfit)?;
            exact.push((certificate, verifier(alone)?));
        }
        let authorities = if authorities.is_empty() { None } else { Some(verifier(authorities)?) };
        Ok(Self { authorities, exact })
    }

    /// Those of the operating system. It reads files.
    pub(super) fn from_system() -> Result<Self, Error> {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::debug!(%error, "a root certificate of the system cannot be read");
        }
        Self::from_roots(found.certs)
    }

    fn from_roots(certificates: Vec<CertificateDer<'static>>) -> Result<Self, Error> {
        let mut authorities = RootCertStore::empty();
        // One that is not understood is no reason to do without the others.
        authorities.add_parsable_certificates(certificates);
        if authorities.is_empty() {
            return Err(Error::invalid_tls("no root certificate was found on this system"));
        }
        Ok(Self { authorities: Some(verifier(authorities)?), exact: Vec::new() })
    }

    /// Whether a certificate is one of these, or signed by one of these, valid now and for this name.
    pub(super) fn check(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        if let Some((_, alone)) = self.exact.iter().find(|(exact, _)| exact == certificate) {
            let outcome = alone.verify_server_cert(certificate, &[], name, &[], now);
            return outcome.map(drop).or_else(|error| itself(error, certificate, name));
        }
        let authorities = self.authorities.as_ref().ok_or(CertificateError::UnknownIssuer)?;
        authorities.verify_server_cert(certificate, others, name, &[], now).map(drop)
    }
}

/// The very certificate that was given was found wanting. Its dates, which are looked at first, and its names count;
/// who signed it and what for does not: it is known. Routers' own certificates often name nobody, and then there is no
/// name to compare.
fn itself(error: rustls::Error, certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), rustls::Error> {
    use CertificateError::{Expired, ExpiredContext, NotValidForNameContext, NotValidYet, NotValidYetContext};
    match &error {
        rustls::Error::InvalidCertificate(
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. },
        ) => Err(error),
        rustls::Error::InvalidCertificate(NotValidForNameContext { presented, .. }) if presented.is_empty() => Ok(()),
        rustls::Error::InvalidCertificate(NotValidForNameContext { .. }) => Err(error),
        _ => {
            let named = verify_server_name(&ParsedCertificate::try_from(certificate)?, name);
            named.or_else(|error| match &error {
                rustls::Error::InvalidCertificate(NotValidForNameContext { presented, .. }) if presented.is_empty() => {
                    Ok(())
                }
                _ => Err(error),
            })
        }
    }
}

fn verifier(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    built.map_err(|error| Error::invalid_tls(error.to_string()))
}

/// Whether a certificate says of itself that it is an authority: basic constraints, cA true. A router's own certificate
/// that does not must not sign others. The certificate is the caller's own, so a look at its bytes is enough.
fn signs_others(certificate: &[u8]) -> bool {
    const BASIC_CONSTRAINTS: [u8; 5] = [0x06, 0x03, 0x55, 0x1D, 0x13];
    const TRUE: [u8; 3] = [0x01, 0x01, 0xFF];
    certificate.windows(BASIC_CONSTRAINTS.len()).enumerate().any(|(at, window)| {
        let mut rest = &certificate[at + window.len()..];
        rest = rest.strip_prefix(&TRUE).unwrap_or(rest);
        // An octet string with a sequence that begins with cA.
        window == BASIC_CONSTRAINTS && matches!(rest, [0x04, _, 0x30, _, value @ ..] if value.starts_with(&TRUE))
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    fn made(is_ca: IsCa) -> rcgen::Certificate {
        let mut params = CertificateParams::new(vec!["router".to_owned()]).unwrap();
        params.is_ca = is_ca;
        params.self_signed(&KeyPair::generate().unwrap()).unwrap()
    }

    #[test]
    fn an_authority_is_one_by_its_own_words() {
        assert!(signs_others(made(IsCa::Ca(BasicConstraints::Unconstrained)).der()));
        assert!(signs_others(made(IsCa::Ca(BasicConstraints::Constrained(1))).der()));
        assert!(!signs_others(made(IsCa::ExplicitNoCa).der()));
        assert!(!signs_others(made(IsCa::NoCa).der()));
        assert!(!signs_others(&[0x06, 0x03, 0x55, 0x1D, 0x13]));
    }

    #[test]
    fn a_pem_without_a_certificate_is_refused() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no pem", &key, broken, "-----BEGIN CERTIFICATE-----\n"] {
            assert!(matches!(TrustedCertificates::from_pem(pem.as_bytes()), Err(Error::InvalidTls { .. })), "{pem}");
        }
    }

    #[test]
    fn roots_of_a_system_vouch_for_what_they_signed() {
        let (key, ca_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&ca_key).unwrap();
        let issuer = rcgen::Issuer::new(params, ca_key);
        let certificate = CertificateParams::new(vec!["router".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let unreadable = CertificateDer::from(vec![0x30, 0x00]);
        let given = TrustedCertificates::from_roots(vec![unreadable.clone(), root.der().clone()]).unwrap();
        let name = |name: &str| ServerName::try_from(name.to_owned()).unwrap();
        given.check(certificate.der(), &[], &name("router"), UnixTime::now()).unwrap();
        given.check(certificate.der(), &[], &name("other"), UnixTime::now()).unwrap_err();
        given.check(made(IsCa::NoCa).der(), &[], &name("router"), UnixTime::now()).unwrap_err();
        assert!(matches!(TrustedCertificates::from_roots(vec![unreadable]), Err(Error::InvalidTls { .. })));
    }

    #[test]
    fn a_pem_may_hold_several_and_other_things() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let (first, second) = (made(IsCa::NoCa).pem(), made(IsCa::Ca(BasicConstraints::Unconstrained)).pem());
        let given = TrustedCertificates::from_pem(format!("a router's\n{first}{key}{second}").as_bytes()).unwrap();
        assert_eq!(given.exact.len(), 2);
        assert!(given.authorities.is_some());
    }
}
