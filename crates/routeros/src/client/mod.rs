//! The client: one connection, any number of commands at once, each with its own time limit.

mod arrivals;
mod connect;
mod connection;
mod driver;
mod gathering;
mod keepalive;
mod kept_memory;
mod login;
mod reply;
mod row_sink;
mod rows;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

#[cfg(feature = "tls")]
use crate::tls;
use crate::{Command, Credentials, Error, Options, Phase, Sentence};

use arrivals::Arrivals;
use connection::Connection;
use gathering::Gatherer;
use login::log_in;
use row_sink::RowSink;

pub use connect::connect_tcp;
pub(crate) use gathering::{Collected, Fold, Gather};
pub use reply::Reply;
pub use rows::Rows;

/// Where RouterOS listens for TLS.
const API_SSL: u16 = 8729;

/// A logged-in connection to a router.
///
/// Clones share it. Any number of commands run on it at once, up to [`Limits::commands`](crate::Limits::commands);
/// further ones wait for a place. It ends when the last clone and the last [`Rows`] are dropped.
#[derive(Clone)]
pub struct Client(Arc<Connection>);

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
        let stream = connect_tcp(host, port, options).await?;
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
        let client = Self(Connection::start(stream, options));
        let after = options.login_timeout;
        let login = timeout(after, log_in(|command| client.run(command), credentials, options)).await;
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
        self.gather(command, Collected::default()).await
    }

    /// Runs one command to its end and gives each of its rows to `each` as it comes, with `value`: what it has become, and
    /// the reply without the rows. A reply of thousands of rows then takes no more memory than what is made of them.
    ///
    /// `each` is called on the task that reads from the router for everybody, so it must neither block nor take long. The
    /// [`Limits`](crate::Limits) of a reply hold here too.
    ///
    /// ```no_run
    /// # async fn sum(router: routeros::Client) -> Result<(), routeros::Error> {
    /// let print = routeros::Command::new("/interface/print").proplist(&["rx-byte"]);
    /// let add = |sum: &mut u64, row: routeros::Sentence| *sum += row.get("rx-byte").and_then(|n| n.u64()).unwrap_or(0);
    /// let (sum, _) = router.fold(print, 0, add).await?;
    /// println!("{sum} bytes");
    /// # Ok(())
    /// # }
    /// ```
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

    /// Runs one command to its end; what is gathered of its rows.
    pub(crate) async fn gather<G: Gather>(&self, command: Command, gather: G) -> Result<G::Gathered, Error> {
        let after = command.limit().unwrap_or(self.0.options().command_timeout);
        let deadline = Instant::now() + after;
        let arrivals = command.silence_limit().map(|limit| (limit, Arrivals::new()));
        let (caller, mut answer) = oneshot::channel();
        let gathering = Gatherer::boxed(gather, caller);
        let sink = RowSink::Gather { gathering, arrivals: arrivals.as_ref().map(|(_, arrivals)| arrivals.clone()) };
        let mut running = self.0.begin(command, sink, deadline).await?;
        loop {
            let quiet = arrivals.as_ref().map(|(limit, arrivals)| (*limit, arrivals.last() + *limit));
            let quiet = quiet.filter(|(_, until)| *until < deadline);
            let until = quiet.map_or(deadline, |(_, until)| until);
            match timeout_at(until, &mut answer).await {
                Ok(answer) => {
                    running.finished();
                    return answer.unwrap_or_else(|_| Err(self.0.reason()));
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
        let (queue, rows, shared) = row_sink::queue(&self.0.options().limits);
        let deadline = Instant::now() + limit.unwrap_or(self.0.options().command_timeout);
        let running = self.0.begin(command, RowSink::Stream(queue), deadline).await?;
        Ok(Rows::new(rows, shared, running, limit))
    }

    /// Whether the connection is over.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Waits for the end of the connection; why it ended.
    pub async fn closed(&self) -> Error {
        self.0.closed().await
    }

    /// Ends the connection in order, also for every clone: what is in flight fails with [`Error::Closed`]. Takes a
    /// second at most.
    pub async fn close(self) {
        self.0.close().await;
    }

    /// When a byte last came.
    pub(crate) fn heard(&self) -> Instant {
        self.0.heard()
    }

    /// Ends a connection that is of no use any more, also for every clone: what is in flight fails with `reason`.
    pub(crate) fn abandon(&self, reason: Error) {
        self.0.abandon(reason);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_login_on_the_tls_port_is_told_of_it() {
        let error = on_the_tls_port(Error::closed("the router closed the connection amid a sentence"));
        assert!(matches!(&error, Error::Closed { detail } if detail.contains("8729 is usually TLS")), "{error:?}");
        assert_eq!(on_the_tls_port(Error::Lagged), Error::Lagged);
    }
}
