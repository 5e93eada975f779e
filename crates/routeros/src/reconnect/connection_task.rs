//! The task that owns a connection: opens it, waits for its end, pauses, opens it again, as long as somebody wants it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::{Error, Phase};

use super::backoff::{Backoff, random};
use super::connect_limit::Place;
use super::deadline::later;
use super::monitored::MonitoredClient;
use super::shared::Shared;
use super::status::Status;

/// However impatient somebody is, attempts begin at least this far apart.
const LEAST_GAP: Duration = Duration::from_secs(2);
/// The same after a refusal, where somebody has to fix something first.
const LEAST_GAP_AFTER_REFUSAL: Duration = Duration::from_secs(10);
/// The pause after the task itself failed.
const OWN_FAULT: Duration = Duration::from_secs(1);

/// A router that answered within this time is connected to before those that did not.
const LATELY: Duration = Duration::from_secs(300);
/// While it waits for its turn, the reason is published again after this time.
const TURN_TOLD: Duration = Duration::from_secs(5);

/// The task.
pub(super) struct ConnectionTask {
    shared: Arc<Shared>,
    backoff: Backoff,
    /// When a connection that had answered ended.
    answered: Option<Instant>,
    /// Why the last attempt failed, or the connection ended.
    last: Option<(Error, bool)>,
}

/// Why there is no connection any more, or yet.
struct Fault {
    reason: Error,
    lost: bool,
    pause: Duration,
}

impl ConnectionTask {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, backoff: Backoff::default(), answered: None, last: None }
    }

    /// Runs until its owner ends the task.
    pub(super) async fn run(mut self) {
        // Where another task failed a moment ago.
        let told = self.shared.status.borrow().clone();
        if let Status::Waiting { retry_at, .. } = told {
            sleep_until(retry_at).await;
        }
        let mut asked_for = false;
        loop {
            if !asked_for {
                self.wanted().await;
            }
            let place = self.turn(&mut asked_for).await;
            if !asked_for && !self.shared.is_wanted() {
                continue;
            }
            let began = Instant::now();
            self.shared.tell(Status::Connecting { attempt: self.backoff.failures().saturating_add(1) });
            let opened = self.open().await;
            drop(place);
            let fault = match opened {
                Ok(client) => self.lend(client).await,
                Err(reason) => self.failed(reason),
            };
            self.last = Some((fault.reason.clone(), fault.lost));
            asked_for = self.pause(fault, began).await;
        }
    }

    /// Waits until somebody wants a connection, or did a moment ago.
    async fn wanted(&self) {
        while !self.shared.is_wanted() {
            if !matches!(*self.shared.status.borrow(), Status::Idle) {
                self.shared.tell(Status::Idle);
            }
            self.shared.wanted.notified().await;
        }
    }

    /// Waits until it may connect, where many clients share a limit. To its users that is a pause that goes on; a
    /// person who asks for it ends it.
    async fn turn(&self, asked_for: &mut bool) -> Option<Place> {
        let limit = self.shared.policy.connect_limit.clone()?;
        let lately = self.answered.is_some_and(|answered| answered.elapsed() < LATELY);
        let failing = |asked_for: bool| !asked_for && !lately && self.backoff.failures() > 0;
        let mut try_now = pin!(self.shared.try_now.notified());
        let mut place = Box::pin(limit.place(failing(*asked_for)));
        let mut told_until = Instant::now();
        loop {
            tokio::select! {
                biased;
                place = &mut place => return Some(place),
                () = &mut try_now => {
                    try_now.set(self.shared.try_now.notified());
                    if failing(*asked_for) {
                        place = Box::pin(limit.place(false));
                    }
                    *asked_for = true;
                }
                () = sleep_until(told_until) => {
                    told_until = Instant::now() + TURN_TOLD;
                    if let Some((reason, lost)) = self.last.clone() {
                        let attempt = self.backoff.failures();
                        self.shared.tell(Status::Waiting { reason, attempt, retry_at: told_until, lost });
                    }
                }
            }
        }
    }

    /// One attempt.
    async fn open(&self) -> Result<Arc<MonitoredClient>, Error> {
        let after = self.shared.attempt_limit();
        let attempt = timeout(after, (self.shared.connect)()).await;
        let client = attempt.unwrap_or(Err(Error::TimedOut { phase: Phase::Login, after }))?;
        Ok(Arc::new(MonitoredClient::new(client, &self.shared.options, &self.shared.policy)))
    }

    /// Lends the connection to its users until it ends.
    async fn lend(&mut self, client: Arc<MonitoredClient>) -> Fault {
        tracing::debug!(failures = self.backoff.failures(), "connected");
        self.shared.tell(Status::Up(client.clone()));
        let reason = client.ended().await;
        // Streams may still hold a connection that fell silent.
        client.client().abandon(reason.clone());
        if client.has_answered() {
            self.answered = Some(Instant::now());
        }
        self.backoff.ended(client.has_answered(), client.opened().elapsed(), &self.shared.policy);
        Fault { reason, lost: true, pause: self.backoff.pause(&self.shared.policy, random()) }
    }

    /// Takes in an attempt that failed.
    fn failed(&mut self, reason: Error) -> Fault {
        self.backoff.failed();
        let pause = match reason.is_retryable() {
            true => self.backoff.pause(&self.shared.policy, random()),
            false => Backoff::refused_pause(&self.shared.policy, random()),
        };
        Fault { reason, lost: false, pause }
    }

    /// Waits for the moment of the next attempt; `began` is when the last one did. True if a person asked for it.
    async fn pause(&self, fault: Fault, began: Instant) -> bool {
        let Fault { reason, lost, pause } = fault;
        let attempt = self.backoff.failures();
        tracing::debug!(%reason, lost, attempt, ?pause, "no connection");
        let gap = if lost || reason.is_retryable() { LEAST_GAP } else { LEAST_GAP_AFTER_REFUSAL };
        let mut try_now = pin!(self.shared.try_now.notified());
        let mut retry_at = later(Instant::now(), pause);
        let mut asked_for = false;
        loop {
            self.shared.tell(Status::Waiting { reason: reason.clone(), attempt, retry_at, lost });
            tokio::select! {
                () = sleep_until(retry_at) => return asked_for,
                () = &mut try_now => {
                    try_now.set(self.shared.try_now.notified());
                    asked_for = true;
                    retry_at = retry_at.min(Instant::now().max(began + gap));
                }
            }
        }
    }
}

impl Drop for ConnectionTask {
    /// Nobody waits for a task that is gone: after a panic in what connects, or with the runtime that it ran on. The
    /// next use begins another one.
    fn drop(&mut self) {
        let (reason, attempt) = (Error::closed("the task that connects ended"), self.backoff.failures());
        let retry_at = Instant::now() + OWN_FAULT;
        self.shared.tell(Status::Waiting { reason, attempt, retry_at, lost: false });
    }
}
