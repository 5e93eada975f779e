//! TLS session resumption: a reconnect then spares the router a signature, which takes a small one seconds.
//!
//! Not every router is good at it, so nothing depends on it: after anything that goes wrong before the login, the next
//! connection starts from scratch.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::Error;

use super::provider::provider;
use super::trust::Trust;

/// How many sessions are remembered; rustls takes eight for each host. They last seven days at most.
const REMEMBERED: usize = 64;

/// What the connections of a [`Tls`](super::Tls) and its clones remember together, each session under its host.
///
/// rustls remembers them in its configuration. One connection at a time has it, and brings it back when it has come to
/// its login: one that fails, hangs or is dropped on the way takes with it what may have been the reason.
#[derive(Default)]
pub(super) struct TlsSessions(Mutex<Option<Arc<ClientConfig>>>);

/// A connection's configuration until its login.
#[derive(Debug)]
pub(crate) struct TlsSession {
    pub(super) config: Arc<ClientConfig>,
    /// Whether there may be something to take up.
    pub(super) again: bool,
    home: Arc<TlsSessions>,
}

impl TlsSessions {
    /// What is remembered, or else a beginning.
    pub(super) fn take(self: &Arc<Self>, trust: Arc<Trust>) -> Result<TlsSession, Error> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let again = remembered.is_some();
        let config = remembered.map_or_else(|| begin(trust).map(Arc::new), Ok)?;
        Ok(TlsSession { config, again, home: self.clone() })
    }
}

impl fmt::Debug for TlsSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSessions").finish_non_exhaustive()
    }
}

impl TlsSession {
    /// The connection is good: the next one may take it up.
    pub(crate) fn keep(self) {
        *self.home.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.config);
    }
}

fn begin(trust: Arc<Trust>) -> Result<ClientConfig, Error> {
    let versions = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| Error::invalid_tls(error.to_string()))?;
    // "Dangerous" is to bring one's own decision, which for CAs is rustls' own again.
    let mut config = versions.dangerous().with_custom_certificate_verifier(trust).with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(REMEMBERED);
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use routeros_simulator::{Config, Simulator, TlsIdentity};
    use rustls::HandshakeKind;
    use tokio::net::TcpStream;

    use super::super::{Fingerprint, Tls, secure};
    use crate::{Client, Credentials, Options, Phase};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(15);

    async fn router(identity: &TlsIdentity) -> Simulator {
        let config = Config::default().password("rahasia").tls(identity.clone());
        Simulator::start(config, ([127, 0, 0, 1], 0).into()).await.unwrap()
    }

    /// What `Client::connect` does, and of which kind the handshake was.
    async fn reach(router: &Simulator, tls: &Tls, password: &str) -> Result<HandshakeKind, Error> {
        let stream = TcpStream::connect(router.addr().unwrap()).await.unwrap();
        let (stream, session) = secure(stream, "127.0.0.1", tls, LIMIT).await?;
        let kind = stream.0.get_ref().1.handshake_kind().unwrap();
        Client::login(stream, &Credentials::new("admin", password), &Options::default()).await?.close().await;
        session.keep();
        Ok(kind)
    }

    fn fingerprint(identity: &TlsIdentity) -> Fingerprint {
        identity.fingerprint().unwrap().into()
    }

    #[tokio::test]
    async fn a_reconnect_takes_up_the_session_whatever_is_trusted() {
        let identity = || TlsIdentity::self_signed(&["127.0.0.1"]).unwrap();
        for identity in [identity(), identity().only_tls12().unwrap()] {
            let router = router(&identity).await;
            let given = Tls::ca(identity.pem().unwrap().as_bytes()).unwrap();
            for tls in [given, Tls::pinned(fingerprint(&identity)), Tls::first_use(), Tls::insecure()] {
                assert_eq!(reach(&router, &tls, "rahasia").await, Ok(HandshakeKind::Full));
                for _ in 0..2 {
                    assert_eq!(reach(&router, &tls.clone(), "rahasia").await, Ok(HandshakeKind::Resumed));
                }
            }
        }
    }

    #[tokio::test]
    async fn the_public_way_to_connect_takes_up_sessions_too() {
        let identity = TlsIdentity::self_signed(&[]).unwrap();
        let router = router(&identity).await;
        let options = Options::default().with_tls(Tls::first_use());
        let credentials = Credentials::new("admin", "rahasia");
        let port = router.addr().unwrap().port();
        Client::connect("127.0.0.1", port, &credentials, &options).await.unwrap().close().await;
        let kind = reach(&router, options.tls.as_ref().unwrap(), "rahasia").await;
        assert_eq!(kind, Ok(HandshakeKind::Resumed));
    }

    #[tokio::test]
    async fn a_connection_that_came_to_no_login_is_followed_by_one_that_begins_anew() {
        let router = router(&TlsIdentity::self_signed(&[]).unwrap()).await;
        let tls = Tls::first_use();
        reach(&router, &tls, "rahasia").await.unwrap();
        assert!(matches!(reach(&router, &tls, "wrong").await, Err(Error::WrongCredentials { .. })));
        assert_eq!(reach(&router, &tls, "rahasia").await, Ok(HandshakeKind::Full));

        // One that hangs amid the handshake, too.
        let (near, _far) = tokio::io::duplex(64 << 10);
        let after = Duration::from_millis(10);
        let hung = secure(near, "127.0.0.1", &tls, after).await.map(drop);
        assert_eq!(hung, Err(Error::TimedOut { phase: Phase::Tls, after }));
        assert_eq!(reach(&router, &tls, "rahasia").await, Ok(HandshakeKind::Full));
    }

    #[tokio::test]
    async fn another_certificate_is_met_by_the_whole_check() {
        let (first, second) = (TlsIdentity::self_signed(&[]).unwrap(), TlsIdentity::self_signed(&[]).unwrap());
        let router = router(&first).await;
        let changed = |expected, presented| {
            Err(Error::CertificateChanged { expected: fingerprint(expected), presented: fingerprint(presented) })
        };
        for tls in [Tls::first_use(), Tls::pinned(fingerprint(&first))] {
            router.handle().set_tls(Some(first.clone()));
            reach(&router, &tls, "rahasia").await.unwrap();
            router.handle().set_tls(Some(second.clone()));
            assert_eq!(reach(&router, &tls, "rahasia").await, changed(&first, &second));
        }
        // Nor does a session outlive the pin that it was made under.
        reach(&router, &Tls::pinned(fingerprint(&second)), "rahasia").await.unwrap();
        assert_eq!(reach(&router, &Tls::pinned(fingerprint(&first)), "rahasia").await, changed(&first, &second));
    }

    #[tokio::test]
    async fn a_session_is_judged_by_the_certificate_of_its_beginning() {
        for identity in
            [TlsIdentity::self_signed(&[]).unwrap(), TlsIdentity::self_signed(&[]).unwrap().only_tls12().unwrap()]
        {
            let router = router(&identity).await;
            let lenient = Tls::insecure();
            reach(&router, &lenient, "rahasia").await.unwrap();
            // As if it were not good any more.
            let expected = Fingerprint::of(b"another");
            let strict = Tls { sessions: lenient.sessions, ..Tls::pinned(expected) };
            let error = reach(&router, &strict, "rahasia").await.unwrap_err();
            assert_eq!(error, Error::CertificateChanged { expected, presented: fingerprint(&identity) });
        }
    }

    #[tokio::test]
    async fn a_router_that_refuses_to_go_on_is_asked_anew_before_it_is_blamed() {
        let router = router(&TlsIdentity::self_signed(&[]).unwrap()).await;
        let tls = Tls::first_use();
        reach(&router, &tls, "rahasia").await.unwrap();
        router.handle().set_tls(Some(TlsIdentity::without_certificate()));
        let error = reach(&router, &tls, "rahasia").await.unwrap_err();
        assert!(matches!(error, Error::HandshakeFailed { .. }) && error.is_retryable(), "{error:?}");
        assert_eq!(reach(&router, &tls, "rahasia").await, Err(Error::NoCertificate));
    }
}
