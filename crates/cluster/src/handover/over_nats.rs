//! A collector is asked over NATS for what it recorded.

use std::sync::Arc;
use std::time::Duration;

use async_nats::client::Request;
use async_trait::async_trait;
use lalin_history::{HandOver, History};

use super::following::Asks;
use super::serving::taken;
use super::{Answer, Ask, Collector, subject};
use crate::connection::Connection;
use crate::error::Error;

/// Asks the collectors over NATS, and this node itself without it: its own pages know what it recorded, whatever becomes
/// of the servers.
#[derive(Debug)]
pub struct OverNats {
    connection: Connection,
    own: Option<Arc<tokio::sync::Mutex<HandOver>>>,
}

/// A large answer over a slow link takes a while.
const PATIENCE: Duration = Duration::from_secs(10);

impl OverNats {
    /// With what this node records itself, if it does.
    pub fn new(connection: Connection, recorded: Option<&History>) -> Self {
        Self { connection, own: recorded.map(|history| Arc::new(tokio::sync::Mutex::new(history.hand_over()))) }
    }
}

#[async_trait]
impl Asks for OverNats {
    async fn ask(&self, collector: &Collector, ask: &Ask) -> Result<Answer, Error> {
        let is_own = collector.node == self.connection.node() && collector.site.as_deref() == self.connection.site();
        if let Some(own) = self.own.as_ref().filter(|_| is_own) {
            return taken(own, ask, ask.bytes as usize).await;
        }
        let subject = subject(&self.connection, collector.site.as_deref(), &collector.node);
        let request = Request::new().payload(ask.to_bytes()?.into()).timeout(Some(PATIENCE));
        let answer = self.connection.client().send_request(subject, request).await;
        Answer::from_bytes(&answer.map_err(|_| Error::NoAnswer)?.payload)
    }
}
