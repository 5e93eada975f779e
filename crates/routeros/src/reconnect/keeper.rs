//! The task that keeps a connection: opens it, waits for its end, pauses, opens it again, as long as somebody wants it.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::error::Phase;
use crate::{Client, Error, Options};

use super::backoff::{Backoff, random};
use super::connect_limit::Place;
use super::link::Link;
use super::live::Live;
use super::{Reconnect, later};

/// However impatient somebody is, attempts begin at least so far apart.
const HASTE: Duration = Duration::from_secs(2);
/// The same where somebody had to mend something first.
const HASTE_AFTER_REFUSAL: Duration = Duration::from_secs(10);
/// What an attempt may take beyond the limits of its phases.
const BACKSTOP: Duration = Duration::from_secs(1);
/// The pause after the keeper itself failed.
const OWN_FAULT: Duration = Duration::from_secs(1);

/// A router that answered so lately is connected to before those that did not.
const LATELY: Duration = Duration::from_secs(300);
/// Who waits for a turn is told why for so long at a time.
const TURN_TOLD: Duration = Duration::from_secs(5);

/// Any way of getting a connection.
pub(super) type Connect = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Client, Error>> + Send>> + Send + Sync;

/// What the keeper and those who use its connection share.
pub(super) struct Core {
    pub(super) connect: Box<Connect>,
    pub(super) options: Options,
    pub(super) policy: Reconnect,
    pub(super) link: watch::Sender<Link>,
    pub(super) asked: Notify,
    pub(super) hurry: Notify,
    uses: Mutex<Uses>,
}

/// Who wants a connection.
#[derive(Default)]
struct Uses {
    now: usize,
    last: Option<Instant>,
}

impl Core {
    pub(super) fn new(connect: Box<Connect>, options: Options, policy: Reconnect) -> Self {
        let (link, _) = watch::channel(Link::Idle);
        let (asked, hurry) = (Notify::new(), Notify::new());
        Self { connect, options, policy, link, asked, hurry, uses: Mutex::default() }
    }

    /// How long one attempt may take. Only a backstop: its phases have limits of their own.
    pub(super) fn attempt_limit(&self) -> Duration {
        #[cfg(feature = "tls")]
        let handshake = self.options.tls_timeout;
        #[cfg(not(feature = "tls"))]
        let handshake = Duration::ZERO;
        let limits = [self.options.connect_timeout, handshake, self.options.login_timeout, BACKSTOP];
        limits.into_iter().fold(Duration::ZERO, Duration::saturating_add)
    }

    /// Somebody begins to use the connection.
    pub(super) fn begin_use(&self) -> Use<'_> {
        self.uses().now += 1;
        Use(self)
    }

    fn is_wanted(&self) -> bool {
        let uses = self.uses();
        uses.now > 0 || uses.last.is_some_and(|last| last.elapsed() < self.policy.wanted_for)
    }

    /// Lets the users know, unless the connection was closed for good.
    fn tell(&self, link: Link) {
        self.link.send_if_modified(|told| {
            let open = !matches!(told, Link::Closed);
            if open {
                *told = link;
            }
            open
        });
    }

    fn uses(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A use of the connection, until it is dropped.
pub(super) struct Use<'a>(&'a Core);

impl Drop for Use<'_> {
    fn drop(&mut self) {
        let mut uses = self.0.uses();
        uses.now -= 1;
        uses.last = Some(Instant::now());
    }
}

/// What keeps the connection.
pub(super) struct Keeper {
    core: Arc<Core>,
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

impl Keeper {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, backoff: Backoff::default(), answered: None, last: None }
    }

    /// Runs until its owner ends the task.
    pub(super) async fn run(mut self) {
        // Where another keeper failed a moment ago.
        let told = self.core.link.borrow().clone();
        if let Link::Waiting { retry_at, .. } = told {
            sleep_until(retry_at).await;
        }
        let mut asked_for = false;
        loop {
            if !asked_for {
                self.wanted().await;
            }
            let place = self.turn(&mut asked_for).await;
            if !asked_for && !self.core.is_wanted() {
                continue;
            }
            let began = Instant::now();
            self.core.tell(Link::Connecting { attempt: self.backoff.failures().saturating_add(1) });
            let opened = self.open().await;
            drop(place);
            let fault = match opened {
                Ok(live) => self.keep(live).await,
                Err(reason) => self.failed(reason),
            };
            self.last = Some((fault.reason.clone(), fault.lost));
            asked_for = self.pause(fault, began).await;
        }
    }

    /// Waits until somebody wants a connection, or did a moment ago.
    async fn wanted(&self) {
        while !self.core.is_wanted() {
            if !matches!(*self.core.link.borrow(), Link::Idle) {
                self.core.tell(Link::Idle);
            }
            self.core.asked.notified().await;
        }
    }

    /// Waits until it may connect, where many clients share a limit. To its users that is a pause that goes on; a person
    /// who asks for it ends it.
    async fn turn(&self, asked_for: &mut bool) -> Option<Place> {
        let limit = self.core.policy.connect_limit.clone()?;
        let lately = self.answered.is_some_and(|answered| answered.elapsed() < LATELY);
        let failing = |asked_for: bool| !asked_for && !lately && self.backoff.failures() > 0;
        let mut hurry = pin!(self.core.hurry.notified());
        let mut place = Box::pin(limit.place(failing(*asked_for)));
        let mut told_until = Instant::now();
        loop {
            tokio::select! {
                biased;
                place = &mut place => return Some(place),
                () = &mut hurry => {
                    hurry.set(self.core.hurry.notified());
                    if failing(*asked_for) {
                        place = Box::pin(limit.place(false));
                    }
                    *asked_for = true;
                }
                () = sleep_until(told_until) => {
                    told_until = Instant::now() + TURN_TOLD;
                    if let Some((reason, lost)) = self.last.clone() {
                        let attempt = self.backoff.failures();
                        self.core.tell(Link::Waiting { reason, attempt, retry_at: told_until, lost });
                    }
                }
            }
        }
    }

    /// One attempt.
    async fn open(&self) -> Result<Arc<Live>, Error> {
        let after = self.core.attempt_limit();
        let attempt = timeout(after, (self.core.connect)()).await;
        let client = attempt.unwrap_or(Err(Error::TimedOut { phase: Phase::Login, after }))?;
        Ok(Arc::new(Live::new(client, &self.core.options, &self.core.policy)))
    }

    /// Lends the connection to its users until it ends.
    async fn keep(&mut self, live: Arc<Live>) -> Fault {
        tracing::debug!(failures = self.backoff.failures(), "connected");
        self.core.tell(Link::Up(live.clone()));
        let reason = live.ended().await;
        // Streams may still hold a connection that fell silent.
        live.client().abandon(reason.clone());
        if live.has_answered() {
            self.answered = Some(Instant::now());
        }
        self.backoff.ended(live.has_answered(), live.opened().elapsed(), &self.core.policy);
        Fault { reason, lost: true, pause: self.backoff.pause(&self.core.policy, random()) }
    }

    /// Takes in an attempt that failed.
    fn failed(&mut self, reason: Error) -> Fault {
        self.backoff.failed();
        let pause = match reason.is_retryable() {
            true => self.backoff.pause(&self.core.policy, random()),
            false => Backoff::refused_pause(&self.core.policy, random()),
        };
        Fault { reason, lost: false, pause }
    }

    /// Waits for the moment of the next attempt; `began` is when the last one did. True if a person asked for it.
    async fn pause(&self, fault: Fault, began: Instant) -> bool {
        let Fault { reason, lost, pause } = fault;
        let attempt = self.backoff.failures();
        tracing::debug!(%reason, lost, attempt, ?pause, "no connection");
        let haste = if lost || reason.is_retryable() { HASTE } else { HASTE_AFTER_REFUSAL };
        let mut hurry = pin!(self.core.hurry.notified());
        let mut retry_at = later(Instant::now(), pause);
        let mut asked_for = false;
        loop {
            self.core.tell(Link::Waiting { reason: reason.clone(), attempt, retry_at, lost });
            tokio::select! {
                () = sleep_until(retry_at) => return asked_for,
                () = &mut hurry => {
                    hurry.set(self.core.hurry.notified());
                    asked_for = true;
                    retry_at = retry_at.min(Instant::now().max(began + haste));
                }
            }
        }
    }
}

impl Drop for Keeper {
    /// Nobody waits for a keeper that is gone: after a panic in what connects, or with the runtime that it ran on. The
    /// next use begins another one.
    fn drop(&mut self) {
        let (reason, attempt) = (Error::closed("the task that connects ended"), self.backoff.failures());
        let retry_at = Instant::now() + OWN_FAULT;
        self.core.tell(Link::Waiting { reason, attempt, retry_at, lost: false });
    }
}
