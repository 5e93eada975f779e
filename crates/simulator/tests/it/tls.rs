//! TLS as any client of TLS sees it, apart from the client of the API.

use std::sync::Arc;

use routeros_simulator::{Fault, Simulator, TlsIdentity};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore};
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{Client, config};

async fn connect(router: &Simulator, pem: &str, name: &str) -> std::io::Result<Client<TlsStream<DuplexStream>>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let connector = TlsConnector::from(Arc::new(versions.with_root_certificates(roots).with_no_client_auth()));
    Ok(Client(connector.connect(ServerName::try_from(name.to_owned()).unwrap(), router.connect()).await?))
}

fn router(identity: &TlsIdentity) -> Simulator {
    Simulator::in_memory(config().tls(identity.clone()))
}

#[tokio::test(start_paused = true)]
async fn a_session_by_tls_is_as_one_in_plain_text() {
    let identity = TlsIdentity::self_signed(&["router.lan", "192.168.88.1"]).unwrap();
    let router = router(&identity);
    let print = ["/interface/print", ".tag=1"];
    let mut answers = Vec::new();
    for name in ["router.lan", "192.168.88.1"] {
        let mut client = connect(&router, identity.pem().unwrap(), name).await.unwrap();
        client.login().await;
        answers.push(client.ask(&print).await);
    }
    router.handle().set_tls(None);
    let mut plain = Client(router.connect());
    plain.login().await;
    answers.push(plain.ask(&print).await);
    assert_eq!(answers[0].len(), 3);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn the_certificate_can_change_while_it_runs() {
    let [first, second] = [(); 2].map(|()| TlsIdentity::self_signed(&["router.lan"]).unwrap());
    assert_ne!(first.fingerprint(), second.fingerprint());
    let router = router(&first);
    let mut before = connect(&router, first.pem().unwrap(), "router.lan").await.unwrap();
    router.handle().set_tls(Some(second.clone()));
    before.login().await;
    connect(&router, first.pem().unwrap(), "router.lan").await.err().expect("another certificate");
    let client = connect(&router, second.pem().unwrap(), "router.lan").await.unwrap();
    let presented = client.0.get_ref().1.peer_certificates().unwrap()[0].clone();
    let fingerprint = ring::digest::digest(&ring::digest::SHA256, &presented);
    assert_eq!(second.fingerprint().unwrap(), fingerprint.as_ref());
}

#[tokio::test(start_paused = true)]
async fn tls_1_2_alone_is_that() {
    let identity = TlsIdentity::self_signed(&["router.lan"]).unwrap();
    for (identity, version) in
        [(identity.clone(), ProtocolVersion::TLSv1_3), (identity.only_tls12().unwrap(), ProtocolVersion::TLSv1_2)]
    {
        let mut client = connect(&router(&identity), identity.pem().unwrap(), "router.lan").await.unwrap();
        assert_eq!(client.0.get_ref().1.protocol_version(), Some(version));
        assert_eq!(client.rest().await, b"", "the router is gone");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_certificate_a_handshake_is_broken_off_with_the_alert_of_a_router() {
    let identity = TlsIdentity::without_certificate();
    assert_eq!((identity.pem(), identity.fingerprint()), (None, None));
    let router = router(&identity);
    let mut client = Client(router.connect());
    // A record of three bytes, in two pieces.
    client.0.write_all(b"\x16\x03\x01\x00\x03\x01").await.unwrap();
    client.0.write_all(b"\x00\x00").await.unwrap();
    assert_eq!(client.rest().await, b"\x15\x03\x03\x00\x02\x02\x28");
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_handshake_and_a_handshake_without_end_are_closed() {
    for identity in [TlsIdentity::self_signed(&[]).unwrap(), TlsIdentity::without_certificate()] {
        let router = router(&identity);
        let mut client = Client(router.connect());
        client.send(&["/login", "=name=admin", "=password="]).await;
        let rest = client.rest().await;
        assert!(rest.is_empty() || rest[0] == 0x15, "an alert at most: {rest:?}");
        let mut slow = Client(router.connect());
        slow.0.write_all(b"\x16\x03\x01").await.unwrap();
        assert_eq!(slow.rest().await, b"", "after its limit");
        let usage = router.handle().usage();
        assert_eq!((usage.connections, usage.bytes_in), (2, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_router_does_not_even_answer_the_handshake() {
    let router = router(&TlsIdentity::self_signed(&[]).unwrap());
    router.handle().set_fault(Fault::Silent);
    let mut client = Client(router.connect());
    client.0.write_all(b"\x16\x03\x01\x00\x01\x01").await.unwrap();
    assert_eq!(client.until_silence().await, b"");
    router.handle().cut_connections();
    assert_eq!(client.rest().await, b"");
}

#[test]
fn the_error_of_a_wrong_certificate_has_its_reason() {
    let identity = TlsIdentity::self_signed(&[]).unwrap();
    let pem = identity.pem().unwrap();
    for (chain, key) in [("", ""), (pem, ""), (pem, pem)] {
        let error = TlsIdentity::from_pem(chain, key).unwrap_err();
        assert!(error.to_string().starts_with("no certificate: "), "{error}");
    }
    assert!(TlsIdentity::self_signed(&["ü"]).is_err());
}
