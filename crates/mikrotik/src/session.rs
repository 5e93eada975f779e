//! One logged-in session: runs reads on it and notices when the router stopped answering.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lalin_stats::{Phase, SourceError};
use routeros::{Client, Command, Error, Reply};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Settings;
use crate::failure::reason;

/// Commands at once; further ones wait. A router is slow, and answers them one after the other anyway.
const COMMANDS: usize = 4;

/// A session, shared by its keeper and the reads under way.
pub(crate) struct Session {
    client: Client,
    settings: Settings,
    gate: Semaphore,
    opened: Instant,
    pulse: Mutex<Pulse>,
    given_up: CancellationToken,
}

/// Whether the router answers.
#[derive(Default)]
struct Pulse {
    answered: Option<Instant>,
    /// When the newest unanswered command was given up.
    struck: Option<Instant>,
    strikes: u32,
}

impl Session {
    pub(crate) fn new(client: Client, settings: Settings) -> Self {
        Self {
            client,
            settings,
            gate: Semaphore::new(COMMANDS),
            opened: Instant::now(),
            pulse: Mutex::default(),
            given_up: CancellationToken::new(),
        }
    }

    /// Runs one command, within the read limit. Dropping the future cancels it on the router.
    pub(crate) async fn run(&self, command: Command) -> Result<Reply, SourceError> {
        tokio::select! {
            biased;
            outcome = self.timed(command) => outcome,
            () = self.given_up.cancelled() => Err(self.silence()),
        }
    }

    /// Waits for the end of the session, and says why it ended.
    pub(crate) async fn ended(&self) -> SourceError {
        tokio::select! {
            biased;
            () = self.given_up.cancelled() => self.silence(),
            error = self.client.closed() => reason(&error),
        }
    }

    /// Ends the reads that are still under way.
    pub(crate) fn give_up(&self) {
        self.given_up.cancel();
    }

    /// Whether the router ever answered a command.
    pub(crate) fn answered(&self) -> bool {
        self.pulse().answered.is_some()
    }

    /// How long ago the session was opened.
    pub(crate) fn lived(&self) -> Duration {
        self.opened.elapsed()
    }

    async fn timed(&self, command: Command) -> Result<Reply, SourceError> {
        // Never closed, so this cannot fail.
        let _permit = self.gate.acquire().await;
        let wait = Wait { session: self, began: Instant::now(), over: false };
        let outcome = self.client.run(command.timeout(self.settings.read_limit)).await;
        wait.end(&outcome);
        outcome.map_err(|error| reason(&error))
    }

    fn answer(&self) {
        *self.pulse() = Pulse { answered: Some(Instant::now()), ..Pulse::default() };
    }

    /// A command that began at `began` was not answered.
    fn strike(&self, began: Instant) {
        let mut pulse = self.pulse();
        let already = |at: Option<Instant>| at.is_some_and(|at| began < at);
        // Commands that waited together are one sign of silence, and none where another one was answered meanwhile.
        if already(pulse.struck) || already(pulse.answered) {
            return;
        }
        pulse.struck = Some(Instant::now());
        pulse.strikes += 1;
        let trusted = pulse.answered.unwrap_or(self.opened).elapsed() <= self.settings.trusted_for;
        if pulse.strikes >= self.settings.strikes || !trusted {
            self.given_up.cancel();
        }
    }

    fn silence(&self) -> SourceError {
        SourceError::TimedOut { phase: Phase::Command, after: self.settings.read_limit }
    }

    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command under way. Callers have time limits of their own and drop the command at theirs, so being dropped after
/// a good while says the same as a time-out.
struct Wait<'a> {
    session: &'a Session,
    began: Instant,
    over: bool,
}

impl Wait<'_> {
    fn end(mut self, outcome: &Result<Reply, Error>) {
        self.over = true;
        match outcome {
            Err(Error::TimedOut { .. }) => self.session.strike(self.began),
            Err(error) if error.ends_connection() => {}
            Ok(_) | Err(_) => self.session.answer(),
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if !self.over && self.began.elapsed() >= self.session.settings.read_limit / 2 {
            self.session.strike(self.began);
        }
    }
}
