//! A client that reconnects: it connects when it is first used, and again when the connection ends and is still wanted.

mod backoff;
mod connect_limit;
mod connection_task;
mod deadline;
mod health;
mod monitored;
mod policy;
mod shared;
mod state;
mod states;
mod status;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::Phase;
use crate::client::{Collected, Fold, Gather};
use crate::{Client, Command, Credentials, Error, Options, Reply, Rows, Sentence};

use connection_task::ConnectionTask;
use deadline::later;
use monitored::MonitoredClient;
use shared::{Shared, Use};
use status::Status;

pub use connect_limit::ConnectLimit;
pub use policy::ReconnectPolicy;
pub use state::ConnectionState;
pub use states::ConnectionStates;

/// A router that one may talk to at any time: a [`Client`] that opens its connection by itself.
///
/// - **Lazy.** Nothing is sent before the first use. A connection that ended is opened again by itself if it was used
///   in the last [`wanted_for`](ReconnectPolicy::wanted_for), or else by the next use. A use is a command, a stream
///   being begun, [`client`](Self::client) and [`ready`](Self::ready); looking at the state is not.
/// - **Patient.** One attempt at a time, however many callers wait for it; pauses that grow; at least a minute where
///   somebody has to fix something, such as a password. A command given during a pause fails at once, with the reason
///   why there is no connection. [`state`](Self::state) knows when the next attempt is.
/// - **Watchful.** A router that stopped answering, or that a firewall on the way forgot, is noticed: by probes while
///   nothing else is answered, and by commands that go unanswered. [`ReconnectPolicy`] says when.
/// - **Never twice.** A command that may have been sent is not sent again: whether to repeat it is for the caller to
///   decide. Streams are not begun again either; they end with the connection's error.
///
/// Clones share one connection. Its one task, begun by the first use within a tokio runtime, ends with the last clone.
///
/// ```no_run
/// use routeros::{Command, Credentials, Options, ReconnectPolicy, ReconnectingClient};
/// # async fn poll() {
/// let credentials = Credentials::new("admin", "secret");
/// let router = ReconnectingClient::new("192.168.88.1", 8728, credentials, Options::default(), ReconnectPolicy::default());
/// loop {
///     match router.run(Command::new("/system/resource/print").proplist(&["uptime"])).await {
///         Ok(reply) => println!("{:?}", reply.rows),
///         Err(error) => println!("{error}: {:?}", router.state()),
///     }
///     tokio::time::sleep(std::time::Duration::from_secs(1)).await;
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct ReconnectingClient(Arc<Owner>);

/// Owns the task; the task owns the rest.
struct Owner {
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl ReconnectingClient {
    /// The router at `host`, as [`Client::connect`] takes it. Needs no runtime yet.
    pub fn new(host: &str, port: u16, credentials: Credentials, options: Options, reconnect: ReconnectPolicy) -> Self {
        let target = Arc::new((host.to_owned(), port, credentials, options.clone()));
        let connect = move || {
            let target = target.clone();
            async move {
                let (host, port, credentials, options) = &*target;
                Client::connect(host, *port, credentials, options).await
            }
        };
        Self::with_connector(connect, options, reconnect)
    }

    /// Any way of getting a logged-in client: another transport, a router that is looked up each time.
    ///
    /// Of the options, the limits hold here: [`command_timeout`](Options::command_timeout) for commands that have none
    /// of their own; those of connecting, of the TLS handshake and of the login together, and a second, for an attempt,
    /// which is dropped then.
    pub fn with_connector<F, Fut>(connect: F, options: Options, reconnect: ReconnectPolicy) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Client, Error>> + Send + 'static,
    {
        let shared = Shared::new(Box::new(move || Box::pin(connect())), options, reconnect);
        Self(Arc::new(Owner { shared: Arc::new(shared), task: Mutex::default() }))
    }

    /// Runs one command to its end, as [`Client::run`] does. The command's time limit holds for everything, the wait
    /// for a connection included. It is never sent a second time.
    ///
    /// # Errors
    /// At once why there is no connection, when the next attempt is not due yet: nothing was sent.
    /// [`Error::TimedOut`] in [`Phase::Connect`] when there was none within the command's limit: nothing was sent.
    /// And those of [`Client::run`]: when the connection ended meanwhile, the router may have done what it was told.
    pub async fn run(&self, command: Command) -> Result<Reply, Error> {
        self.gather(command, Collected::default()).await
    }

    /// Runs one command to its end and gives each of its rows to `each` as it comes, as [`Client::fold`] does, in the
    /// time and with the care of [`run`](Self::run).
    ///
    /// # Errors
    /// As [`run`](Self::run); what has become of `value` is lost then.
    pub async fn fold<T, F>(&self, command: Command, value: T, each: F) -> Result<(T, Reply), Error>
    where
        T: Send + 'static,
        F: FnMut(&mut T, Sentence) + Send + 'static,
    {
        self.gather(command, Fold { value, each }).await
    }

    async fn gather<G: Gather>(&self, command: Command, gather: G) -> Result<G::Gathered, Error> {
        let after = self.limit(&command);
        let deadline = later(Instant::now(), after);
        let _use = self.0.start_use();
        let client = self.connected(deadline, after).await?;
        let left = deadline.duration_since(Instant::now());
        client.gather(command, left, gather).await.map_err(|error| match error {
            // As far as the caller is concerned, all of it was the command's.
            Error::TimedOut { phase, after: waited } if waited == left => Error::TimedOut { phase, after },
            error => error,
        })
    }

    /// Begins a command that may never end, as [`Client::stream`] does. It ends with the connection, with the
    /// connection's error, and is not begun again by itself: rows would be missing in between, or come twice.
    /// [`ready`](Self::ready) tells when to begin it again.
    ///
    /// # Errors
    /// As [`run`](Self::run) and [`Client::stream`].
    pub async fn stream(&self, command: Command) -> Result<Rows, Error> {
        let after = self.limit(&command);
        let _use = self.0.start_use();
        let client = self.connected(later(Instant::now(), after), after).await?;
        client.client().stream(command).await
    }

    /// Prints a menu as a type of the caller's, as [`Client::print`] does.
    ///
    /// # Errors
    /// As [`run`](Self::run), and [`Error::Row`].
    #[cfg(feature = "serde")]
    pub async fn print<T: serde_core::de::DeserializeOwned>(&self, menu: &str) -> Result<Vec<T>, Error> {
        Ok(self.run(crate::typed::print::<T>(menu)).await?.read()?)
    }

    /// The connection, waited for while an attempt is under way; for what has no counterpart here. It ends like any
    /// other. Whoever keeps it keeps that connection open.
    ///
    /// # Errors
    /// At once why there is none, when the next attempt is not due yet.
    pub async fn client(&self) -> Result<Client, Error> {
        let after = self.0.shared.attempt_limit();
        let _use = self.0.start_use();
        Ok(self.connected(later(Instant::now(), after), after).await?.client().clone())
    }

    /// The connection, waited for through pauses and failed attempts for up to `limit`.
    ///
    /// # Errors
    /// Why there is still no connection when the time is over.
    pub async fn ready(&self, limit: Duration) -> Result<Client, Error> {
        let _use = self.0.start_use();
        let mut status = self.0.shared.status.subscribe();
        let up = status.wait_for(|status| status.client().is_some() || matches!(status, Status::Closed));
        let client = match timeout_at(later(Instant::now(), limit), up).await {
            Ok(Ok(status)) => status.client().map(|client| client.client().clone()),
            Ok(Err(_)) | Err(_) => None,
        };
        client.ok_or_else(|| self.reason().unwrap_or(Error::TimedOut { phase: Phase::Connect, after: limit }))
    }

    /// The state of the connection.
    pub fn state(&self) -> ConnectionState {
        self.0.shared.status.borrow().state()
    }

    /// The states to come.
    pub fn subscribe(&self) -> ConnectionStates {
        ConnectionStates(self.0.shared.status.subscribe())
    }

    /// Ends a pause, because a person asks for it; nothing otherwise. Attempts still begin at least 2 s apart, and
    /// 10 s after one that was refused.
    pub fn try_now(&self) {
        if matches!(*self.0.shared.status.borrow(), Status::Waiting { .. }) {
            self.0.shared.try_now.notify_waiters();
        }
    }

    /// Ends the connection in order, and all attempts, also for every clone: what is given or in flight fails with
    /// [`Error::Closed`]. Takes a second at most.
    pub async fn close(self) {
        if let Some(client) = self.0.end() {
            client.client().clone().close().await;
        }
    }

    fn limit(&self, command: &Command) -> Duration {
        command.limit().unwrap_or(self.0.shared.options.command_timeout)
    }

    /// The connection, waited for while an attempt is under way.
    async fn connected(&self, deadline: Instant, after: Duration) -> Result<Arc<MonitoredClient>, Error> {
        let mut status = self.0.shared.status.subscribe();
        let settled = timeout_at(deadline, status.wait_for(Status::is_settled)).await;
        let settled = settled.map_err(|_| Error::TimedOut { phase: Phase::Connect, after })?;
        let status = settled.map_err(|_| Error::closed("the client was closed"))?;
        match (status.client(), status.reason()) {
            (Some(client), _) => Ok(client.clone()),
            (None, Some(reason)) => Err(reason),
            // It ended in this very moment.
            (None, None) => Err(Error::closed("the connection ended")),
        }
    }

    fn reason(&self) -> Option<Error> {
        self.0.shared.status.borrow().reason()
    }
}

impl Owner {
    /// Somebody uses the connection: there is to be one.
    fn start_use(&self) -> Use<'_> {
        let asking = self.shared.begin_use();
        let mut task = self.task();
        let gone = task.as_ref().is_none_or(JoinHandle::is_finished);
        if gone && !matches!(*self.shared.status.borrow(), Status::Closed) {
            *task = Some(tokio::spawn(ConnectionTask::new(self.shared.clone()).run().in_current_span()));
        }
        self.shared.wanted.notify_one();
        asking
    }

    /// Ends the task and all hope; the connection that there was.
    fn end(&self) -> Option<Arc<MonitoredClient>> {
        // Whoever asks meanwhile begins a task before this, or none.
        let mut task = self.task();
        let status = self.shared.status.send_replace(Status::Closed);
        if let Some(task) = task.take() {
            task.abort();
        }
        status.client().cloned()
    }

    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.end();
    }
}

impl std::fmt::Debug for ReconnectingClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReconnectingClient").field("state", &self.state()).finish_non_exhaustive()
    }
}
