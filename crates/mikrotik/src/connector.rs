//! How a session is opened: over TCP, or however a test or another transport does it.

use async_trait::async_trait;
use routeros::{Client, Credentials, Error, Options};

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
        Client::connect(&self.host, self.port, &self.credentials, &self.options).await
    }
}
