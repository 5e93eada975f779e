//! Walks through everything that has to work, in its order, and says of each thing whether it does. Writes nothing on the
//! router.

use std::time::Duration;

use lalin_stats::SourceError;
use routeros::{Client, Command, Error, Phase, Query};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::about::{self, About};
use crate::rows::PROPERTIES;
use crate::{Settings, failure, reach};

/// A check takes no longer than this, whatever each step would allow.
const LIMIT: Duration = Duration::from_secs(30);

/// What a check found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Every step, in its order.
    pub steps: Vec<Step>,
    /// What the router says of itself.
    pub about: Option<About>,
    /// How many interfaces it has.
    pub interfaces: Option<usize>,
    /// How long a read of all of them takes.
    pub read: Option<Duration>,
    /// The SHA-256 fingerprint of its certificate, to be pinned.
    pub fingerprint: Option<String>,
}

/// One thing that has to work.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// How it went.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// The things that have to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The name is resolved and the port answers.
    Reach,
    /// The certificate is trusted.
    Tls,
    /// The user may come in.
    Login,
    /// What the user may do.
    Policy,
    /// The version is one that is known.
    Version,
    /// The interfaces can be read.
    Interfaces,
    /// How quickly they are.
    Speed,
}

impl StepKind {
    const ALL: [Self; 7] =
        [Self::Reach, Self::Tls, Self::Login, Self::Policy, Self::Version, Self::Interfaces, Self::Speed];

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reach => "reach",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Policy => "policy",
            Self::Version => "version",
            Self::Interfaces => "interfaces",
            Self::Speed => "speed",
        }
    }
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It works; `note` is what there is to say all the same.
    Passed {
        /// In words.
        note: Option<String>,
    },
    /// It does not.
    Failed(SourceError),
    /// It was not tried: something before it failed, or it does not apply.
    Skipped,
}

const PASSED: Outcome = Outcome::Passed { note: None };

impl Report {
    fn add(&mut self, kind: StepKind, begun: Instant, outcome: Outcome) {
        self.steps.push(Step { kind, outcome, took: begun.elapsed() });
    }

    /// What was not come to.
    fn skip_the_rest(&mut self) {
        for kind in StepKind::ALL {
            if self.steps.iter().all(|step| step.kind != kind) {
                self.steps.push(Step { kind, outcome: Outcome::Skipped, took: Duration::ZERO });
            }
        }
    }
}

/// Checks a router, by one session that is closed at the end. Takes at most 30 s.
pub async fn check(settings: &Settings) -> Report {
    let mut report = Report::default();
    let begun = Instant::now();
    if timeout(LIMIT, walk(settings, &mut report)).await.is_err() {
        let at = StepKind::ALL.into_iter().find(|kind| report.steps.iter().all(|step| step.kind != *kind));
        if let Some(kind) = at {
            let failure = SourceError::TimedOut { phase: lalin_stats::Phase::Read, after: LIMIT };
            report.add(kind, begun, Outcome::Failed(failure));
        }
    }
    report.skip_the_rest();
    report
}

/// Ends where something fails.
async fn walk(settings: &Settings, report: &mut Report) {
    let begun = Instant::now();
    if let Err(error) = reachable(settings).await {
        return report.add(StepKind::Reach, begun, Outcome::Failed(failure::reason(&error)));
    }
    report.add(StepKind::Reach, begun, PASSED);
    let begun = Instant::now();
    let opened = reach::open(settings, &settings.options()).await;
    let tls = settings.tls.as_ref();
    report.fingerprint = fingerprint(settings, &opened);
    let client = match opened {
        Ok(client) => {
            report.add(StepKind::Tls, begun, if tls.is_some() { PASSED } else { Outcome::Skipped });
            report.add(StepKind::Login, begun, PASSED);
            client
        }
        Err(error) => {
            let kind = if is_of_tls(&error) { StepKind::Tls } else { StepKind::Login };
            if kind == StepKind::Login {
                report.add(StepKind::Tls, begun, if tls.is_some() { PASSED } else { Outcome::Skipped });
            }
            return report.add(kind, begun, Outcome::Failed(failure::of_session(&error, false)));
        }
    };
    inside(settings, &client, report).await;
}

/// What is asked once the session is open.
async fn inside(settings: &Settings, client: &Client, report: &mut Report) {
    let begun = Instant::now();
    let note = policy(settings, client).await;
    report.add(StepKind::Policy, begun, Outcome::Passed { note });

    let begun = Instant::now();
    match client.run(about::resource()).await {
        Ok(resource) => {
            let identity = client.run(about::identity()).await;
            report.about = Some(About::of(&resource, identity, client.run(about::sessions()).await));
            report.add(StepKind::Version, begun, PASSED);
        }
        Err(error) => return report.add(StepKind::Version, begun, Outcome::Failed(failure::reason(&error))),
    }

    for kind in [StepKind::Interfaces, StepKind::Speed] {
        let begun = Instant::now();
        match client.run(Command::new("/interface/print").proplist(PROPERTIES)).await {
            Ok(reply) => {
                report.interfaces = Some(reply.rows.len());
                // The first read may warm up the router's caches; the second is as all later ones.
                report.read = Some(begun.elapsed());
                report.add(kind, begun, PASSED);
            }
            Err(error) => return report.add(kind, begun, Outcome::Failed(failure::reason(&error))),
        }
    }
}

async fn reachable(settings: &Settings) -> Result<(), Error> {
    let limit = settings.connect_limit;
    let late = |_| Error::TimedOut { phase: Phase::Connect, after: limit };
    let mut failure = Error::Unreachable { detail: format!("{}: no address that a router may have", settings.host) };
    for address in reach::allowed(settings).await? {
        match timeout(limit, TcpStream::connect((address, settings.port))).await.map_err(late) {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => {
                let detail = format!("{address}: {error}");
                let refused = error.kind() == std::io::ErrorKind::ConnectionRefused;
                failure = if refused { Error::Refused { detail } } else { Error::Unreachable { detail } };
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn is_of_tls(error: &Error) -> bool {
    matches!(failure::reason(error), SourceError::Tls { .. } | SourceError::Certificate { .. })
        || matches!(error, Error::TimedOut { phase: Phase::Tls, .. })
}

/// The certificate's fingerprint, as far as it was seen.
fn fingerprint(settings: &Settings, opened: &Result<Client, Error>) -> Option<String> {
    match opened {
        Err(Error::UntrustedCertificate { fingerprint, .. }) => Some(fingerprint.to_string()),
        Err(Error::CertificateChanged { presented, .. }) => Some(presented.to_string()),
        _ => settings.tls.as_ref()?.fingerprint().map(|fingerprint| fingerprint.to_string()),
    }
}

/// What the user may do beyond what is needed, in words. Whoever may not ask may surely not do too much.
async fn policy(settings: &Settings, client: &Client) -> Option<String> {
    let user = Command::new("/user/print").proplist(&["group"]);
    let user = user.query(Query::equal("name", settings.credentials.user()));
    let reply = client.run(user).await.ok()?;
    let group = reply.rows.first()?.get("group")?.as_bytes().to_vec();
    let policy = Command::new("/user/group/print").proplist(&["policy"]).query(Query::equal("name", &group));
    let reply = client.run(policy).await.ok()?;
    let policy = reply.rows.first()?.get("policy")?.text().into_owned();
    let beyond = beyond_reading(&policy);
    (!beyond.is_empty())
        .then(|| format!("the user may also: {}; a user with only read and api is safer", beyond.join(", ")))
}

/// What a group's policies allow beyond reading by the API.
fn beyond_reading(policy: &str) -> Vec<&str> {
    const DANGEROUS: &[&str] = &[
        "write",
        "policy",
        "reboot",
        "ftp",
        "sensitive",
        "password",
        "sniff",
        "test",
        "romon",
        "ssh",
        "telnet",
        "winbox",
        "web",
        "local",
    ];
    policy.split(',').map(str::trim).filter(|policy| DANGEROUS.contains(policy)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_group_may_beyond_reading_is_named() {
        let full = "local,telnet,ssh,ftp,reboot,read,write,policy,test,winbox,password,web,sniff,sensitive,api,romon";
        assert!(beyond_reading(full).contains(&"write") && !beyond_reading(full).contains(&"read"));
        assert!(beyond_reading("read,api,!local,!telnet,!ssh,!ftp,!reboot,!write,!policy").is_empty());
    }

    #[test]
    fn every_step_is_in_the_report_once() {
        let mut report = Report::default();
        report.add(StepKind::Reach, Instant::now(), PASSED);
        report.skip_the_rest();
        assert_eq!(report.steps.iter().map(|step| step.kind).collect::<Vec<_>>(), StepKind::ALL);
    }
}
