//! What is asked of a router beside its interfaces: what it is, how fast its links are, and whether everything works.

use std::time::Duration;

use lalin_mikrotik::{Outcome, RouterSource, Settings, StepKind, Tls, check};
use lalin_stats::StatsSource;
use routeros_simulator::{Config, Fault, InterfaceSpec, Simulator, TlsIdentity};
use tokio::time::sleep;

async fn router(config: Config) -> (Simulator, Settings) {
    let simulator = Simulator::start(config, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = simulator.addr().unwrap();
    let settings = Settings::new("127.0.0.1", address.port(), "admin", "rahasia");
    (simulator, settings)
}

fn config() -> Config {
    let interfaces =
        vec![InterfaceSpec::ether("ether1"), InterfaceSpec::ether("ether2").down(), InterfaceSpec::pppoe("budi")];
    Config { password: "rahasia".into(), interfaces, ..Config::default() }
}

fn outcome(report: &lalin_mikrotik::Report, kind: StepKind) -> Outcome {
    report.steps.iter().find(|step| step.kind == kind).unwrap().outcome.clone()
}

fn failed(report: &lalin_mikrotik::Report) -> (StepKind, &'static str) {
    let failed = report.steps.iter().find_map(|step| match &step.outcome {
        Outcome::Failed(reason) => Some((step.kind, reason.code())),
        _ => None,
    });
    failed.unwrap_or_else(|| panic!("nothing failed: {report:?}"))
}

#[tokio::test]
async fn a_router_says_what_it_is() {
    let (_simulator, settings) = router(config()).await;
    let about = RouterSource::new(settings).about().await.unwrap();
    assert!(about.identity.is_some() && about.board.as_deref() == Some("CHR"), "{about:?}");
    assert!(about.version.is_some() && about.cpu_percent == Some(3), "{about:?}");
    assert_eq!((about.memory_used, about.memory_total), (Some(218_103_808), Some(1_073_741_824)));
    assert!(about.uptime.is_some());
}

#[tokio::test]
async fn the_links_of_ports_that_are_up_are_known_after_a_while_and_asked_for_once() {
    let (simulator, settings) = router(config()).await;
    let source = RouterSource::new(settings);
    let mut rates = Vec::new();
    for _ in 0..100 {
        let reading = source.read().await.unwrap();
        rates = reading.snapshot.rows.iter().map(|row| row.interface.link_bps).collect();
        if rates[0].is_some() {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(rates, [Some(1_000_000_000), None, None]);
    let before = simulator.handle().load().commands;
    source.read().await.unwrap();
    assert_eq!(simulator.handle().load().commands, before + 1, "one command a read");
}

#[tokio::test]
async fn everything_that_works_is_said_to_work_and_the_session_is_closed() {
    let (simulator, settings) = router(config()).await;
    let report = check(&settings).await;
    let kinds: Vec<_> = report.steps.iter().map(|step| step.kind.code()).collect();
    assert_eq!(kinds, ["reach", "tls", "login", "policy", "version", "interfaces", "speed"]);
    assert!(report.steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_))), "{report:?}");
    assert_eq!(outcome(&report, StepKind::Tls), Outcome::Skipped);
    assert_eq!((report.interfaces, report.read.is_some(), report.about.is_some()), (Some(3), true, true));
    assert_eq!(simulator.handle().load().logins, 1);
    for _ in 0..100 {
        if simulator.handle().load().open_sessions == 0 {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("the session is still open");
}

#[tokio::test]
async fn what_does_not_work_is_said_at_its_step_and_the_rest_is_not_tried() {
    let (simulator, mut settings) = router(config()).await;
    settings.credentials = routeros::Credentials::new("admin", "salah");
    let report = check(&settings).await;
    assert_eq!(failed(&report), (StepKind::Login, "wrong-credentials"));
    assert_eq!(outcome(&report, StepKind::Interfaces), Outcome::Skipped);

    settings.credentials = routeros::Credentials::new("admin", "rahasia");
    simulator.handle().set_fault(Fault::NoPermission);
    assert_eq!(failed(&check(&settings).await), (StepKind::Version, "not-permitted"));

    simulator.handle().set_fault(Fault::Silent);
    (settings.login_limit, settings.connect_limit) = (Duration::from_millis(200), Duration::from_millis(200));
    assert_eq!(failed(&check(&settings).await), (StepKind::Login, "timed-out"));

    let port = settings.port;
    drop(simulator);
    settings.port = port;
    assert_eq!(failed(&check(&settings).await).0, StepKind::Reach);
}

#[tokio::test]
async fn a_certificate_is_checked_and_its_fingerprint_told() {
    let identity = TlsIdentity::self_signed(&["127.0.0.1"]).unwrap();
    let (_simulator, mut settings) = router(Config { tls: Some(identity), ..config() }).await;
    settings.tls = Some(Tls::system_roots());
    let report = check(&settings).await;
    assert_eq!(failed(&report), (StepKind::Tls, "certificate"));
    assert!(report.fingerprint.is_some(), "it can be pinned");
    settings.tls = Some(Tls::first_use());
    let trusted = check(&settings).await;
    assert_eq!(outcome(&trusted, StepKind::Tls), Outcome::Passed { note: None });
    assert_eq!(trusted.fingerprint, report.fingerprint);
}
