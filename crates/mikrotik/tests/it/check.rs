//! Whether a router can be watched, over a real socket.

use std::time::Duration;

use lalin_mikrotik::{Outcome, Report, Settings, StepKind, check};
use lalin_stats::SourceError;
use routeros::{Credentials, Fingerprint, Tls};
use routeros_simulator::{Fault, Simulator, TlsIdentity, User};
use tokio::net::TcpListener;

use crate::rig::{USER, config};
use crate::tcp::simulator_of;

/// Each step's word and what came of it: passed, skipped, or the reason's word.
fn outcomes(report: &Report) -> Vec<(&'static str, &'static str)> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Passed { .. } => "passed",
        Outcome::Skipped => "skipped",
        Outcome::Failed(reason) => reason.code(),
    };
    report.steps.iter().map(|step| (step.kind.code(), word(&step.outcome))).collect()
}

/// What is to come of the steps, in their order.
fn all(outcomes: [&'static str; 7]) -> Vec<(&'static str, &'static str)> {
    ["reach", "tls", "login", "policy", "version", "interfaces", "speed"].into_iter().zip(outcomes).collect()
}

fn note(report: &Report, kind: StepKind) -> Option<&str> {
    report.steps.iter().find(|step| step.kind == kind).and_then(|step| match &step.outcome {
        Outcome::Passed { note } => note.as_deref(),
        _ => None,
    })
}

/// A check, and nobody left logged in.
async fn checked(simulator: &Simulator, settings: &Settings) -> Report {
    let report = check(settings).await;
    let gone = async {
        while simulator.handle().usage().open_sessions > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("the session ended");
    report
}

#[tokio::test]
async fn a_router_with_a_user_who_may_only_read_passes_all_steps_by_one_login() {
    let (simulator, settings) = simulator_of(config()).await;
    let report = checked(&simulator, &settings).await;
    assert_eq!(outcomes(&report), all(["passed", "skipped", "passed", "passed", "passed", "passed", "passed"]));
    assert_eq!(report.failure(), None);
    assert_eq!((report.interfaces, report.fingerprint), (Some(2), None));
    assert_eq!(note(&report, StepKind::Policy), None);
    assert_eq!(note(&report, StepKind::Version), Some("7.18.2 (stable)"));
    assert!(report.excess.is_empty() && report.read.is_some());
    assert_eq!(report.system_info.unwrap().board.as_deref(), Some("CHR"));
    let usage = simulator.handle().usage();
    assert_eq!((usage.logins, usage.prints), (1, 2));
}

#[tokio::test]
async fn a_user_who_may_too_much_passes_with_a_note() {
    let (simulator, settings) = simulator_of(config().policy("ftp,read,write,api")).await;
    let report = checked(&simulator, &settings).await;
    assert_eq!(report.failure(), None);
    assert_eq!(report.excess, ["ftp", "write"]);
    let note = note(&report, StepKind::Policy).unwrap();
    assert!(note.contains("ftp, write"), "{note}");
}

#[tokio::test]
async fn a_wrong_password_fails_at_the_login() {
    let (simulator, mut settings) = simulator_of(config()).await;
    settings.credentials = Credentials::new(USER, "salah");
    let report = checked(&simulator, &settings).await;
    let expected = ["passed", "skipped", "wrong-credentials", "skipped", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
    assert_eq!(simulator.handle().usage().failed_logins, 1);
}

#[tokio::test]
async fn a_port_where_nobody_listens_fails_at_once() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let report = check(&Settings::new("127.0.0.1", port, USER, "")).await;
    let expected = ["refused", "skipped", "skipped", "skipped", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
    assert_eq!(report.failure().unwrap().0, StepKind::Reach);
}

#[tokio::test]
async fn a_name_that_nobody_has_fails_at_once() {
    // On a task of its own, as a server makes it.
    let checking = tokio::spawn(async { check(&Settings::new("router.invalid", 8728, USER, "")).await });
    let report = checking.await.unwrap();
    assert_eq!(report.failure().map(|(kind, _)| kind), Some(StepKind::Reach), "{report:?}");
}

#[tokio::test]
async fn a_router_that_accepts_and_says_nothing_fails_at_the_login_in_its_time() {
    let (simulator, mut settings) = simulator_of(config()).await;
    simulator.handle().set_fault(Fault::Silent);
    settings.login_limit = Duration::from_millis(50);
    let report = check(&settings).await;
    let expected = ["passed", "skipped", "timed-out", "skipped", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
}

#[tokio::test]
async fn a_router_that_answers_no_command_in_time_fails_there_and_is_left() {
    let (simulator, mut settings) = simulator_of(config()).await;
    simulator.handle().set_fault(Fault::Delay(Duration::from_millis(100)));
    (settings.read_limit, settings.longest_read) = (Duration::from_millis(20), Duration::from_millis(20));
    let report = checked(&simulator, &settings).await;
    let expected = ["passed", "skipped", "passed", "timed-out", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
}

#[tokio::test]
async fn a_router_that_needs_longer_than_the_limit_passes_with_what_it_needs_and_the_limits_name() {
    let (simulator, mut settings) = simulator_of(config()).await;
    simulator.handle().set_fault(Fault::SlowPrint(Duration::from_millis(100)));
    settings.read_limit = Duration::from_millis(20);
    let report = checked(&simulator, &settings).await;
    assert_eq!(report.failure(), None);
    assert!(report.read.unwrap() >= Duration::from_millis(100));
    let note = note(&report, StepKind::Speed).unwrap();
    assert!(note.contains("read-limit (20 ms)"), "{note}");
}

#[tokio::test]
async fn a_user_who_may_not_read_fails_where_that_is_needed() {
    let (simulator, settings) = simulator_of(config()).await;
    simulator.handle().set_fault(Fault::NoPermission);
    let report = checked(&simulator, &settings).await;
    let expected = ["passed", "skipped", "passed", "passed", "not-permitted", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
}

#[tokio::test]
async fn by_tls_the_certificate_is_told_so_that_it_can_be_pinned() {
    let identity = TlsIdentity::self_signed(&[]).unwrap();
    let fingerprint = Fingerprint::from(identity.fingerprint().unwrap());
    let (simulator, mut settings) = simulator_of(config().tls(identity)).await;
    for tls in [Tls::first_use(), Tls::pinned(fingerprint)] {
        settings.tls = Some(tls);
        let report = checked(&simulator, &settings).await;
        assert_eq!(outcomes(&report), all(["passed"; 7]));
        assert_eq!(report.fingerprint, Some(fingerprint));
    }
    // Whose password is wrong knows the certificate, too.
    settings.tls = Some(Tls::first_use());
    settings.credentials = Credentials::new(USER, "salah");
    let report = checked(&simulator, &settings).await;
    let expected = ["passed", "passed", "wrong-credentials", "skipped", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
    assert_eq!(report.fingerprint, Some(fingerprint));
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_told_and_gets_no_password() {
    let identity = TlsIdentity::self_signed(&[]).unwrap();
    let fingerprint = Fingerprint::from(identity.fingerprint().unwrap());
    let (simulator, mut settings) = simulator_of(config().tls(identity)).await;
    settings.tls = Some(Tls::pinned(Fingerprint::of(b"another certificate")));
    let report = checked(&simulator, &settings).await;
    let expected = ["passed", "certificate", "skipped", "skipped", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
    assert_eq!(report.fingerprint, Some(fingerprint), "the one that was shown, not the pinned one");
    let usage = simulator.handle().usage();
    assert_eq!((usage.logins, usage.failed_logins), (0, 0));
}

#[tokio::test]
async fn a_router_without_a_certificate_fails_at_the_encryption() {
    let tls = Some(TlsIdentity::without_certificate());
    let (simulator, mut settings) = simulator_of(config().tls(tls)).await;
    settings.tls = Some(Tls::first_use());
    let report = checked(&simulator, &settings).await;
    let expected = ["passed", "tls", "skipped", "skipped", "skipped", "skipped", "skipped"];
    assert_eq!(outcomes(&report), all(expected));
    assert!(matches!(report.failure(), Some((StepKind::Tls, SourceError::Tls { .. }))), "{report:?}");
    assert_eq!(report.fingerprint, None);
}

#[tokio::test]
async fn a_router_that_turns_us_away_fails_at_the_login() {
    let (simulator, settings) = simulator_of(config()).await;
    simulator.handle().set_fault(Fault::SessionLimit(0));
    let report = checked(&simulator, &settings).await;
    assert_eq!(outcomes(&report)[2], ("login", "turned-away"));
}

#[tokio::test]
async fn a_password_kept_in_a_windows_code_page_passes_with_a_note() {
    let (simulator, mut settings) = simulator_of(config()).await;
    settings.credentials = Credentials::new(USER, "r\u{e9}seau");
    simulator.handle().set_user(User::new(USER, "").password_bytes(b"r\xE9seau"));
    let report = checked(&simulator, &settings).await;
    assert_eq!(report.failure(), None);
    assert!(note(&report, StepKind::Login).is_some_and(|note| note.contains("code page")), "{report:?}");
}
