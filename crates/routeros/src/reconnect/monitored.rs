//! One connection of a reconnecting client: runs commands on it, and notices when the router stops answering.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::client::{Collected, Gather};
use crate::{Client, Command, Error, Options, Phase};

use super::deadline::later;
use super::health::{Health, Verdict};
use super::policy::ReconnectPolicy;

/// How long a probe may take; an identity costs a router nothing.
const PROBE_LIMIT: Duration = Duration::from_secs(5);
/// Probes are at least so far apart.
const PROBE_GAP: Duration = Duration::from_secs(1);

/// A connection, shared by its task and the commands under way.
#[derive(Debug)]
pub(super) struct MonitoredClient {
    client: Client,
    policy: ReconnectPolicy,
    /// How long a command may usually take.
    patience: Duration,
    health: Mutex<Health>,
    given_up: CancellationToken,
    /// A command went unanswered after a long silence.
    doubted: Notify,
}

impl MonitoredClient {
    pub(super) fn new(client: Client, options: &Options, policy: &ReconnectPolicy) -> Self {
        Self {
            client,
            policy: policy.clone(),
            patience: options.command_timeout,
            health: Mutex::new(Health::new(Instant::now())),
            given_up: CancellationToken::new(),
            doubted: Notify::new(),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// When it was opened.
    pub(super) fn opened(&self) -> Instant {
        self.health().opened()
    }

    /// Whether the router ever answered a command.
    pub(super) fn has_answered(&self) -> bool {
        self.health().has_answered()
    }

    /// Runs one command; what is gathered of its rows. Dropping the future cancels it on the router.
    pub(super) async fn gather<G: Gather>(
        &self,
        command: Command,
        limit: Duration,
        gather: G,
    ) -> Result<G::Gathered, Error> {
        tokio::select! {
            biased;
            outcome = self.timed(command.timeout(limit), gather, Silence::After(self.patience / 2)) => outcome,
            () = self.given_up.cancelled() => Err(self.silence()),
        }
    }

    /// Waits for the end of the connection, probing it on the way; why it ended. What is still under way ends, too.
    pub(super) async fn ended(&self) -> Error {
        let reason = tokio::select! {
            biased;
            () = self.given_up.cancelled() => self.silence(),
            error = self.client.closed() => error,
            () = self.doubt() => self.silence(),
            never = self.probe() => match never {},
        };
        self.given_up.cancel();
        reason
    }

    /// Whoever may have been forgotten is given as long as a command usually takes to say anything at all: the command
    /// was cancelled, and a router that is there ends it.
    async fn doubt(&self) {
        loop {
            self.doubted.notified().await;
            let since = Instant::now();
            sleep(self.patience.min(PROBE_LIMIT)).await;
            if self.client.heard() < since {
                return;
            }
            self.health().alive();
        }
    }

    /// Asks a router that has been quiet for long whether it is still there, again and again.
    async fn probe(&self) -> Infallible {
        let Some(after) = self.policy.probe_after.map(|after| after.max(PROBE_GAP)) else {
            return std::future::pending().await;
        };
        let limit = self.patience.min(PROBE_LIMIT);
        loop {
            let due = later(self.health().last_sign(), after);
            if due > Instant::now() {
                sleep_until(due).await;
                continue;
            }
            let probe = Command::new("/system/identity/print").proplist(&["name"]).timeout(limit);
            // Whatever it says is in the health.
            let _ = self.timed(probe, Collected::default(), Silence::OfProbe).await;
            if self.health().last_sign() <= due {
                // Nothing: there was no place for it among the commands, or the connection ends just now.
                sleep(PROBE_GAP).await;
            }
        }
    }

    /// Runs a command whose silence counts.
    async fn timed<G: Gather>(&self, command: Command, gather: G, silence: Silence) -> Result<G::Gathered, Error> {
        let wait = Wait::new(self, silence);
        let outcome = self.client.gather(command, gather).await;
        wait.end(&outcome);
        outcome
    }

    fn silence(&self) -> Error {
        Error::TimedOut { phase: Phase::Command, after: self.patience }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the silence that a command meets says something about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Silence {
    /// It lasted for so long. Whether the connection is dead is then told by the answer to the command's cancelling.
    After(Duration),
    /// The command asked nothing but whether the router is there.
    OfProbe,
}

/// A command under way. Callers may have time limits of their own and drop the command at theirs, so being dropped
/// after a good while says the same as a time-out.
struct Wait<'a> {
    client: &'a MonitoredClient,
    began: Instant,
    silence: Silence,
    over: bool,
}

impl<'a> Wait<'a> {
    fn new(client: &'a MonitoredClient, silence: Silence) -> Self {
        client.health().waiting += 1;
        Self { client, began: Instant::now(), silence, over: false }
    }

    fn end<T>(mut self, outcome: &Result<T, Error>) {
        self.over = match outcome {
            Ok(_) | Err(Error::Trap { .. } | Error::NotPermitted { .. } | Error::TooLarge) => {
                self.client.health().answer(Instant::now());
                true
            }
            Err(Error::TimedOut { .. }) => false,
            // Of the connection's end, or of our own making: it says nothing about the router.
            Err(_) => true,
        };
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let (now, mut health) = (Instant::now(), self.client.health());
        health.waiting -= 1;
        let short = matches!(self.silence, Silence::After(least) if now.duration_since(self.began) < least);
        if self.over || short {
            return;
        }
        if self.client.client.heard() > self.began {
            // Rows, or the end of what was cancelled before: it is slow, and not gone.
            return health.alive();
        }
        match health.strike(self.began, now, &self.client.policy) {
            Verdict::Alive => {}
            Verdict::Doubtful if self.silence != Silence::OfProbe => self.client.doubted.notify_one(),
            Verdict::Doubtful | Verdict::Dead => self.client.given_up.cancel(),
        }
    }
}
