//! TLS, which RouterOS calls `api-ssl`: how the router's certificate is trusted, and the handshake.

mod certificate_commands;
mod fingerprint;
mod handshake_error;
mod provider;
mod resumption;
mod stream;
mod trust;
mod trusted_certificates;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::HandshakeKind;
use rustls::pki_types::{ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::{Error, Phase};

use handshake_error::handshake_failed;
use resumption::{TlsSession, TlsSessions};
use stream::TlsStream;
use trust::Trust;
use trusted_certificates::TrustedCertificates;

pub use fingerprint::Fingerprint;

pub(crate) use certificate_commands::in_one_line as certificate_commands;

/// How the router's certificate is trusted. Cheap to clone.
///
/// Whatever is chosen, the connection is TLS 1.2 or 1.3 with forward secrecy, the router proves that it holds the
/// certificate's key, the decision falls before the password is sent, and no connection falls back to plain text.
/// A reconnect may take up the session of an earlier connection of this one or a clone, where the router can; the
/// certificate of that session is checked again, and after a connection that failed the next one starts from scratch.
///
/// RouterOS without a certificate offers only anonymous ciphers, in which nobody proves anything; that ends in
/// [`Error::NoCertificate`].
#[derive(Clone, Debug)]
pub struct Tls {
    trust: Source,
    sessions: Arc<TlsSessions>,
    /// Whose certificate it should be, where that is not the host connected to.
    name: Option<ServerName<'static>>,
}

#[derive(Clone, Debug)]
enum Source {
    /// Read when first needed.
    System(Arc<OnceCell<Arc<Trust>>>),
    Ready(Arc<Trust>),
}

impl Tls {
    /// The RouterOS commands that create a certificate and set it for `api-ssl`, one a line. The certificate names no
    /// address: pin it, trust it on first use, or give it to [`Tls::ca`].
    pub const CREATE_CERTIFICATE: &str = certificate_commands::CREATE_CERTIFICATE;

    /// Signed by an authority that the operating system trusts, valid now, and for the host's name or address.
    ///
    /// The system's certificates are read at the first connection.
    pub fn system_roots() -> Self {
        Self { trust: Source::System(Arc::default()), sessions: Arc::default(), name: None }
    }

    /// Signed by an authority given in PEM, or itself given there; valid now.
    ///
    /// The certificate must be for the host connected to, name or address, in its `subject-alt-name`; a common name
    /// alone does not count. One that does not name the address is [`Error::UntrustedCertificate`]: say whose it is by
    /// [`Tls::with_server_name`], or pin it. Only where the very certificate was given and it names nobody is there
    /// nothing to compare. A certificate that does not call itself an authority is trusted for itself alone.
    ///
    /// # Errors
    /// [`Error::InvalidTls`] when there is no certificate in it, or one that cannot be read.
    pub fn ca(pem: &[u8]) -> Result<Self, Error> {
        Ok(Self::with(Trust::Certificates(TrustedCertificates::from_pem(pem)?)))
    }

    /// Exactly this certificate; its names and dates are not looked at.
    pub fn pinned(fingerprint: Fingerprint) -> Self {
        Self::with(Trust::Exactly(fingerprint))
    }

    /// The certificate seen first, from then on exactly that one, by this and its clones together. What was seen is
    /// [`Tls::fingerprint`], to be kept and pinned the next time: a new one of these has seen nothing.
    pub fn first_use() -> Self {
        Self::with(Trust::FirstUse(OnceLock::new()))
    }

    /// Any certificate. Whoever is between us and the router can read the password; each connection logs a warning.
    pub fn insecure() -> Self {
        Self::with(Trust::Anyone)
    }

    /// The fingerprint that is pinned, or was learnt by the first use.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.trust {
            Source::Ready(trust) => trust.fingerprint(),
            Source::System(_) => None,
        }
    }

    /// Sets whose certificate it should be, where that is not the host connected to: a name or an address. A name is
    /// also sent to the router (SNI).
    ///
    /// # Errors
    /// [`Error::InvalidTls`] when it is neither.
    pub fn with_server_name(mut self, name: &str) -> Result<Self, Error> {
        self.name = Some(server_name(name)?);
        Ok(self)
    }

    fn with(trust: Trust) -> Self {
        Self { trust: Source::Ready(Arc::new(trust)), sessions: Arc::default(), name: None }
    }

    async fn trust(&self) -> Result<Arc<Trust>, Error> {
        let cell = match &self.trust {
            Source::Ready(trust) => return Ok(trust.clone()),
            Source::System(cell) => cell,
        };
        let read = || async {
            let read = tokio::task::spawn_blocking(TrustedCertificates::from_system).await;
            let read = read.unwrap_or_else(|_| Err(Error::invalid_tls("the system's certificates cannot be read")));
            Ok(Arc::new(Trust::Certificates(read?)))
        };
        cell.get_or_try_init(read).await.cloned()
    }

    /// Whose certificate it should be. Where names do not count, anything will do.
    fn name(&self, host: &str, trust: &Trust) -> Result<ServerName<'static>, Error> {
        match (&self.name, server_name(host)) {
            (Some(name), _) => Ok(name.clone()),
            (None, Ok(name)) => Ok(name),
            (None, Err(error)) if trust.minds_names() => Err(error),
            (None, Err(_)) => Ok(IpAddr::V4(Ipv4Addr::UNSPECIFIED).into()),
        }
    }
}

impl FromStr for Fingerprint {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidTls`] for anything but 64 hexadecimal digits, with or without a colon between two.
    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = "a fingerprint is 64 hexadecimal digits, the SHA-256 of the certificate";
        Self::read(text).ok_or_else(|| Error::invalid_tls(invalid))
    }
}

/// The handshake over an open connection to `host`, within a limit; the session is to be kept after the login.
pub(crate) async fn secure<S>(
    stream: S,
    host: &str,
    tls: &Tls,
    limit: Duration,
) -> Result<(TlsStream<S>, TlsSession), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let secured = timeout(limit, handshake(stream, host, tls)).await;
    secured.unwrap_or(Err(Error::TimedOut { phase: Phase::Tls, after: limit }))
}

async fn handshake<S>(stream: S, host: &str, tls: &Tls) -> Result<(TlsStream<S>, TlsSession), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let trust = tls.trust().await?;
    let name = tls.name(host, &trust)?;
    let session = tls.sessions.take(trust.clone())?;
    let stream = TlsConnector::from(session.config.clone()).connect(name.clone(), stream).await;
    let stream = stream.map_err(|error| match handshake_failed(error) {
        // It had one, and may refuse something else.
        Error::NoCertificate if session.again => Error::HandshakeFailed {
            detail: "the router refused to go on from an earlier connection; the next one begins anew".into(),
        },
        error => error,
    })?;
    let (_, connection) = stream.get_ref();
    // There always is one: no cipher without is offered.
    let (certificate, others) =
        connection.peer_certificates().and_then(<[_]>::split_first).ok_or(Error::NoCertificate)?;
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    if resumed {
        // That of the session's beginning, which nobody has looked at since; it may have expired.
        trust.judge(certificate, others, &name, UnixTime::now())?;
    }
    let presented = Fingerprint::of(certificate);
    trust.seen(presented)?;
    if matches!(*trust, Trust::Anyone) {
        tracing::warn!(host, fingerprint = %presented, "the router's certificate is not checked (insecure)");
    }
    tracing::debug!(host, fingerprint = %presented, version = ?connection.protocol_version(), resumed, "encrypted");
    Ok((TlsStream(stream), session))
}

fn server_name(host: &str) -> Result<ServerName<'static>, Error> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    // A link-local address may say on which link.
    if let Some(Ok(address)) = bare.split_once('%').map(|(address, _)| address.parse::<Ipv6Addr>()) {
        return Ok(IpAddr::V6(address).into());
    }
    let name = ServerName::try_from(bare.to_owned());
    name.map_err(|_| Error::invalid_tls(format!("{host:?} is not a name that a certificate could be for")))
}
