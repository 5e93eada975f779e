//! Over a real socket, in real time.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lalin_mikrotik::{RouterSource, Settings};
use lalin_stats::{Source, SourceError};
use routeros::{Fingerprint, Tls};
use routeros_simulator::{Config, Fault, Simulator, TlsIdentity};
use tokio::time::{Instant, sleep, timeout};

use crate::rig::{PASSWORD, USER, config};

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const LIMIT: Duration = Duration::from_secs(10);

async fn simulator() -> (Simulator, Settings) {
    simulator_of(config()).await
}

pub async fn simulator_of(config: Config) -> (Simulator, Settings) {
    let simulator = Simulator::start(config, ANY_PORT).await.unwrap();
    let address = simulator.addr().unwrap();
    let mut settings = Settings::new(&address.ip().to_string(), address.port(), USER, PASSWORD);
    settings.first_pause = Duration::from_millis(20);
    settings.longest_pause = Duration::from_millis(100);
    (simulator, settings)
}

#[tokio::test]
async fn a_router_is_read_over_tcp() {
    let (simulator, settings) = simulator().await;
    let router = RouterSource::new(settings);
    for _ in 0..20 {
        assert_eq!(router.read().await.unwrap().data.rows.len(), 2);
    }
    let usage = simulator.handle().usage();
    assert_eq!((usage.connections, usage.logins, usage.prints), (1, 1, 20));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_refused_and_found_again_when_it_returns() {
    let (simulator, settings) = simulator().await;
    let handle = simulator.handle();
    let router = RouterSource::new(settings);
    router.read().await.unwrap();
    handle.set_fault(Fault::Refuse);
    handle.cut_connections();
    let refused = async {
        loop {
            if let Err(failure) = router.read().await
                && matches!(failure.reason, SourceError::Refused { .. })
            {
                return failure;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    let failure = timeout(LIMIT, refused).await.unwrap();
    assert!(failure.attempt >= 1);
    handle.clear_faults();
    let back = async {
        while router.read().await.is_err() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, back).await.unwrap();
    assert_eq!(handle.usage().logins, 2);
}

#[tokio::test]
async fn a_wrong_password_is_said_as_such() {
    let (_simulator, mut settings) = simulator().await;
    settings.credentials = routeros::Credentials::new(USER, "salah");
    let router = RouterSource::new(settings);
    let failure = router.read().await.unwrap_err();
    assert!(matches!(failure.reason, SourceError::WrongCredentials { .. }), "{failure:?}");
    assert!(failure.retry_at.unwrap() > Instant::now() + Duration::from_secs(55));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_often_the_session_is_cut_no_read_hangs_and_no_command_is_sent_twice() {
    const READERS: usize = 8;
    const READS: usize = 250;
    let (simulator, settings) = simulator().await;
    let handle = simulator.handle();
    let router = Arc::new(RouterSource::new(settings));
    let readers: Vec<_> = (0..READERS)
        .map(|reader| {
            let (router, handle) = (router.clone(), handle.clone());
            tokio::spawn(async move {
                let mut good = 0;
                for read in 1..=READS {
                    if reader == 0 && read % 10 == 0 {
                        handle.cut_connections();
                    }
                    match timeout(LIMIT, router.read()).await.expect("an answer in time") {
                        Ok(_) => good += 1,
                        // Until the next attempt, so that there is something to cut again.
                        Err(failure) => tokio::time::sleep_until(failure.retry_at.unwrap_or(Instant::now())).await,
                    }
                }
                good
            })
        })
        .collect();
    let mut good = 0;
    for reader in readers {
        good += reader.await.unwrap();
    }
    let usage = handle.usage();
    let (prints, logins) = (usize::try_from(usage.prints).unwrap(), usize::try_from(usage.logins).unwrap());
    assert!(good <= prints && prints <= READERS * READS, "{good} good reads of {prints} prints");
    assert!((10..=1 + READS / 10).contains(&logins), "{logins} logins for {} cuts", READS / 10);
    assert!(usage.open_sessions <= 1, "{usage:?}");
    assert!(good >= READERS * READS / 2, "{good} good reads");
}

#[tokio::test]
async fn a_router_is_read_over_tls() {
    let identity = TlsIdentity::self_signed(&[]).unwrap();
    let (simulator, mut settings) = simulator_of(config().tls(identity)).await;
    settings.tls = Some(Tls::first_use());
    let router = RouterSource::new(settings);
    for _ in 0..20 {
        assert_eq!(router.read().await.unwrap().data.rows.len(), 2);
    }
    assert_eq!(simulator.handle().usage().logins, 1);
}

#[tokio::test]
async fn a_router_that_is_not_trusted_gets_no_password_and_is_tried_at_most_once_a_minute() {
    let strange = Tls::pinned(Fingerprint::of(b"another certificate"));
    let cases = [
        (Some(TlsIdentity::self_signed(&[]).unwrap()), strange, "certificate"),
        (Some(TlsIdentity::without_certificate()), Tls::insecure(), "tls"),
    ];
    for (tls, trusted, code) in cases {
        let (simulator, mut settings) = simulator_of(config().tls(tls)).await;
        settings.tls = Some(trusted);
        let failure = RouterSource::new(settings).read().await.unwrap_err();
        assert_eq!(failure.reason.code(), code, "{failure:?}");
        assert!(failure.retry_at.unwrap() > Instant::now() + Duration::from_secs(55));
        let usage = simulator.handle().usage();
        assert_eq!((usage.logins, usage.failed_logins, usage.commands), (0, 0, 0));
    }
}
