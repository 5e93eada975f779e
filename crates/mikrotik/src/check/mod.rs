//! Checks step by step whether a router can be watched. Each step answers a question that an operator can act on. It
//! changes nothing on the router, tries nothing that would, and logs in once.

mod report;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Phase, SourceError};
use routeros::{Client, Command, Error, Fingerprint, Query, Tls};
use tokio::time::{Instant, timeout_at};

use crate::rows::{PROPERTIES, Reader};
use crate::source_error::{session_error, source_error};
use crate::{Settings, SystemInfo, system_info};

pub use report::{Outcome, Report, Step, StepKind};

/// How long all steps may take together. With a second for the session's end, a check takes 30 s at most.
const LIMIT: Duration = Duration::from_secs(29);
/// The most policies of a group that are reported; RouterOS has about twenty.
const POLICIES: usize = 64;
const CODE_PAGE_NOTE: &str = "the router keeps this password in a Windows code page, not as UTF-8, so the first login \
                              after a start of Lalin is refused once; to mend it, set the password anew in the \
                              router's terminal";

/// Checks whether the router of these settings can be watched: it is reached, by TLS where that is asked for, logged in
/// to once, asked what the user may and about itself, and read twice. The first step that fails is the last one taken.
///
/// A router that needs longer for an answer than [`Settings::read_limit`] passes with a note that says how long: a
/// source gives it that time too. Takes 30 s at most, within the settings' own limits. A [`Tls::first_use`] in the
/// settings learns the router's certificate by it.
pub async fn check(settings: &Settings) -> Report {
    check_within(settings, LIMIT).await
}

async fn check_within(settings: &Settings, limit: Duration) -> Report {
    let mut walk = Walk { settings, report: Report::new(), end: Instant::now() + limit, limit };
    // What failed is in the report.
    let _ = walk.go().await;
    walk.report
}

/// A step failed, and it is written down why.
struct Stopped;

struct Walk<'a> {
    settings: &'a Settings,
    report: Report,
    end: Instant,
    limit: Duration,
}

impl Walk<'_> {
    async fn go(&mut self) -> Result<(), Stopped> {
        self.step(StepKind::Reach, reach(self.settings), |_, at| Some(at.to_string())).await?;
        let client = self.log_in().await?;
        let asked = self.ask(&client).await;
        client.close().await;
        asked
    }

    /// The steps on an open session.
    async fn ask(&mut self, client: &Client) -> Result<(), Stopped> {
        let policy = granted(client, self.settings.credentials.user());
        self.step(StepKind::Policy, policy, |report, granted| {
            report.excess = granted.into_iter().filter(|policy| policy != "read" && policy != "api").collect();
            let excess = report.excess.join(", ");
            (!excess.is_empty()).then(|| format!("may also {excess}: a user who may only read is safer"))
        })
        .await?;
        self.step(StepKind::Version, told(client), |report, info| {
            let version = info.version.clone();
            report.system_info = Some(info);
            version
        })
        .await?;
        self.step(StepKind::Interfaces, interfaces(client), |report, (count, _)| {
            report.interfaces = Some(count);
            Some(count.to_string())
        })
        .await?;
        let settings = self.settings;
        self.step(StepKind::Speed, interfaces(client), |report, (_, took)| {
            report.read = Some(took);
            let slow = took > settings.read_limit;
            Some(format!("{} ms{}", took.as_millis(), if slow { slow_note(settings) } else { String::new() }))
        })
        .await
    }

    /// Takes a step, and passes it or stops there.
    async fn step<T>(
        &mut self,
        kind: StepKind,
        work: impl Future<Output = Result<T, SourceError>>,
        pass: impl FnOnce(&mut Report, T) -> Option<String>,
    ) -> Result<(), Stopped> {
        let began = Instant::now();
        let outcome = timeout_at(self.end, work).await;
        match outcome.unwrap_or_else(|_| Err(self.overdue())) {
            Ok(found) => {
                let note = pass(&mut self.report, found);
                self.report.note(kind, began.elapsed(), Outcome::Passed { note });
                Ok(())
            }
            Err(reason) => self.stop(kind, began, reason),
        }
    }

    /// Connects and logs in: two steps, or one in plain text, that are one to the client.
    async fn log_in(&mut self) -> Result<Client, Stopped> {
        let tls = &self.settings.tls;
        let patience = self.settings.longest_read.max(self.settings.read_limit);
        let (options, began) = (self.settings.options().with_command_timeout(patience), Instant::now());
        let known = || tls.as_ref().and_then(Tls::fingerprint);
        let before = known();
        let passed = || Outcome::Passed { note: None };
        let connected = timeout_at(
            self.end,
            Client::connect(&self.settings.host, self.settings.port, &self.settings.credentials, &options),
        )
        .await;
        // Of whom nothing was known before and something is now, the handshake is over.
        let mut encrypted = tls.is_some() && before.is_none() && known().is_some();
        let (kind, reason) = match connected {
            Ok(Ok(client)) => {
                let mut took = began.elapsed();
                if tls.is_some() {
                    self.report.fingerprint = known();
                    self.report.note(StepKind::Tls, std::mem::take(&mut took), passed());
                }
                let note = self.settings.credentials.in_code_page().then(|| CODE_PAGE_NOTE.to_owned());
                self.report.note(StepKind::Login, took, Outcome::Passed { note });
                return Ok(client);
            }
            Ok(Err(error)) => {
                encrypted |= tls.is_some() && of_login(&error);
                self.report.fingerprint = shown(&error).or_else(|| known().filter(|_| encrypted));
                let kind = if tls.is_none() || encrypted { StepKind::Login } else { StepKind::Tls };
                (kind, session_error(&error, false))
            }
            Err(_) if tls.is_none() || encrypted => (StepKind::Login, self.overdue()),
            Err(_) => (StepKind::Tls, self.overdue()),
        };
        if encrypted {
            self.report.note(StepKind::Tls, began.elapsed(), passed());
            return self.stop(kind, Instant::now(), reason);
        }
        self.stop(kind, began, reason)
    }

    fn stop<T>(&mut self, kind: StepKind, began: Instant, reason: SourceError) -> Result<T, Stopped> {
        self.report.note(kind, began.elapsed(), Outcome::Failed(reason));
        Err(Stopped)
    }

    fn overdue(&self) -> SourceError {
        SourceError::TimedOut { phase: Phase::Read, after: self.limit }
    }
}

fn slow_note(settings: &Settings) -> String {
    let (limit, longest) = (settings.read_limit.as_millis(), settings.longest_read.as_millis());
    format!(
        ", longer than read-limit ({limit} ms): it is given more time by itself, up to {longest} ms; a higher read-limit \
         saves the first reads"
    )
}

/// The address that accepts a connection first. It is closed at once: whether that is a router is the next steps'
/// question.
async fn reach(settings: &Settings) -> Result<SocketAddr, SourceError> {
    let stream = routeros::connect_tcp(&settings.host, settings.port, &settings.options()).await;
    let address = stream.and_then(|stream| stream.peer_addr().map_err(Error::from));
    address.map_err(|error| source_error(&error))
}

/// Whether the router had agreed on encryption, where that was asked for, when this happened.
fn of_login(error: &Error) -> bool {
    match error {
        Error::WrongCredentials { .. }
        | Error::NotPermitted { .. }
        | Error::Trap { .. }
        | Error::Fatal { .. }
        | Error::Malformed(_) => true,
        Error::TimedOut { phase, .. } => *phase == routeros::Phase::Login,
        _ => false,
    }
}

/// The fingerprint of the certificate that was not trusted.
fn shown(error: &Error) -> Option<Fingerprint> {
    match error {
        Error::UntrustedCertificate { fingerprint, .. } | Error::CertificateChanged { presented: fingerprint, .. } => {
            Some(*fingerprint)
        }
        _ => None,
    }
}

/// The policies of the user's group; none where the router does not tell, as of a user that another server knows.
async fn granted(client: &Client, user: &str) -> Result<Vec<String>, SourceError> {
    let print = Command::new("/user/print").proplist(&["group"]).query(Query::equal("name", user));
    let Some(group) = first(client, print, "group").await? else { return Ok(Vec::new()) };
    let print = Command::new("/user/group/print").proplist(&["policy"]).query(Query::equal("name", group));
    let policies = first(client, print, "policy").await?.unwrap_or_default();
    let policies = String::from_utf8_lossy(&policies).into_owned();
    let policies = policies.split(',').map(str::trim).filter(|policy| !policy.is_empty() && !policy.starts_with('!'));
    Ok(policies.take(POLICIES).map(str::to_owned).collect())
}

/// One value of the one row that a command finds; none where the router refuses it.
async fn first(client: &Client, print: Command, key: &str) -> Result<Option<Vec<u8>>, SourceError> {
    match client.run(print).await {
        Ok(reply) => Ok(reply.rows.first().and_then(|row| row.get(key)).map(|value| value.as_bytes().to_vec())),
        Err(Error::NotPermitted { .. } | Error::Trap { .. }) => Ok(None),
        Err(error) => Err(source_error(&error)),
    }
}

async fn told(client: &Client) -> Result<SystemInfo, SourceError> {
    system_info::ask(|command| client.run(command)).await.map_err(|error| source_error(&error))
}

/// How many interfaces there are, read as they always are, and how long the router took for them.
async fn interfaces(client: &Client) -> Result<(usize, Duration), SourceError> {
    let asked = Instant::now();
    let print = Command::new("/interface/print").proplist(PROPERTIES);
    let reader = Reader::new(None, Arc::default());
    let read = client.fold(print, reader, |reader, row| reader.row(&row)).await;
    let (reader, _) = read.map_err(|error| source_error(&error))?;
    Ok((reader.rows().len(), asked.elapsed()))
}

#[cfg(test)]
mod tests {
    use routeros_simulator::{Config, Fault, Simulator};

    use super::*;

    #[tokio::test]
    async fn all_steps_together_have_a_limit() {
        let simulator = Simulator::start(Config::default(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        simulator.handle().set_fault(Fault::Silent);
        let address = simulator.addr().unwrap();
        let settings = Settings::new("127.0.0.1", address.port(), "admin", "");
        let limit = Duration::from_millis(50);
        let report = check_within(&settings, limit).await;
        let overdue = SourceError::TimedOut { phase: Phase::Read, after: limit };
        assert_eq!(report.failure(), Some((StepKind::Login, &overdue)));
    }
}
