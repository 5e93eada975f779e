//! What the task that owns a connection and those who use it share: the connection's status, and who wants one.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::{Client, Error, Options};

use super::policy::ReconnectPolicy;
use super::status::Status;

/// What an attempt may take beyond the limits of its phases.
const BACKSTOP: Duration = Duration::from_secs(1);

/// Any way of getting a connection.
pub(super) type Connect = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Client, Error>> + Send>> + Send + Sync;

/// What the connection's task and those who use the connection share.
pub(super) struct Shared {
    pub(super) connect: Box<Connect>,
    pub(super) options: Options,
    pub(super) policy: ReconnectPolicy,
    pub(super) status: watch::Sender<Status>,
    /// Somebody begins to use the connection.
    pub(super) wanted: Notify,
    /// A person asks for the next attempt to be made now.
    pub(super) try_now: Notify,
    uses: Mutex<Uses>,
}

/// Who wants a connection.
#[derive(Default)]
struct Uses {
    now: usize,
    last: Option<Instant>,
}

impl Shared {
    pub(super) fn new(connect: Box<Connect>, options: Options, policy: ReconnectPolicy) -> Self {
        let (status, _) = watch::channel(Status::Idle);
        let (wanted, try_now) = (Notify::new(), Notify::new());
        Self { connect, options, policy, status, wanted, try_now, uses: Mutex::default() }
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

    pub(super) fn is_wanted(&self) -> bool {
        let uses = self.uses();
        uses.now > 0 || uses.last.is_some_and(|last| last.elapsed() < self.policy.wanted_for)
    }

    /// Lets the users know, unless the connection was closed for good.
    pub(super) fn tell(&self, status: Status) {
        self.status.send_if_modified(|told| {
            let open = !matches!(told, Status::Closed);
            if open {
                *told = status;
            }
            open
        });
    }

    fn uses(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A use of the connection, until it is dropped.
pub(super) struct Use<'a>(&'a Shared);

impl Drop for Use<'_> {
    fn drop(&mut self) {
        let mut uses = self.0.uses();
        uses.now -= 1;
        uses.last = Some(Instant::now());
    }
}
