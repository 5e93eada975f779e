//! The router as a source: one session, one command a read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use lalin_stats::{Failure, Interface, Reading, Snapshot, StatsSource};
use routeros::{Client, Command, Error, ReconnectingClient, Reply, State};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::about::{self, About};
use crate::links::Links;
use crate::rows::{self, PROPERTIES};
use crate::{Settings, failure, journal, reach};

/// Reads at once; further ones wait. A router is slow, and answers them one after the other anyway.
const READS: usize = 4;

/// A MikroTik router.
///
/// Nothing is sent to the router until the first read. Dropping the source ends its session.
///
/// A read waits while the session is being opened, so its caller wants a time limit; dropping the read does not end
/// the attempt. While the next attempt is being waited for, a read answers at once with the reason, the number of
/// attempts that failed and the moment of the next one.
pub struct RouterSource {
    router: ReconnectingClient,
    gate: Semaphore,
    /// The interfaces of the newest read, to be shared with the next one.
    known: Mutex<Vec<Arc<Interface>>>,
    links: Links,
    address: String,
    _journal: AbortOnDropHandle<()>,
}

impl RouterSource {
    /// The settings' router, over TCP.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(settings: Settings) -> Self {
        let shared = Arc::new((settings.clone(), settings.options()));
        Self::with_connector(&settings, move || {
            let shared = shared.clone();
            async move { reach::open(&shared.0, &shared.1).await }
        })
    }

    /// A router to which `connect` opens the sessions, logged in. Of the settings, host, port and credentials are its
    /// business. An attempt that takes a second longer than [`Settings::options`] allow for all of it is given up, by
    /// dropping the future.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn with_connector<F, Fut>(settings: &Settings, connect: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Client, Error>> + Send + 'static,
    {
        Self::of(settings, ReconnectingClient::with_connector(connect, settings.options(), settings.reconnect()))
    }

    fn of(settings: &Settings, router: ReconnectingClient) -> Self {
        let journal = journal::keep(settings.host.clone(), router.subscribe());
        let address = format!("{}:{}", settings.host, settings.port);
        let _journal = AbortOnDropHandle::new(tokio::spawn(journal));
        Self {
            router,
            gate: Semaphore::new(READS),
            known: Mutex::default(),
            links: Links::default(),
            address,
            _journal,
        }
    }

    /// What the router says of itself, asked now, over the session of the reads and in turn with them.
    ///
    /// # Errors
    /// As a read.
    pub async fn about(&self) -> Result<About, Failure> {
        self.router.client().await.map_err(|error| self.failure(&error))?;
        // Never closed, so this cannot fail.
        let _permit = self.gate.acquire().await;
        let resource = self.router.run(about::resource()).await.map_err(|error| self.failure(&error))?;
        let identity = self.router.run(about::identity()).await;
        Ok(About::of(&resource, identity, self.router.run(about::sessions()).await))
    }

    /// Tries now to open the session where an attempt is being waited for, also after a refused login. Waits for nothing.
    pub fn try_now(&self) {
        self.router.try_now();
    }

    /// Why a read failed, and when the session is opened again where that is why.
    fn failure(&self, error: &Error) -> Failure {
        match self.router.state() {
            State::Waiting { reason, attempt, retry_at, lost } if reason == *error => {
                Failure { reason: failure::of_session(error, lost), attempt, retry_at: Some(retry_at) }
            }
            _ => failure::reason(error).into(),
        }
    }

    /// The router read its counters somewhere between the question and the end of the answer. The middle is wrong by
    /// half of the round trip at most, where the moment of arrival is wrong by all of it: by whatever the network, the
    /// router's queue or this machine delayed.
    fn snapshot(&self, reply: &Reply, client: &Client, asked: Instant) -> Snapshot {
        let half = asked.elapsed() / 2;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = rows::read(&reply.rows, &known);
        self.links.fill(&mut rows, client);
        *known = rows.iter().map(|row| row.interface.clone()).collect();
        Snapshot { at: asked + half, unix_ms: unix_ms(half), doubt: half, rows }
    }
}

#[async_trait]
impl StatsSource for RouterSource {
    async fn read(&self) -> Result<Reading, Failure> {
        // The time it takes to open a session is not the read's: its moment is, and the router's time to answer.
        let client = self.router.client().await.map_err(|error| self.failure(&error))?;
        let print = Command::new("/interface/print").proplist(PROPERTIES);
        // Never closed, so this cannot fail.
        let _permit = self.gate.acquire().await;
        let asked = Instant::now();
        let reply = self.router.run(print).await.map_err(|error| self.failure(&error))?;
        Ok(Reading::fresh(Arc::new(self.snapshot(&reply, &client, asked))))
    }
}

impl fmt::Debug for RouterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterSource").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The wall clock `ago`, ms since 1970-01-01 UTC.
fn unix_ms(ago: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.saturating_sub(ago).as_millis()).unwrap_or(u64::MAX)
}
