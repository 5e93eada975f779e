//! A check of a router that a site's machines reach, on its way there, and what it found, on its way back.
//!
//! The question may hold a password: it leaves this file sealed under the site's key and is opened with it, so that whoever
//! hears it without that key, also the servers, hears nothing. Unknown fields are ignored and absent ones are not known, so
//! that neighbours of two versions understand each other.

use std::time::Duration;

use lalin_fleet::{Outcome, Report, RouterChange, Secret, Step, StepKind};
use lalin_stats::{Phase, RouterId, SourceError};
use lalin_store::Store;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::about::Told;

/// More than any question is, so that no copy of it is left behind where the buffer would grow.
const LARGEST: usize = 16 << 10;

#[derive(Serialize)]
struct Asks<'a> {
    address: Option<&'a str>,
    port: Option<u16>,
    user: Option<&'a str>,
    password: Option<&'a str>,
    tls: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    address: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password: Option<String>,
    tls: Option<String>,
}

/// What of a change the router is reached by, for this site's machines alone.
pub(super) async fn sealed(store: &Store, site: &str, id: &RouterId, change: &RouterChange) -> Result<Vec<u8>, String> {
    let asks = Asks {
        address: change.address.as_deref(),
        port: change.port,
        user: change.user.as_deref(),
        password: change.password.as_ref().map(Secret::expose),
        tls: change.tls.as_deref(),
    };
    let mut text = Zeroizing::new(Vec::with_capacity(LARGEST));
    serde_json::to_writer(&mut *text, &asks).map_err(|error| error.to_string())?;
    if text.len() > LARGEST {
        return Err("it is too long".to_owned());
    }
    store.seal_for_site(site, &place(id), text).await.map_err(|error| error.to_string())
}

/// The change that the centre sealed.
pub(super) async fn opened(store: &Store, id: &RouterId, sealed: &[u8]) -> Result<RouterChange, String> {
    let text = store.open_at_site(&place(id), sealed.to_vec()).await.map_err(|error| error.to_string())?;
    let asked: Asked = serde_json::from_slice(&text).map_err(|_| "the question is not understood".to_owned())?;
    let Asked { address, port, user, password, tls } = asked;
    let password = password.map(Secret::new);
    Ok(RouterChange { address, port, user, password, tls, ..RouterChange::default() })
}

fn place(id: &RouterId) -> String {
    format!("check {id}")
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Found {
    steps: Vec<FoundStep>,
    about: Option<Told>,
    interfaces: Option<usize>,
    read_us: Option<u64>,
    fingerprint: Option<String>,
    excess: Vec<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct FoundStep {
    step: String,
    passed: bool,
    /// Why it failed.
    code: Option<String>,
    /// With what words it failed, or passed.
    words: Option<String>,
    /// What ran out, by its place in [`PHASES`], and after which time.
    ran_out: Option<(usize, u64)>,
    took_us: u64,
}

const PHASES: [Phase; 4] = [Phase::Connect, Phase::Login, Phase::Command, Phase::Read];

/// A report as bytes.
pub(super) fn written(report: Report) -> Result<Vec<u8>, String> {
    let found = Found {
        steps: report.steps.into_iter().map(step).collect(),
        about: report.system_info.map(Told::of),
        interfaces: report.interfaces,
        read_us: report.read.map(micros),
        fingerprint: report.fingerprint.map(|fingerprint| fingerprint.to_string()),
        excess: report.excess,
    };
    serde_json::to_vec(&found).map_err(|error| error.to_string())
}

/// A report from bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Report, String> {
    let found: Found = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    // A step that this version does not know is left out.
    let mut report = Report::of(found.steps.into_iter().filter_map(read_step).collect());
    report.system_info = found.about.map(Told::info);
    report.interfaces = found.interfaces;
    report.read = found.read_us.map(Duration::from_micros);
    report.fingerprint = found.fingerprint.and_then(|fingerprint| fingerprint.parse().ok());
    report.excess = found.excess;
    Ok(report)
}

fn step(step: Step) -> FoundStep {
    let mut found = FoundStep { step: step.kind.code().to_owned(), took_us: micros(step.took), ..FoundStep::default() };
    match step.outcome {
        Outcome::Passed { note } => (found.passed, found.words) = (true, note),
        Outcome::Skipped => {}
        Outcome::Failed(reason) => {
            found.code = Some(reason.code().to_owned());
            found.words = reason.words().map(|words| words.to_string());
            if let SourceError::TimedOut { phase, after } = reason {
                let phase = PHASES.iter().position(|known| *known == phase).unwrap_or_default();
                found.ran_out = Some((phase, micros(after)));
            }
        }
    }
    found
}

fn read_step(found: FoundStep) -> Option<Step> {
    let kind = StepKind::ALL.into_iter().find(|kind| kind.code() == found.step)?;
    let outcome = match (found.passed, found.code, found.ran_out) {
        (true, ..) => Outcome::Passed { note: found.words },
        (false, None, _) => Outcome::Skipped,
        (false, Some(_), Some((phase, after_us))) => {
            let (phase, after) = (*PHASES.get(phase).unwrap_or(&Phase::Read), Duration::from_micros(after_us));
            Outcome::Failed(SourceError::TimedOut { phase, after })
        }
        (false, Some(code), None) => {
            let detail: std::sync::Arc<str> = found.words.unwrap_or_default().into();
            let known = SourceError::with_words(&code, detail.clone());
            Outcome::Failed(known.unwrap_or(SourceError::Unreachable { detail }))
        }
    };
    Some(Step::new(kind, outcome, Duration::from_micros(found.took_us)))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use lalin_store::EncryptionKey;

    use super::*;

    const PASSWORD: &str = "rahasia \"dapur\" 7";

    #[tokio::test]
    async fn a_password_is_read_at_its_site_for_its_router_and_by_nobody_else() {
        let centre = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
        let [one, other] = [centre.add_site("one").await.unwrap(), centre.add_site("other").await.unwrap()];
        let [one, other] = [one, other].map(|key| Store::in_memory(key).unwrap());
        let (pop, shop): (RouterId, RouterId) = ("pop".parse().unwrap(), "shop".parse().unwrap());
        let change = RouterChange {
            address: Some("192.0.2.1:8729".into()),
            password: Some(Secret::new(PASSWORD.into())),
            tls: Some("first-use".into()),
            ..RouterChange::default()
        };
        let sent = sealed(&centre, "one", &pop, &change).await.unwrap();
        assert!(!sent.windows(6).any(|part| part == b"dapur\\" || part == b"rahasi" || part == b"addres"));
        let read = opened(&one, &pop, &sent).await.unwrap();
        assert_eq!((read.address, read.tls, read.port), (change.address, change.tls, None));
        assert_eq!(read.password.unwrap().expose(), PASSWORD);
        for (store, router) in [(&other, &pop), (&centre, &pop), (&one, &shop)] {
            let why = opened(store, router, &sent).await.unwrap_err();
            assert!(!why.contains(PASSWORD), "{why}");
        }
        assert!(sealed(&centre, "nowhere", &pop, &RouterChange::default()).await.is_err());
        assert!(opened(&one, &pop, b"short").await.is_err());
    }

    #[test]
    fn a_report_is_the_same_on_the_other_machine() {
        let took = Duration::from_micros(1_234);
        let failed = |reason| Outcome::Failed(reason);
        let mut report = Report::of(vec![
            Step::new(StepKind::Reach, Outcome::Passed { note: Some("192.0.2.1".into()) }, took),
            Step::new(StepKind::Tls, Outcome::Skipped, Duration::ZERO),
            Step::new(StepKind::Login, failed(SourceError::WrongCredentials { detail: "cannot log in".into() }), took),
            Step::new(StepKind::Speed, failed(SourceError::TimedOut { phase: Phase::Login, after: took }), took),
        ]);
        let mut info = lalin_fleet::SystemInfo::default();
        info.board = Some("CHR".into());
        (report.system_info, report.interfaces, report.read) = (Some(info), Some(7), Some(took));
        report.fingerprint = Some("ab".repeat(32).parse().unwrap());
        report.excess = vec!["write".into()];
        assert_eq!(read(&written(report.clone()).unwrap()), Ok(report));
        let more = read(br#"{"steps":[{"step":"moon"},{"step":"reach","code":"odd","words":"x"}],"sun":1}"#).unwrap();
        assert_eq!(more.steps.len(), 1, "what this version does not know is left out");
        assert!(matches!(&more.steps[0].outcome, Outcome::Failed(SourceError::Unreachable { .. })));
    }
}
