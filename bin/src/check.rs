//! `lalin check` and `lalin setup-script`: whether a router can be watched, and the commands that help where it cannot.

use std::net::IpAddr;
use std::time::Duration;

use lalin_config::Config;
use lalin_dashboard::Lang;
use lalin_fleet::session_settings;
use lalin_mikrotik::{Outcome, Report, Settings, StepKind, remedies};
use lalin_stats::{Phase, SourceError};

use crate::error::Error;
use crate::visible_text::visible;
use crate::words::{lang, say};

/// Checks every router of the configuration; fails where one does not work.
pub(crate) async fn run(config: &Config) -> Result<(), Error> {
    if config.routers.is_empty() {
        return Err(Error::NothingToCheck);
    }
    let mut works = true;
    for router in &config.routers {
        println!("{}", visible(&format!("{} ({}@{}:{})", router.label(), router.user, router.host, router.port)));
        let session = session_settings(router, &config.sampling, None)?;
        let report = lalin_mikrotik::check(&session).await;
        let asked = Asked { user: &router.user, tls: session.tls.is_some(), settings: &session };
        print!("{}", said(&report, &asked));
        works &= report.steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_)));
    }
    if works { Ok(()) } else { Err(Error::CheckFailed) }
}

/// How the router was asked.
struct Asked<'a> {
    user: &'a str,
    tls: bool,
    settings: &'a Settings,
}

/// A report, line by line.
fn said(report: &Report, asked: &Asked<'_>) -> String {
    let mut lines = Vec::new();
    let (ok, failed) = (say("check.ok", &[]), say("check.failed", &[]));
    for step in &report.steps {
        let took = step.took.as_millis();
        let kind = say(&format!("check.step-{}", step.kind.code()), &[]);
        match &step.outcome {
            Outcome::Passed { note } => {
                let note = note.as_deref().map(|note| note_of(step.kind, note, report, asked));
                let note = note.map(|note| format!("; {note}")).unwrap_or_default();
                lines.push(format!("  {ok:<7} {kind:<11} {took} ms{}", visible(&note)));
            }
            Outcome::Skipped => lines.push(format!("  {:<7} {kind}", "-")),
            Outcome::Failed(reason) => {
                lines.push(format!("  {failed:<7} {kind:<11} {took} ms: {}", visible(&reason_of(reason))));
                if let SourceError::TimedOut { phase: Phase::Read, .. } = reason {
                    lines.extend(more_time(asked.settings.read_limit));
                }
                for remedy in remedies(reason) {
                    let fix = lalin_dashboard::text(lang(), &format!("fix.{}", remedy.purpose));
                    lines.push(format!("          {}", fix.unwrap_or_else(|| remedy.explanation.to_owned())));
                    let command = remedy.command(asked.user, asked.tls);
                    let line = |line| format!("          {}", say("check.on-router", &[("command", &line)]));
                    lines.extend(command.lines().map(line));
                }
            }
        }
    }
    if let Some(fingerprint) = &report.fingerprint {
        lines.push(format!("  {}", say("check.fingerprint", &[("fingerprint", fingerprint)])));
    }
    lines.join("\n") + "\n"
}

/// What a step saw. The check's own notes are English, so what has words in it is said from its facts.
fn note_of(kind: StepKind, note: &str, report: &Report, asked: &Asked<'_>) -> String {
    let settings = asked.settings;
    match kind {
        StepKind::Interfaces => say("check.interfaces", &[("n", &note)]),
        StepKind::Policy => say("check.excess", &[("policies", &report.excess.join(", "))]),
        StepKind::Login => say("check.code-page", &[]),
        StepKind::Speed => match report.read.filter(|took| *took > settings.read_limit) {
            Some(took) => {
                let (limit, longest) = (settings.read_limit.as_millis(), settings.longest_read.as_millis());
                say("check.slow", &[("ms", &took.as_millis()), ("limit", &limit), ("longest", &longest)])
            }
            None => note.to_owned(),
        },
        StepKind::Reach | StepKind::Tls | StepKind::Version => note.to_owned(),
    }
}

/// What went wrong: in English as the error says it, otherwise as the page does, with the router's own words behind.
fn reason_of(reason: &SourceError) -> String {
    let sentence = lalin_dashboard::text(lang(), &format!("reason.{}", reason.code()));
    match sentence.filter(|_| lang() != Lang::En) {
        Some(sentence) => format!("{sentence} ({reason})"),
        None => reason.to_string(),
    }
}

/// A router that answers, but too late, may only be slow.
fn more_time(limit: Duration) -> [String; 2] {
    let tried = (limit * 3).min(Duration::from_secs(60));
    let said = say("check.raise", &[("limit", &limit.as_millis())]);
    [format!("          {said}"), format!("          read-limit = \"{}s\"", tried.as_secs().max(1))]
}

/// Prints the commands that make a user on the router who may only read.
pub(crate) fn script(user: &str, from: Option<IpAddr>, tls: bool) {
    print!("{}", lalin_mikrotik::setup_script(user, from, tls));
}
