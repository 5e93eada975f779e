//! The handshake over a pipe: silence, cuts, plain text, and what the other side gets to read.

use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::provider::provider;
use super::*;

const LIMIT: Duration = Duration::from_secs(15);

/// A server's side of TLS, and the fingerprint of its certificate.
fn server() -> (TlsAcceptor, Fingerprint) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["router".to_owned()]).unwrap().self_signed(&key).unwrap();
    let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), Fingerprint::of(certificate.der()))
}

/// What becomes of the handshake with a peer that hears the first bytes, says these and is gone.
async fn answered(bytes: &[u8]) -> Error {
    let (near, mut far) = duplex(64 << 10);
    let peer = async move {
        let _ = far.read(&mut [0; 64]).await;
        far.write_all(bytes).await.unwrap();
    };
    let tls = Tls::insecure();
    let (secured, ()) = tokio::join!(secure(near, "router", &tls, LIMIT), peer);
    secured.expect_err("no handshake")
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_hangs_meets_its_limit() {
    let (near, _far) = duplex(64 << 10);
    let began = Instant::now();
    let error = secure(near, "router", &Tls::insecure(), LIMIT).await.err().unwrap();
    assert_eq!(error, Error::TimedOut { phase: Phase::Tls, after: LIMIT });
    assert_eq!(began.elapsed(), LIMIT);
    assert!(error.is_retryable() && error.ends_connection());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_leaves_amid_the_handshake_has_closed() {
    // With nothing said, and amid a record.
    for bytes in [&b""[..], &[0x16, 0x03, 0x03, 0x00, 0x40, 0x02, 0x00]] {
        let error = answered(bytes).await;
        let Error::Closed { detail } = &error else { panic!("{error:?}") };
        assert!(detail.contains("TLS handshake") && detail.contains("8729"), "{detail}");
        assert!(error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_cut_at_any_byte_is_a_clean_end() {
    let (acceptor, _) = server();
    // What a server says first, up to where it waits for an answer.
    let (near, mut far) = duplex(64 << 10);
    let (mut there, back) = duplex(64 << 10);
    let accept = tokio::spawn(acceptor.accept(back));
    let client = tokio::spawn(async move { secure(near, "router", &Tls::insecure(), LIMIT).await.is_ok() });
    let (mut hello, mut flight) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    let said = far.read(&mut hello).await.unwrap();
    there.write_all(&hello[..said]).await.unwrap();
    let length = there.read(&mut flight).await.unwrap();
    drop((far, there));
    assert!(!client.await.unwrap() && accept.await.unwrap().is_err());
    // Recorded for another hello, it is wrong as well as short: either way no more than an error.
    for end in (0..length).step_by(7) {
        let error = answered(&flight[..end]).await;
        assert!(matches!(error, Error::Closed { .. } | Error::HandshakeFailed { .. }), "{end}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn plain_answers_are_no_tls() {
    for bytes in
        [&b"\x06!fatal\x0Dnot logged in\x00"[..], b"\x05!trap\x00", b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-x"]
    {
        let error = answered(bytes).await;
        assert_eq!(error, Error::NotTls, "{bytes:?}");
        assert!(error.to_string().contains("8729") && !error.is_retryable() && error.ends_connection());
    }
}

#[tokio::test(start_paused = true)]
async fn an_alert_says_what_to_do() {
    let alert = |code: u8| [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, code];
    for code in [40, 71] {
        let error = answered(&alert(code)).await;
        assert_eq!(error, Error::NoCertificate);
        assert!(Tls::CREATE_CERTIFICATE.lines().all(|line| error.to_string().contains(line)), "{error}");
        assert!(!error.is_retryable() && error.ends_connection());
    }
    let error = answered(&alert(70)).await;
    assert!(matches!(&error, Error::HandshakeFailed { detail } if detail.contains("update RouterOS")), "{error:?}");
    let error = answered(&alert(80)).await;
    assert!(matches!(&error, Error::HandshakeFailed { .. }) && error.is_retryable(), "{error:?}");
}

/// Everything that is ever decrypted on the server's side, if the handshake succeeds there.
async fn overheard(acceptor: TlsAcceptor, far: DuplexStream) -> Vec<u8> {
    let mut heard = Vec::new();
    if let Ok(mut stream) = acceptor.accept(far).await {
        let _ = stream.read_to_end(&mut heard).await;
    }
    heard
}

#[tokio::test(start_paused = true)]
async fn the_password_is_for_the_trusted_alone() {
    let ((acceptor, fingerprint), (_, other)) = (server(), server());
    let credentials = crate::Credentials::new("admin", "rahasia");
    for (pinned, said) in [(fingerprint, true), (other, false)] {
        let (near, far) = duplex(64 << 10);
        let tls = Tls::pinned(pinned);
        let client = async {
            let (stream, _) = secure(near, "router", &tls, LIMIT).await?;
            crate::Client::login(stream, &credentials, &crate::Options::default()).await
        };
        let (login, heard) = tokio::join!(client, overheard(acceptor.clone(), far));
        assert_eq!(heard.windows(7).any(|window| window == b"rahasia"), said);
        let error = login.unwrap_err();
        if !said {
            assert_eq!(error, Error::CertificateChanged { expected: other, presented: fingerprint });
            assert_eq!(heard, b"");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_that_see_a_router_first_at_once_one_is_the_first() {
    let (one, two) = (server(), server());
    let tls = Tls::first_use();
    let meet = |(acceptor, _): &(TlsAcceptor, Fingerprint)| {
        let (near, far) = duplex(64 << 10);
        let (acceptor, tls) = (acceptor.clone(), tls.clone());
        tokio::spawn(overheard(acceptor, far));
        async move { secure(near, "router", &tls, LIMIT).await.map(drop) }
    };
    let outcomes = tokio::join!(meet(&one), meet(&two));
    let learnt = tls.fingerprint().unwrap();
    let (first, second) = if learnt == one.1 { outcomes } else { (outcomes.1, outcomes.0) };
    assert_eq!(first, Ok(()));
    assert!(matches!(second, Err(Error::CertificateChanged { expected, .. }) if expected == learnt), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_without_its_key_is_never_learnt() {
    // Shows a certificate that is not his: the certificate of one, the key of another.
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    let signer =
        rustls::crypto::ring::sign::any_supported_type(&PrivateKeyDer::try_from(other.serialize_der()).unwrap());
    let shown = rustls::sign::CertifiedKey::new(vec![certificate.der().clone()], signer.unwrap());
    for versions in [&[&rustls::version::TLS12][..], &[&rustls::version::TLS13]] {
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(versions).unwrap();
        let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(shown.clone()));
        let acceptor = TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_cert_resolver(resolver)));
        for tls in [Tls::first_use(), Tls::insecure(), Tls::pinned(Fingerprint::of(certificate.der()))] {
            let learnt = tls.fingerprint();
            let (near, far) = duplex(64 << 10);
            let (secured, heard) = tokio::join!(secure(near, "router", &tls, LIMIT), overheard(acceptor.clone(), far));
            let error = secured.expect_err("no handshake");
            assert!(matches!(&error, Error::HandshakeFailed { detail } if detail.contains("signature")), "{error:?}");
            assert_eq!((tls.fingerprint(), heard), (learnt, Vec::new()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_without_farewell_is_an_end() {
    let (acceptor, _) = server();
    let (near, far) = duplex(64 << 10);
    let tls = Tls::insecure();
    let peer = async {
        let mut stream = acceptor.accept(far).await.unwrap();
        stream.write_all(b"abc").await.unwrap();
        stream.flush().await.unwrap();
        // Dropped as it is: no close_notify.
    };
    let (stream, ()) = tokio::join!(secure(near, "router", &tls, LIMIT), peer);
    let mut heard = Vec::new();
    stream.expect("a handshake").0.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"abc");
}

#[test]
fn hosts_are_names_of_certificates() {
    let shown = |host: &str| server_name(host).map(|name| name.to_str().into_owned());
    for (host, name) in [
        ("192.168.88.1", "192.168.88.1"),
        ("[fe80::1]", "fe80::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("router.lan", "router.lan"),
    ] {
        assert_eq!(shown(host).as_deref(), Ok(name));
    }
    for host in ["", "a b", "-x-..", "rüter"] {
        assert!(matches!(server_name(host), Err(Error::InvalidTls { .. })), "{host}");
        // Where names do not count, anything does.
        assert!(Tls::insecure().name(host, &Trust::Anyone).is_ok());
    }
    assert!(Tls::insecure().with_server_name("a b").is_err());
}
