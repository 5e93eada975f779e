//! `lalin check` and `lalin setup-script`: whether a router can be watched, and the commands that help where it cannot.

use std::net::IpAddr;

use lalin_config::Config;
use lalin_fleet::session_settings;
use lalin_mikrotik::{Outcome, Report, StepKind, remedies};

use crate::error::Error;
use crate::visible_text::visible;

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
        print(&report, &router.user, session.tls.is_some());
        works &= report.steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_)));
    }
    if works { Ok(()) } else { Err(Error::CheckFailed) }
}

fn print(report: &Report, user: &str, tls: bool) {
    for step in &report.steps {
        let took = step.took.as_millis();
        match &step.outcome {
            Outcome::Passed { note } => {
                let note = note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
                let what = if step.kind == StepKind::Interfaces { " interfaces" } else { "" };
                println!("  ok      {:<11} {took} ms{}{what}", step.kind.code(), visible(&note));
            }
            Outcome::Skipped => println!("  -       {}", step.kind.code()),
            Outcome::Failed(reason) => {
                println!("  FAILED  {:<11} {took} ms: {}", step.kind.code(), visible(&reason.to_string()));
                for remedy in remedies(reason) {
                    println!("          {}", remedy.explanation);
                    for line in remedy.command(user, tls).lines() {
                        println!("          on the router: {line}");
                    }
                }
            }
        }
    }
    if let Some(fingerprint) = &report.fingerprint {
        println!("  the certificate's fingerprint: pin:{fingerprint}");
    }
}

/// Prints the commands that make a user on the router who may only read.
pub(crate) fn script(user: &str, from: Option<IpAddr>, tls: bool) {
    print!("{}", lalin_mikrotik::setup_script(user, from, tls));
}
