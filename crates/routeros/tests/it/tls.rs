//! TLS against the simulated router over real sockets: each way of trusting, where it must succeed and where it must
//! not.

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use routeros::{Client, Command, Credentials, Error, Fingerprint, Options, Phase, Tls};
use routeros_simulator::{Config, Fault, InterfaceSpec, Simulator, TlsIdentity};

const HERE: [&str; 2] = ["127.0.0.1", "localhost"];

/// An authority, made now.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        Self::named("CA")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self { pem: params.self_signed(&key).unwrap().pem(), issuer: Issuer::new(params, key) }
    }

    fn signs(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> TlsIdentity {
        let key = KeyPair::generate().unwrap();
        let certificate = params(names, change).signed_by(&key, &self.issuer).unwrap();
        TlsIdentity::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap()
    }

    fn tls(&self) -> Tls {
        Tls::ca(self.pem.as_bytes()).unwrap()
    }
}

fn params(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    change(&mut params);
    params
}

fn expired(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2019, 1, 1);
    params.not_after = date_time_ymd(2020, 1, 1);
}

fn early(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(3000, 1, 1);
    params.not_after = date_time_ymd(3001, 1, 1);
}

fn own(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> TlsIdentity {
    let key = KeyPair::generate().unwrap();
    let certificate = params(names, change).self_signed(&key).unwrap();
    TlsIdentity::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap()
}

fn fingerprint(identity: &TlsIdentity) -> Fingerprint {
    identity.fingerprint().unwrap().into()
}

async fn router(identity: &TlsIdentity) -> Simulator {
    let config = Config::default().password("rahasia").tls(identity.clone());
    Simulator::start(config, ([127, 0, 0, 1], 0).into()).await.unwrap()
}

async fn reach(router: &Simulator, host: &str, tls: Tls) -> Result<Client, Error> {
    let credentials = Credentials::new("admin", "rahasia");
    Client::connect(host, router.addr().unwrap().port(), &credentials, &Options::default().with_tls(tls)).await
}

async fn trusted(identity: &TlsIdentity, host: &str, tls: Tls) {
    let router = router(identity).await;
    let client = reach(&router, host, tls).await.expect("trusted");
    let reply = client.run(Command::new("/system/identity/print")).await.unwrap();
    assert_eq!(reply.rows[0].get("name").map(|name| name.text().into_owned()).as_deref(), Some("MikroTik"));
    client.close().await;
}

/// Why not; the router has not heard a word then.
async fn refused(identity: &TlsIdentity, host: &str, tls: Tls) -> String {
    let router = router(identity).await;
    let error = reach(&router, host, tls).await.expect_err("not trusted");
    assert!(!error.is_retryable() && error.ends_connection(), "{error:?}");
    let usage = router.handle().usage();
    assert_eq!((usage.logins, usage.failed_logins, usage.bytes_in), (0, 0, 0));
    match error {
        Error::UntrustedCertificate { detail, fingerprint: presented } => {
            assert_eq!(presented, fingerprint(identity), "it can be pinned");
            detail
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_authority_vouches_for_whom_it_signed() {
    let authority = Authority::new();
    let identity = authority.signs(&HERE, |_| {});
    for host in HERE {
        trusted(&identity, host, authority.tls()).await;
    }
    // Several in one file, in any order.
    for other in [Authority::new(), Authority::named("other")] {
        for both in [[&*other.pem, &authority.pem].concat(), [&*authority.pem, &other.pem].concat()] {
            trusted(&identity, "127.0.0.1", Tls::ca(both.as_bytes()).unwrap()).await;
        }
    }
}

#[tokio::test]
async fn an_authority_does_not_vouch_for_others_names_or_times() {
    let authority = Authority::new();
    let identity = authority.signs(&HERE, |_| {});
    assert!(refused(&identity, "127.0.0.1", Authority::named("other").tls()).await.contains("nobody trusted"));
    // Every MikroTik's authority may be called the same.
    assert!(refused(&identity, "127.0.0.1", Authority::new().tls()).await.contains("of the same name"));
    let other = authority.signs(&["192.168.88.1"], |_| {});
    assert!(refused(&other, "127.0.0.1", authority.tls()).await.contains("for 192.168.88.1 and not for 127.0.0.1"));
    let unnamed = authority.signs(&[], |_| {});
    assert!(refused(&unnamed, "127.0.0.1", authority.tls()).await.contains("subject-alt-name"));
    assert!(refused(&authority.signs(&HERE, expired), "127.0.0.1", authority.tls()).await.contains("expired"));
    assert!(refused(&authority.signs(&HERE, early), "127.0.0.1", authority.tls()).await.contains("clock"));
}

#[tokio::test]
async fn a_server_name_stands_in_for_the_address() {
    let authority = Authority::new();
    let identity = authority.signs(&["router.lan"], |_| {});
    trusted(&identity, "127.0.0.1", authority.tls().with_server_name("router.lan").unwrap()).await;
    let wrong = authority.tls().with_server_name("other.lan").unwrap();
    assert!(refused(&identity, "127.0.0.1", wrong).await.contains("for router.lan and not for other.lan"));
}

#[tokio::test]
async fn a_routers_own_certificate_may_be_given_whatever_it_is() {
    let authority = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // With names, as its own authority, and with a common name alone.
    for identity in [own(&HERE, |_| {}), own(&HERE, authority), own(&[], |_| {}), own(&[], authority)] {
        trusted(&identity, "127.0.0.1", Tls::ca(identity.pem().unwrap().as_bytes()).unwrap()).await;
    }
    // Signed by an authority that is not given.
    let identity = Authority::new().signs(&HERE, |_| {});
    trusted(&identity, "127.0.0.1", Tls::ca(identity.pem().unwrap().as_bytes()).unwrap()).await;
}

#[tokio::test]
async fn a_given_certificate_is_bound_to_its_names_and_dates() {
    let itself = |identity: &TlsIdentity| Tls::ca(identity.pem().unwrap().as_bytes()).unwrap();
    let authority = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for identity in [own(&["router.lan"], |_| {}), own(&["router.lan"], authority)] {
        assert!(refused(&identity, "127.0.0.1", itself(&identity)).await.contains("router.lan"));
    }
    let both = |params: &mut CertificateParams| {
        authority(params);
        expired(params);
    };
    for identity in [own(&HERE, expired), own(&HERE, both), own(&[], expired), Authority::new().signs(&HERE, expired)] {
        assert!(refused(&identity, "127.0.0.1", itself(&identity)).await.contains("expired"));
    }
}

#[tokio::test]
async fn a_routers_certificate_vouches_for_nobody_else() {
    let key = KeyPair::generate().unwrap();
    let plain = params(&["r1.lan"], |_| {});
    let given = plain.self_signed(&key).unwrap().pem();
    let signed = Authority { pem: given, issuer: Issuer::new(plain, key) };
    assert!(refused(&signed.signs(&HERE, |_| {}), "127.0.0.1", signed.tls()).await.contains("nobody trusted"));
}

#[tokio::test]
async fn roots_of_the_system_do_not_know_a_certificate_made_now() {
    let router = router(&TlsIdentity::self_signed(&HERE).unwrap()).await;
    let error = reach(&router, "127.0.0.1", Tls::system_roots()).await.unwrap_err();
    // A bare system may have no roots at all.
    assert!(matches!(error, Error::UntrustedCertificate { .. } | Error::InvalidTls { .. }), "{error:?}");
    assert_eq!(router.handle().usage().bytes_in, 0);
}

#[tokio::test]
async fn a_pinned_certificate_is_trusted_and_no_other() {
    // Neither names nor dates matter.
    let identity = own(&["router.lan"], expired);
    trusted(&identity, "127.0.0.1", Tls::pinned(fingerprint(&identity))).await;
    let router = router(&identity).await;
    let expected: Fingerprint = "00".repeat(32).parse().unwrap();
    let error = reach(&router, "127.0.0.1", Tls::pinned(expected)).await.unwrap_err();
    assert_eq!(error, Error::CertificateChanged { expected, presented: fingerprint(&identity) });
    assert!(!error.is_retryable() && error.ends_connection());
    let text = error.to_string();
    assert!(text.contains(&expected.to_string()) && text.contains(&fingerprint(&identity).to_string()), "{text}");
    assert!(!text.contains("  "), "{text}");
    assert_eq!(router.handle().usage().bytes_in, 0);
}

#[tokio::test]
async fn the_first_use_is_remembered_by_all_clones() {
    let (first, second) = (TlsIdentity::self_signed(&[]).unwrap(), TlsIdentity::self_signed(&[]).unwrap());
    let router = router(&first).await;
    let tls = Tls::first_use();
    assert_eq!(tls.fingerprint(), None);
    reach(&router, "127.0.0.1", tls.clone()).await.unwrap().close().await;
    assert_eq!(tls.fingerprint(), Some(fingerprint(&first)));
    reach(&router, "localhost", tls.clone()).await.unwrap().close().await;

    let before = router.handle().usage().bytes_in;
    router.handle().set_tls(Some(second.clone()));
    for _ in 0..2 {
        let error = reach(&router, "127.0.0.1", tls.clone()).await.unwrap_err();
        let (expected, presented) = (fingerprint(&first), fingerprint(&second));
        assert_eq!(error, Error::CertificateChanged { expected, presented });
    }
    assert_eq!(router.handle().usage().bytes_in, before);
    assert_eq!(tls.fingerprint(), Some(fingerprint(&first)), "it is not replaced");
    // One that has seen nothing begins anew.
    reach(&router, "127.0.0.1", Tls::first_use()).await.unwrap().close().await;
}

#[tokio::test]
async fn insecure_takes_anything() {
    for identity in [own(&[], |_| {}), own(&["router.lan"], expired), Authority::new().signs(&[], early)] {
        trusted(&identity, "127.0.0.1", Tls::insecure()).await;
    }
}

#[tokio::test]
async fn a_router_of_tls_1_2_alone_is_reached() {
    let identity = TlsIdentity::self_signed(&HERE).unwrap().only_tls12().unwrap();
    trusted(&identity, "127.0.0.1", Tls::ca(identity.pem().unwrap().as_bytes()).unwrap()).await;
    trusted(&identity, "127.0.0.1", Tls::pinned(fingerprint(&identity))).await;
    let authority = Authority::new();
    let wrong = authority.signs(&["router.lan"], |_| {}).only_tls12().unwrap();
    assert!(refused(&wrong, "127.0.0.1", authority.tls()).await.contains("not for"));
}

#[tokio::test]
async fn a_router_without_a_certificate_is_told_apart_with_what_helps() {
    let router = router(&TlsIdentity::without_certificate()).await;
    for tls in [Tls::insecure(), Tls::first_use(), Tls::pinned([0; 32].into())] {
        let error = reach(&router, "127.0.0.1", tls).await.unwrap_err();
        assert_eq!(error, Error::NoCertificate);
        let text = error.to_string();
        assert!(Tls::CREATE_CERTIFICATE.lines().count() == 3, "{}", Tls::CREATE_CERTIFICATE);
        assert!(Tls::CREATE_CERTIFICATE.lines().all(|line| text.contains(line)), "{text}");
    }
}

#[tokio::test]
async fn a_silent_router_is_given_up_in_the_handshake() {
    let router = router(&TlsIdentity::self_signed(&[]).unwrap()).await;
    router.handle().set_fault(Fault::Silent);
    let after = Duration::from_millis(100);
    let options = Options::default().with_tls(Tls::insecure()).with_tls_timeout(after);
    let credentials = Credentials::new("admin", "rahasia");
    let error = Client::connect("127.0.0.1", router.addr().unwrap().port(), &credentials, &options).await.unwrap_err();
    assert_eq!(error, Error::TimedOut { phase: Phase::Tls, after });
}

#[tokio::test]
async fn an_end_by_tls_is_one_as_in_plain_text() {
    let router = router(&TlsIdentity::self_signed(&[]).unwrap()).await;
    let tls = Tls::first_use();
    let print = || Command::new("/system/identity/print");
    for (fault, amid) in [(Fault::Cut, false), (Fault::HalfSentence, false), (Fault::Reset, true)] {
        let client = reach(&router, "127.0.0.1", tls.clone()).await.unwrap();
        router.handle().set_fault(fault.clone());
        let asked = tokio::spawn({
            let client = client.clone();
            async move { client.run(print()).await }
        });
        if fault == Fault::HalfSentence {
            // Said, and then the router is gone without a word of TLS either.
            let before = router.handle().usage().bytes_out;
            while router.handle().usage().bytes_out == before && !asked.is_finished() {
                tokio::task::yield_now().await;
            }
            router.handle().cut_connections();
        }
        let error = asked.await.unwrap().unwrap_err();
        let Error::Closed { detail } = &error else { panic!("{fault:?}: {error:?}") };
        assert!(!detail.contains("close_notify"), "{detail}");
        assert!(amid || detail.starts_with("the router closed the connection"), "{fault:?}: {detail}");
        assert_eq!(client.closed().await, error);
        router.handle().clear_faults();
    }
}

#[tokio::test]
async fn a_stream_by_tls_is_cancelled_when_it_is_dropped_and_small_pieces_do_no_harm() {
    let router = router(&TlsIdentity::self_signed(&[]).unwrap()).await;
    let client = reach(&router, "127.0.0.1", Tls::first_use()).await.unwrap();
    router.handle().set_fault(Fault::Chunked(3));
    let listen = client.stream(Command::new("/interface/listen")).await.unwrap();
    assert_eq!(client.run(Command::new("/interface/print")).await.unwrap().rows.len(), 1);
    drop(listen);
    client.run(Command::new("/interface/print")).await.unwrap();
    let usage = router.handle().usage();
    assert_eq!((usage.commands, usage.cancels), (3, 1));
}

#[tokio::test]
async fn tls_and_plain_text_do_not_meet() {
    let router = router(&TlsIdentity::self_signed(&HERE).unwrap()).await;
    let credentials = Credentials::new("admin", "rahasia");
    let plain = Options::default().with_login_timeout(Duration::from_secs(5));
    let error = Client::connect("127.0.0.1", router.addr().unwrap().port(), &credentials, &plain).await.unwrap_err();
    // The router takes the login for a broken handshake and hangs up.
    assert!(matches!(error, Error::Closed { .. } | Error::Malformed(_)), "{error:?}");
    assert_eq!(router.handle().usage().bytes_in, 0);

    router.handle().set_tls(None);
    let options = Options::default().with_tls(Tls::insecure()).with_tls_timeout(Duration::from_millis(200));
    let error = Client::connect("127.0.0.1", router.addr().unwrap().port(), &credentials, &options).await.unwrap_err();
    // What a plain router makes of a handshake depends on its random bytes: a word to wait for, one that cannot be, or
    // a command before the login.
    let expected = matches!(error, Error::NotTls | Error::Closed { .. } | Error::TimedOut { phase: Phase::Tls, .. });
    assert!(expected, "{error:?}");
    let usage = router.handle().usage();
    assert_eq!((usage.logins, usage.failed_logins), (0, 0));
}

#[tokio::test]
async fn a_thousand_interfaces_are_the_same_by_tls() {
    let identity = TlsIdentity::self_signed(&HERE).unwrap();
    let interfaces = (0..1_000).map(|n| InterfaceSpec::ether(format!("ether{n}")).counters(n, n << 40));
    let router = router(&identity).await;
    interfaces.for_each(|spec| router.handle().add_interface(spec));
    let print = || Command::new("/interface/print");
    let sealed = reach(&router, "127.0.0.1", Tls::pinned(fingerprint(&identity))).await.unwrap();
    router.handle().set_tls(None);
    let credentials = Credentials::new("admin", "rahasia");
    let port = router.addr().unwrap().port();
    let plain = Client::connect("127.0.0.1", port, &credentials, &Options::default()).await.unwrap();
    let (sealed, plain) = (sealed.run(print()).await.unwrap(), plain.run(print()).await.unwrap());
    assert_eq!(sealed.rows.len(), 1_001);
    assert!(sealed.rows == plain.rows, "every row, to the byte");
}
