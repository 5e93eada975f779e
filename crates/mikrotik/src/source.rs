//! The router as a source: one session, one command for each read, and now and then one about the links or the routes.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use lalin_stats::{Failure, InterfaceId, Phase, Reading, Snapshot, Source, SourceError, Timing};
use routeros::{Client, Command, ConnectionState, Error, ReconnectingClient, Reply};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::answer_times::AnswerTimes;
use crate::default_routes::DefaultRoutes;
use crate::link_rates::LinkRates;
use crate::rows::{PROPERTIES, Reader};
use crate::source_error::{session_error, source_error};
use crate::{Settings, SystemInfo, session_log, system_info};

/// Reads at once, questions about the router among them; further ones wait. A router is slow, and answers them one
/// after the other anyway.
const READS: usize = 4;

/// A MikroTik router.
///
/// Nothing is sent to the router until the first read. Dropping the source ends its session.
///
/// A read waits while the session is being opened, so its caller wants a time limit; dropping the read does not end
/// the attempt. While the next attempt is being waited for, a read answers at once with the reason, the number of
/// attempts that failed and the moment of the next one.
///
/// How long the router may be silent during a read follows what it has shown to need; see [`Settings::read_limit`] and
/// its `timing`. The lines it logs are in the span that is entered where it is made.
pub struct RouterSource {
    router: ReconnectingClient,
    gate: Semaphore,
    /// The newest read, whose interfaces are shared with the next one.
    newest: Mutex<Option<Arc<Snapshot>>>,
    links: Arc<LinkRates>,
    routes: Arc<DefaultRoutes>,
    times: AnswerTimes,
    wall_clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    address: String,
    _session_log: AbortOnDropHandle<()>,
}

impl RouterSource {
    /// The settings' router, over TCP.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(settings: Settings) -> Self {
        let (options, policy) = (settings.options(), settings.reconnect());
        let credentials = settings.credentials.clone();
        Self::of(&settings, ReconnectingClient::new(&settings.host, settings.port, credentials, options, policy))
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
        let session_log = session_log::write(router.subscribe());
        let times = AnswerTimes::new(settings.read_limit, settings.longest_read);
        let address = format!("{}:{}", settings.host, settings.port);
        let _session_log = AbortOnDropHandle::new(tokio::spawn(session_log.in_current_span()));
        let (gate, newest) = (Semaphore::new(READS), Mutex::default());
        let wall_clock = Box::new(SystemTime::now);
        Self {
            router,
            gate,
            newest,
            links: Arc::default(),
            routes: Arc::default(),
            times,
            wall_clock,
            address,
            _session_log,
        }
    }

    /// With another wall clock than the machine's: whoever pauses or moves the monotonic clock of its runtime, as tests
    /// do, needs one that goes with it. The two going apart means that the clock was set or the machine slept.
    #[must_use]
    pub fn with_wall_clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.wall_clock = Box::new(now);
        self
    }

    /// Asks the router about itself: three small commands, one after the other, on the session of the reads and each
    /// within [`Settings::read_limit`]. A use like a read: it opens the session where there is none.
    ///
    /// # Errors
    /// As a read.
    pub async fn system_info(&self) -> Result<SystemInfo, Failure> {
        system_info::ask(|command| async move { Ok(self.ask(command).await?.0) }).await
    }

    /// The interfaces that the default routes in use go through: the router's ways to the internet. `None` as long as
    /// that is not known. The same allocation while it stays the same.
    pub fn gateways(&self) -> Option<Arc<[InterfaceId]>> {
        self.routes.interfaces()
    }

    /// Makes the next attempt to connect now, because a person asks for it, also out of the long pause after a refused
    /// login; nothing where there is no pause. Attempts still begin at least 2 s apart, and 10 s after a refused one.
    pub fn try_now(&self) {
        self.router.try_now();
    }

    /// Runs one command; its answer, and when it was asked.
    async fn ask(&self, command: Command) -> Result<(Reply, Instant), Failure> {
        self.ask_by(command, |command| self.router.run(command)).await
    }

    /// Runs one command so; its answer, and when it was asked. The time it takes to open a session is not the command's:
    /// a read's moment is its own, and the router's time to answer.
    async fn ask_by<T, Fut>(&self, command: Command, run: impl FnOnce(Command) -> Fut) -> Result<(T, Instant), Failure>
    where
        Fut: Future<Output = Result<T, Error>>,
    {
        self.router.client().await.map_err(|error| self.failure(&error))?;
        // Never closed, so this cannot fail.
        let _permit = self.gate.acquire().await;
        let asked = Instant::now();
        let command = command.silence(self.times.limit()).timeout(self.times.longest());
        let answer = run(command).await.map_err(|error| self.failure(&error))?;
        Ok((answer, asked))
    }

    /// Why a read failed, and when the session is opened again where that is why.
    fn failure(&self, error: &Error) -> Failure {
        match self.router.state() {
            ConnectionState::Waiting { reason, attempt, retry_at, lost } if reason == *error => {
                Failure { reason: session_error(error, lost), attempt, retry_at: Some(retry_at) }
            }
            _ => source_error(error).into(),
        }
    }

    /// The router read its counters somewhere between the question and the end of the answer; where, is the engine's to
    /// say, which sees many of them.
    fn snapshot(&self, rows: Reader, asked: Instant) -> Arc<Snapshot> {
        let (answered, unix_ms) = (Instant::now(), unix_ms((self.wall_clock)()));
        let snapshot = Arc::new(Snapshot { asked, answered, unix_ms, rows: rows.rows() });
        *self.newest() = Some(snapshot.clone());
        snapshot
    }

    fn newest(&self) -> MutexGuard<'_, Option<Arc<Snapshot>>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Source for RouterSource {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let print = Command::new("/interface/print").proplist(PROPERTIES);
        let reader = Reader::new(self.newest().clone(), self.links.clone());
        // Row by row, so that the bytes of a large reply are never held whole.
        let run = |print| self.router.fold(print, reader, |reader, row| reader.row(&row));
        let outcome = self.ask_by(print, run).await;
        if let Err(Failure { reason: SourceError::TimedOut { phase: Phase::Command, after }, .. }) = &outcome {
            self.times.given_up(*after);
        }
        let ((reader, reply), asked) = outcome?;
        let took = asked.elapsed();
        self.times.answered(took, reply.longest_silence().unwrap_or(took));
        let snapshot = self.snapshot(reader, asked);
        self.links.follow(&self.router, &snapshot.rows);
        self.routes.follow(&self.router, &snapshot.rows);
        Ok(Reading::fresh(snapshot))
    }

    fn timing(&self) -> Timing {
        self.times.timing(self.router.state().is_up())
    }
}

impl fmt::Debug for RouterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterSource").field("address", &self.address).finish_non_exhaustive()
    }
}

/// ms since 1970-01-01 UTC.
fn unix_ms(time: SystemTime) -> u64 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}
