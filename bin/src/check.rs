//! `lalin check` and `lalin setup-script`: does everything on the way to a router work, and what mends it.

use std::net::IpAddr;

use lalin_config::Config;
use lalin_fleet::Said;
use lalin_mikrotik::{Outcome, Report, StepKind};
use lalin_stats::SourceError;

use crate::error::Error;

/// Checks every router of the configuration; fails where one does not work.
pub(crate) async fn run(config: &Config) -> Result<(), Error> {
    if config.routers.is_empty() {
        return Err(Error::NothingToCheck);
    }
    let mut works = true;
    for router in &config.routers {
        let said = Said::configured(router);
        println!(
            "{} ({}@{}:{})",
            router.name.as_deref().unwrap_or(router.id.as_str()),
            router.user,
            router.host,
            router.port
        );
        let session = said.session(&config.sampling, None).map_err(|detail| Error::Checked { detail })?;
        let report = lalin_mikrotik::check(&session).await;
        print(&report);
        works &= report.steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_)));
    }
    if works { Ok(()) } else { Err(Error::CheckFailed) }
}

fn print(report: &Report) {
    for step in &report.steps {
        let took = step.took.as_millis();
        match &step.outcome {
            Outcome::Passed { note } => {
                let note = note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
                let what = if step.kind == StepKind::Interfaces { " interfaces" } else { "" };
                println!("  ok      {:<11} {took} ms{note}{what}", step.kind.code());
            }
            Outcome::Skipped => println!("  -       {}", step.kind.code()),
            Outcome::Failed(reason) => {
                println!("  FAILED  {:<11} {took} ms: {reason}", step.kind.code());
                if let Some(remedy) = remedy(reason) {
                    println!("          on the router: {remedy}");
                }
            }
        }
    }
    if let Some(fingerprint) = &report.fingerprint {
        println!("  the certificate's fingerprint: pin:{fingerprint}");
    }
}

/// The command that mends it, where there is one.
fn remedy(reason: &SourceError) -> Option<&'static str> {
    Some(match reason {
        SourceError::Refused { .. } => "/ip service enable api   (with TLS: api-ssl)",
        SourceError::TurnedAway { .. } => {
            "/ip service print detail   (is this machine among the addresses? are there too many sessions?)"
        }
        SourceError::WrongCredentials { .. } => "/user set [find name=lalin] password=...",
        SourceError::NotPermitted { .. } => "/user group set [find name=lalin] policy=read,api",
        SourceError::Tls { .. } => "lalin setup-script --tls   (prints how to make a certificate)",
        SourceError::Certificate { .. } => "/certificate print detail   (is it the one below? then tls = \"pin:...\")",
        _ => return None,
    })
}

/// Prints the commands that make a user on the router who may only read.
pub(crate) fn script(user: &str, from: Option<IpAddr>, tls: bool) {
    print!("{}", lalin_mikrotik::setup_script(user, from, tls));
}
