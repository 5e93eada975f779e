//! The connection to NATS: opened once, mended by itself, and judged each time it meets another server.

mod bucket;
mod follower;
mod health;
pub(crate) mod majority;
mod meaning;
mod plan;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::{Client, ConnectOptions};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

pub use bucket::{Bucket, Entry};
pub use follower::{Follower, Step};
pub use health::Health;
pub(crate) use health::recent_enough;
pub(crate) use meaning::said;
pub use plan::Plan;
pub(crate) use plan::{provide, replicas};
pub use settings::{Credentials, Settings};
pub(crate) use settings::{part, unpart};

use crate::error::Error;
use health::Violations;

/// A connection to the cluster's NATS servers. Clones share it; it ends with the last one.
#[derive(Clone, Debug)]
pub struct Connection {
    client: Client,
    jetstream: jetstream::Context,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    health: watch::Receiver<Health>,
    violations: Violations,
    _follows: AbortOnDropHandle<()>,
}

impl Connection {
    /// Connects. A server that must not be used is an error; none that answers within a few seconds is not, since a node has to
    /// start while the servers do: [`Connection::health`] tells when one comes.
    ///
    /// # Errors
    ///
    /// Settings that cannot be used, refused credentials, a server that is too old or has no JetStream.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        settings.check()?;
        let (sender, events) = mpsc::channel(EVENTS);
        let options = options(&settings).retry_on_initial_connect().event_callback(move |event| {
            // Never waits: a full queue means that much has happened already.
            let _ = sender.try_send(event);
            std::future::ready(())
        });
        let connected = options.connect(settings.servers.clone()).await;
        let client = connected.map_err(|error| Error::Settings(format!("{:?}: {error}", settings.servers)))?;
        let jetstream = jetstream::context::ContextBuilder::new().timeout(PATIENCE).ack_timeout(PATIENCE);
        let jetstream = jetstream.max_ack_inflight(IN_FLIGHT).build(client.clone());
        let (tell, health) = watch::channel(Health::Connecting);
        let violations = Violations::default();
        let follows = tokio::spawn(health::follow(client.clone(), events, tell, violations.clone()).boxed());
        let mut first = health.clone();
        let shared = Arc::new(Shared { settings, health, violations, _follows: AbortOnDropHandle::new(follows) });
        let first = timeout(FIRST, first.wait_for(|health| *health != Health::Connecting)).await;
        if let Ok(Ok(health)) = first
            && let Health::Refused(error) = &*health
        {
            return Err(error.clone());
        }
        Ok(Self { client, jetstream, shared })
    }

    /// NATS itself, for frames and questions.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Its streams.
    pub fn jetstream(&self) -> &jetstream::Context {
        &self.jetstream
    }

    /// How the connection is, now and from now on.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.shared.health.clone()
    }

    /// The subject `lalin.<cluster>` and these parts. Dots within a part (routers' and nodes' names may have them) are
    /// replaced, so that it stays one.
    pub fn subject(&self, parts: &[&str]) -> String {
        subject(&self.shared.settings.cluster, parts)
    }

    /// The cluster's name.
    pub fn cluster(&self) -> &str {
        &self.shared.settings.cluster
    }

    /// This node's site.
    pub fn site(&self) -> Option<&str> {
        self.shared.settings.site.as_deref()
    }

    /// This node's name.
    pub fn node(&self) -> &str {
        &self.shared.settings.node
    }

    /// Connects once more, to one server and without trying for long: for seeing whether it is there.
    pub(crate) fn probe(&self) -> ConnectOptions {
        options(&self.shared.settings)
    }

    /// What keeps this server from being used, if something does.
    pub(crate) fn refusal(&self) -> Option<Error> {
        match &*self.shared.health.borrow() {
            Health::Refused(error) => Some(error.clone()),
            _ => None,
        }
    }

    pub(crate) fn violations(&self) -> &Violations {
        &self.shared.violations
    }
}

fn options(settings: &Settings) -> ConnectOptions {
    let mut options = ConnectOptions::new()
        .name(format!("lalin {}", settings.node))
        .ping_interval(PATIENCE)
        .request_timeout(Some(PATIENCE))
        .connection_timeout(CONNECTING)
        .subscription_capacity(SUBSCRIPTION)
        .reconnect_delay_callback(|attempts| if attempts <= 1 { Duration::ZERO } else { BETWEEN_ATTEMPTS });
    if let Some(site) = &settings.site {
        // A site's user may listen to its own answers only.
        options = options.custom_inbox_prefix(format!("_INBOX.{site}"));
    }
    if let Some(tls) = &settings.tls {
        options = options.tls_client_config((**tls).clone());
    }
    match settings.credentials.clone() {
        Credentials::None => options,
        Credentials::UserPassword(user, password) => options.user_and_password(user, password),
        Credentials::Token(token) => options.token(token),
        Credentials::NkeySeed(seed) => options.nkey(seed),
    }
}

fn subject(cluster: &str, parts: &[&str]) -> String {
    let mut subject = format!("lalin.{cluster}");
    for one in parts {
        subject.push('.');
        subject.push_str(&part(one));
    }
    subject
}

/// For one question, and between two pings: a server that hangs is left after two of them.
const PATIENCE: Duration = Duration::from_secs(1);
const CONNECTING: Duration = Duration::from_secs(2);
/// For the first server to answer at the start.
const FIRST: Duration = Duration::from_secs(3);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(250);
/// Messages that wait in one subscription; more are lost, and counted by whom it concerns.
const SUBSCRIPTION: usize = 1024;
/// Writes that wait for their answers.
const IN_FLIGHT: usize = 1024;
const EVENTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_as_many_parts_as_were_given() {
        assert_eq!(subject("c", &["s1", "pop.1", "live"]), "lalin.c.s1.pop=1.live");
        assert_eq!(subject("c", &["kv", ">"]), "lalin.c.kv.>");
    }
}
