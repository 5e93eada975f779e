//! The task that keeps one session: opens it, waits for its end, pauses, opens it again.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Failure, Phase, SourceError};
use tokio::time::{Instant, sleep_until, timeout};

use crate::backoff::Backoff;
use crate::failure::reason_at_login;
use crate::link::{Link, Teller};
use crate::session::Session;
use crate::{Connector, Settings};

/// What keeps the session.
pub(crate) struct Keeper {
    settings: Settings,
    connector: Arc<dyn Connector>,
    teller: Teller,
    backoff: Backoff,
}

impl Keeper {
    pub(crate) fn new(settings: Settings, connector: Arc<dyn Connector>, teller: Teller) -> Self {
        Self { settings, connector, teller, backoff: Backoff::default() }
    }

    /// Runs until the readers' end is gone; the task's owner ends it sooner.
    pub(crate) async fn run(mut self) {
        while self.wanted().await {
            let failure = match self.open().await {
                Ok(session) => self.keep(session).await,
                Err(reason) => self.failed(reason),
            };
            let retry_at = failure.retry_at;
            self.teller.tell(Link::Pausing(failure));
            if let Some(retry_at) = retry_at {
                sleep_until(retry_at).await;
            }
            self.teller.tell(Link::Opening);
        }
    }

    /// Waits until somebody reads, or did a moment ago; false when nobody can any more.
    async fn wanted(&mut self) -> bool {
        let recently = |at: Instant| at.elapsed() < self.settings.wanted_for;
        self.teller.last_asked().is_some_and(recently) || self.teller.asked().await
    }

    /// One attempt.
    async fn open(&self) -> Result<Arc<Session>, SourceError> {
        // A backstop: connecting and logging in have limits of their own.
        let limit = self.settings.connect_limit + self.settings.login_limit + Duration::from_secs(1);
        let client = match timeout(limit, self.connector.connect()).await {
            Ok(outcome) => outcome.map_err(|error| reason_at_login(&error))?,
            Err(_) => return Err(SourceError::TimedOut { phase: Phase::Login, after: limit }),
        };
        Ok(Arc::new(Session::new(client, self.settings.clone())))
    }

    /// Lends the session to the readers until it ends.
    async fn keep(&mut self, session: Arc<Session>) -> Failure {
        let failures = self.backoff.failures();
        tracing::info!(router = %self.settings.host, failures, "Connected to MikroTik");
        self.teller.tell(Link::Open(session.clone()));
        let reason = session.ended().await;
        session.give_up();
        self.backoff.ended(session.answered(), session.lived(), &self.settings);
        let pause = self.backoff.pause(&self.settings, fastrand::f64());
        let retry_ms = millis(pause);
        let (router, code) = (&self.settings.host, reason.code());
        tracing::warn!(%router, reason = code, detail = %reason, retry_ms, "MikroTik session ended");
        Failure { reason, attempt: self.backoff.failures(), retry_at: Some(Instant::now() + pause) }
    }

    /// Takes in an attempt that failed.
    fn failed(&mut self, reason: SourceError) -> Failure {
        self.backoff.failed();
        let random = fastrand::f64();
        let refused = matches!(reason, SourceError::WrongCredentials { .. } | SourceError::NotPermitted { .. });
        let pause = match refused {
            true => Backoff::login_pause(&self.settings, random),
            false => self.backoff.pause(&self.settings, random),
        };
        let attempt = self.backoff.failures();
        let retry_ms = millis(pause);
        let (router, code) = (&self.settings.host, reason.code());
        tracing::warn!(%router, reason = code, detail = %reason, attempt, retry_ms, "Cannot connect to MikroTik");
        Failure { reason, attempt, retry_at: Some(Instant::now() + pause) }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
