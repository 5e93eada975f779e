//! The client: one connection, any number of commands at once, each with its own time limit.

mod arrivals;
mod connect;
mod driver;
mod hold;
mod keepalive;
mod rows;
mod sink;
#[cfg(feature = "tls")]
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument;

use crate::error::Phase;
use crate::login::log_in;
use crate::{Command, Credentials, Error, Options, Sentence};

use arrivals::Arrivals;
use driver::{Driver, Request};
use sink::Sink;

pub use rows::Rows;
#[cfg(feature = "tls")]
pub use tls::{Fingerprint, Tls};

/// For an orderly end.
const FAREWELL: Duration = Duration::from_secs(1);
/// Where RouterOS listens for TLS.
const API_SSL: u16 = 8729;

/// A logged-in connection to a router.
///
/// Clones share it. Any number of commands run on it at once, up to [`Limits::commands`](crate::Limits::commands);
/// further ones wait for a place. It ends when the last clone and the last [`Rows`] are dropped.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    requests: mpsc::UnboundedSender<Request>,
    ended: watch::Receiver<Option<Error>>,
    heard: Arrivals,
    places: Arc<Semaphore>,
    next_tag: AtomicU64,
    options: Options,
}

/// A collected reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The rows, in the router's order.
    pub rows: Vec<Sentence>,
    pub(crate) done: Sentence,
    pub(crate) longest_silence: Option<Duration>,
}

impl Reply {
    /// The value that `!done` carried, such as the id of what was added.
    pub fn ret(&self) -> Option<&[u8]> {
        self.done.get("ret").map(|value| value.as_bytes())
    }

    /// The longest silence before a row or the end: what [`Command::silence`] has to allow. `None` where the command
    /// had no such limit.
    pub fn longest_silence(&self) -> Option<Duration> {
        self.longest_silence
    }

    /// The closing sentence, `!done`.
    pub fn done(&self) -> &Sentence {
        &self.done
    }
}

impl Client {
    /// Connects over TCP, by TLS where [`Options::tls`] says so, and logs in. `host` is an IPv4 or IPv6 address or a
    /// name, of which every address is tried.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Refused`], [`Error::TimedOut`] in [`Phase::Connect`]; by TLS also
    /// [`Error::NoCertificate`], [`Error::UntrustedCertificate`], [`Error::CertificateChanged`], [`Error::NotTls`],
    /// [`Error::HandshakeFailed`], [`Error::InvalidTls`], [`Error::Closed`], and [`Error::TimedOut`] in
    /// [`Phase::Tls`]; and those of [`Client::login`].
    pub async fn connect(host: &str, port: u16, credentials: &Credentials, options: &Options) -> Result<Self, Error> {
        let stream = connect::connect(host, port, options.connect_timeout).await?;
        #[cfg(feature = "tls")]
        if let Some(tls) = &options.tls {
            let (stream, session) = tls::secure(stream, host, tls, options.tls_timeout).await?;
            let client = Self::login(stream, credentials, options).await?;
            session.keep();
            return Ok(client);
        }
        let login = Self::login(stream, credentials, options).await;
        login.map_err(|error| if port == API_SSL { on_the_tls_port(error) } else { error })
    }

    /// Logs in over any stream.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::TimedOut`] in [`Phase::Login`], [`Error::Closed`] when the router turned
    /// us away, [`Error::Malformed`] when it is not a router, [`Error::Trap`] when it refused for another reason.
    pub async fn login<S>(stream: S, credentials: &Credentials, options: &Options) -> Result<Self, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (requests, receiver) = mpsc::unbounded_channel();
        let (ended, watched) = watch::channel(None);
        let heard = Arrivals::new();
        // It ends by itself when the last sender of requests is dropped: with the last client and the last stream, or
        // with this future.
        tokio::spawn(Driver::new(stream, options, receiver, ended, heard.clone()).run().in_current_span());
        let client = Self(Arc::new(Inner {
            requests,
            ended: watched,
            heard,
            places: Arc::new(Semaphore::new(options.limits.commands.clamp(1, Semaphore::MAX_PERMITS))),
            next_tag: AtomicU64::new(1),
            options: options.clone(),
        }));
        let after = options.login_timeout;
        let login = timeout(after, log_in(&client, credentials, options)).await;
        login.unwrap_or(Err(Error::TimedOut { phase: Phase::Login, after }))?;
        tracing::debug!(user = %credentials.user, "logged in");
        Ok(client)
    }

    /// Runs one command to its end and collects its rows. Dropping the future cancels the command on the router, and
    /// so do its time limits; other commands go on. What the router still says of it is known by its tag and thrown
    /// away.
    ///
    /// # Errors
    /// What the router answered ([`Error::Trap`], [`Error::NotPermitted`]); [`Error::TimedOut`], [`Error::Busy`] or
    /// [`Error::TooLarge`], after which the connection goes on; or why the connection ended.
    pub async fn run(&self, command: Command) -> Result<Reply, Error> {
        let after = command.limit().unwrap_or(self.0.options.command_timeout);
        let deadline = Instant::now() + after;
        let arrivals = command.silence_limit().map(|limit| (limit, Arrivals::new()));
        let (reply, mut answer) = oneshot::channel();
        let sink = Sink::collect(reply, arrivals.as_ref().map(|(_, arrivals)| arrivals.clone()));
        let mut running = self.begin(command, sink, deadline).await?;
        loop {
            let quiet = arrivals.as_ref().map(|(limit, arrivals)| (*limit, arrivals.last() + *limit));
            let quiet = quiet.filter(|(_, until)| *until < deadline);
            let until = quiet.map_or(deadline, |(_, until)| until);
            match timeout_at(until, &mut answer).await {
                Ok(answer) => {
                    running.finished();
                    return answer.unwrap_or_else(|_| Err(self.reason()));
                }
                // Rows have come meanwhile.
                Err(_)
                    if arrivals.as_ref().is_some_and(|(limit, arrivals)| arrivals.last() + *limit > until)
                        && until < deadline => {}
                Err(_) => {
                    let after = quiet.map_or(after, |(limit, _)| limit);
                    return Err(Error::TimedOut { phase: Phase::Command, after });
                }
            }
        }
    }

    /// Begins a command that may never end (`listen`, `monitor-traffic`, `print` with `follow`), to take its rows one
    /// by one. A consumer that is too slow gets [`Error::Lagged`] and never holds up another command. A time limit of
    /// the command ends the stream.
    ///
    /// # Errors
    /// [`Error::Busy`] when no place became free in time, or why the connection ended.
    pub async fn stream(&self, command: Command) -> Result<Rows, Error> {
        let limit = command.limit();
        let (queue, rows, shared) = sink::queue(&self.0.options.limits);
        let deadline = Instant::now() + limit.unwrap_or(self.0.options.command_timeout);
        let running = self.begin(command, Sink::Stream(queue), deadline).await?;
        Ok(Rows::new(rows, shared, running, limit))
    }

    /// Whether the connection is over.
    pub fn is_closed(&self) -> bool {
        self.0.requests.is_closed() || self.0.ended.borrow().is_some()
    }

    /// Waits for the end of the connection; why it ended.
    pub async fn closed(&self) -> Error {
        let mut ended = self.0.ended.clone();
        // An error means that the driver is gone, and `reason` knows.
        let _ = ended.wait_for(Option::is_some).await;
        self.reason()
    }

    /// Ends the connection in order, also for every clone: what is in flight fails with [`Error::Closed`]. Takes a
    /// second at most.
    pub async fn close(self) {
        if self.0.requests.send(Request::Close { reason: None }).is_ok() {
            let _ = timeout(FAREWELL, self.0.requests.closed()).await;
        }
    }

    /// When a byte last came.
    pub(crate) fn heard(&self) -> Instant {
        self.0.heard.last()
    }

    /// Ends a connection that is of no use any more, also for every clone: what is in flight fails with `reason`.
    pub(crate) fn abandon(&self, reason: Error) {
        let _ = self.0.requests.send(Request::Close { reason: Some(reason) });
    }

    async fn begin(&self, command: Command, sink: Sink, deadline: Instant) -> Result<Running, Error> {
        let limit = self.0.options.limits.commands;
        let place = timeout_at(deadline, self.0.places.clone().acquire_owned()).await;
        let place = place.ok().and_then(Result::ok).ok_or(Error::Busy { limit })?;
        let tag = self.0.next_tag.fetch_add(1, Ordering::Relaxed);
        tracing::trace!(tag, ?command, "command");
        let begin = Request::Begin { tag, command, sink, place };
        self.0.requests.send(begin).map_err(|_| self.reason())?;
        Ok(Running { client: self.clone(), tag, over: false })
    }

    fn reason(&self) -> Error {
        self.0.ended.borrow().clone().unwrap_or_else(|| Error::closed("the connection ended"))
    }
}

/// A plain login where TLS is usual: the router takes it for a broken handshake, and closes or waits for the rest.
fn on_the_tls_port(error: Error) -> Error {
    match error {
        Error::Closed { detail } => Error::closed(format!("{detail} (port {API_SSL} is usually TLS: Options::tls)")),
        other => other,
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// A command in flight, cancelled when it is dropped before its end.
#[derive(Debug)]
pub(crate) struct Running {
    client: Client,
    tag: u64,
    over: bool,
}

impl Running {
    /// It ended; there is nothing to cancel.
    fn finished(&mut self) {
        self.over = true;
    }

    /// Asks for its end on the router.
    fn cancel(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            let _ = self.client.0.requests.send(Request::Cancel { tag: self.tag });
        }
    }

    fn reason(&self) -> Error {
        self.client.reason()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel();
    }
}
