//! How a session is opened: over TCP, or however a test or another transport does it.

use std::time::Duration;

use async_trait::async_trait;
use routeros::{Client, Credentials, Error, Options, Phase};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Settings;

/// Opens a session, logged in.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// One attempt. The caller gives it up, by dropping the future, when it takes longer than the settings' limits
    /// for connecting and logging in together.
    ///
    /// # Errors
    /// Why there is no session.
    async fn connect(&self) -> Result<Client, Error>;
}

/// A session may be idle for hours; this keeps firewalls on the way from forgetting it, without a command.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(15);
/// An idle session whose peer is gone is noticed after so many unanswered probes, [`PROBE_EVERY`] apart.
const PROBES: u32 = 3;
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// Opens sessions over plain TCP.
#[derive(Clone, Debug)]
pub struct TcpConnector {
    host: String,
    port: u16,
    credentials: Credentials,
    options: Options,
}

impl TcpConnector {
    /// To the settings' router.
    pub fn new(settings: &Settings) -> Self {
        Self {
            host: settings.host.clone(),
            port: settings.port,
            credentials: settings.credentials.clone(),
            options: settings.options(),
        }
    }
}

#[async_trait]
impl Connector for TcpConnector {
    async fn connect(&self) -> Result<Client, Error> {
        let after = self.options.connect_timeout;
        let connected = timeout(after, TcpStream::connect((&*self.host, self.port))).await;
        let stream = connected.map_err(|_| Error::TimedOut { phase: Phase::Connect, after })??;
        stream.set_nodelay(true)?;
        keep_alive(&stream);
        Client::login(stream, &self.credentials, &self.options).await
    }
}

fn keep_alive(stream: &TcpStream) {
    let probes = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(PROBE_EVERY).with_retries(PROBES);
    // Without it a dead session is noticed all the same, by the next read.
    if let Err(error) = SockRef::from(stream).set_tcp_keepalive(&probes) {
        tracing::debug!(%error, "the session has no TCP keepalive");
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_idle_session_is_kept_alive_by_the_system() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        keep_alive(&stream);
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_AFTER);
    }
}
