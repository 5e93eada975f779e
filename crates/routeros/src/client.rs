//! The client: one connection, any number of commands at once.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::driver::{Driver, Request, Sink};
use crate::error::Phase;
use crate::login::log_in;
use crate::{Command, Credentials, Error, Options, Sentence};

/// How many rows of a stream may wait for its consumer.
const QUEUE: usize = 256;

/// A logged-in connection. Clones share it; it ends when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    requests: mpsc::UnboundedSender<Request>,
    ended: watch::Receiver<Option<Error>>,
    places: Arc<Semaphore>,
    next_tag: AtomicU64,
    command_timeout: Duration,
    limit: usize,
}

/// A collected reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The rows, in order.
    pub rows: Vec<Sentence>,
    pub(crate) done: Sentence,
}

impl Reply {
    /// The value `!done` carried, such as the id of what was added.
    pub fn ret(&self) -> Option<&[u8]> {
        self.done.get("ret").map(|value| value.as_bytes())
    }
}

impl Client {
    /// Connects over TCP and logs in.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Refused`], [`Error::TimedOut`], and those of [`Client::login`].
    pub async fn connect(host: &str, port: u16, credentials: &Credentials, options: &Options) -> Result<Self, Error> {
        let after = options.connect_timeout;
        let connected = timeout(after, TcpStream::connect((host, port))).await;
        let stream = connected.map_err(|_| Error::TimedOut { phase: Phase::Connect, after })??;
        stream.set_nodelay(true)?;
        Self::login(stream, credentials, options).await
    }

    /// Logs in over any stream.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::TimedOut`], [`Error::Closed`] when the router turned us away.
    pub async fn login<S>(stream: S, credentials: &Credentials, options: &Options) -> Result<Self, Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (requests, receiver) = mpsc::unbounded_channel();
        let (ended, watched) = watch::channel(None);
        let driver = Driver::new(stream, options.limits, options.cancel_grace, receiver, ended);
        // Ends by itself once the last sender of requests is gone.
        tokio::spawn(driver.run());
        let client = Self(Arc::new(Inner {
            requests,
            ended: watched,
            places: Arc::new(Semaphore::new(options.limits.commands)),
            next_tag: AtomicU64::new(1),
            command_timeout: options.command_timeout,
            limit: options.limits.commands,
        }));
        let after = options.login_timeout;
        let login = timeout(after, log_in(&client, credentials, options)).await;
        match login.unwrap_or(Err(Error::TimedOut { phase: Phase::Login, after })) {
            Ok(()) => Ok(client),
            Err(Error::Closed { detail }) => Err(Error::Closed {
                detail: format!(
                    "{detail} during login: the address may not be allowed, or the session limit is reached"
                ),
            }),
            Err(error) => Err(error),
        }
    }

    /// Runs one command to its end. Dropping the future, or its time limit, cancels it on the router.
    ///
    /// # Errors
    /// What the router answered ([`Error::Trap`], [`Error::NotPermitted`]), [`Error::TimedOut`], or the connection's end.
    pub async fn run(&self, command: Command) -> Result<Reply, Error> {
        let after = command.limit().unwrap_or(self.0.command_timeout);
        let (reply, answer) = oneshot::channel();
        let whole = async {
            let sink = Sink::Collect { rows: Vec::new(), bytes: 0, reply };
            let mut running = self.begin(command, sink).await?;
            let answer = answer.await.unwrap_or_else(|_| Err(self.reason()));
            running.over = true;
            answer
        };
        timeout(after, whole).await.unwrap_or(Err(Error::TimedOut { phase: Phase::Command, after }))
    }

    /// Begins a command that may never end.
    ///
    /// # Errors
    /// The connection's end.
    pub async fn stream(&self, command: Command) -> Result<Rows, Error> {
        let (rows, receiver) = mpsc::channel(QUEUE);
        let end = Arc::new(OnceLock::new());
        let running = self.begin(command, Sink::Stream { rows, end: end.clone() }).await?;
        Ok(Rows { rows: receiver, end, running, over: false })
    }

    /// Whether the connection is over.
    pub fn is_closed(&self) -> bool {
        self.0.ended.borrow().is_some()
    }

    /// Resolves with the reason when the connection is over.
    pub async fn closed(&self) -> Error {
        let mut ended = self.0.ended.clone();
        let reason = ended.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| Error::closed("the client was closed"))
    }

    /// Ends the connection.
    pub async fn close(self) {
        if self.0.requests.send(Request::Close).is_ok() {
            let _ = timeout(Duration::from_secs(1), self.closed()).await;
        }
    }

    async fn begin(&self, command: Command, sink: Sink) -> Result<Running, Error> {
        let permit = self.0.places.clone().acquire_owned().await.map_err(|_| Error::Busy { limit: self.0.limit })?;
        let tag = self.0.next_tag.fetch_add(1, Ordering::Relaxed);
        let begin = Request::Begin { tag, command, sink, permit };
        self.0.requests.send(begin).map_err(|_| self.reason())?;
        Ok(Running { client: self.clone(), tag, over: false })
    }

    fn reason(&self) -> Error {
        self.0.ended.borrow().clone().unwrap_or_else(|| Error::closed("the connection ended"))
    }
}

/// A command in flight, cancelled when it is dropped before its end.
#[derive(Debug)]
struct Running {
    client: Client,
    tag: u64,
    over: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.over {
            let _ = self.client.0.requests.send(Request::Cancel { tag: self.tag });
        }
    }
}

/// The rows of a command, as they come. Dropping it cancels the command on the router.
#[derive(Debug)]
pub struct Rows {
    rows: mpsc::Receiver<Sentence>,
    end: Arc<OnceLock<Result<(), Error>>>,
    running: Running,
    over: bool,
}

impl Rows {
    /// The next row; `None` after the command's end.
    pub async fn next(&mut self) -> Option<Result<Sentence, Error>> {
        std::future::poll_fn(|context| self.poll_row(context)).await
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Sentence, Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        match self.rows.poll_recv(context) {
            Poll::Ready(Some(row)) => Poll::Ready(Some(Ok(row))),
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => {
                self.over = true;
                let end = self.end.get().cloned().unwrap_or_else(|| Err(self.running.client.reason()));
                self.running.over = !matches!(end, Err(Error::Lagged));
                Poll::Ready(end.err().map(Err))
            }
        }
    }
}

impl Stream for Rows {
    type Item = Result<Sentence, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_row(context)
    }
}
