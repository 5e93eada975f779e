//! Which stream holds which part of the state, and what its subjects are.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, Republish};
use async_nats::jetstream::stream::{DiscardPolicy, RetentionPolicy};
use lalin_store::{SESSION_IDLE, SharedPart};
use tokio::time::sleep;

use crate::buckets::{self, Plan};
use crate::connection::{Connection, provide, replicas};
use crate::error::Error;

/// The streams of a node's state. A part that is missing is not known to the node.
#[derive(Debug)]
pub(super) struct Parts {
    state: Part,
    sessions: Option<Part>,
    audit: Option<Part>,
    pub(super) may_write: bool,
}

/// One stream.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The stream's name.
    pub(super) stream: String,
    /// What stands before the key in the subjects that are written.
    pub(super) written: String,
    /// What stands before the key in those that are told.
    pub(super) told: String,
    plan: Option<Plan>,
}

impl Parts {
    pub(super) fn of_cluster(connection: &Connection) -> Self {
        Self {
            state: Part::of(buckets::state(connection)),
            sessions: Some(Part::of(buckets::sessions(connection, SESSION_IDLE))),
            audit: Some(Part {
                stream: format!("lalin_{}_audit", connection.cluster()),
                written: connection.subject(&["audit"]),
                told: connection.subject(&["kv", "audit"]),
                plan: None,
            }),
            may_write: true,
        }
    }

    pub(super) fn of_site(connection: &Connection, site: &str) -> Self {
        Self { state: Part::of(buckets::site(connection, site)), sessions: None, audit: None, may_write: false }
    }

    /// The same, for whoever writes what the site's collectors need.
    pub(super) fn to_site(connection: &Connection, site: &str) -> Self {
        Self { may_write: true, ..Self::of_site(connection, site) }
    }

    pub(super) fn get(&self, part: SharedPart) -> Option<&Part> {
        match part {
            SharedPart::State => Some(&self.state),
            SharedPart::Sessions => self.sessions.as_ref(),
            SharedPart::Audit => self.audit.as_ref(),
        }
    }
}

impl Part {
    pub(super) fn of(plan: Plan) -> Self {
        Self { stream: plan.stream(), written: format!("$KV.{}", plan.name), told: plan.told.clone(), plan: Some(plan) }
    }

    pub(super) fn subject(&self, key: &str) -> String {
        format!("{}.{key}", self.written)
    }

    /// The key that a subject is about.
    pub(super) fn key<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(self.written.as_str())?.strip_prefix('.')
    }

    /// Sees that there is the stream.
    pub(super) async fn provide(&self, connection: &Connection) -> Result<(), Error> {
        if let Some(plan) = &self.plan {
            return provide(connection, plan).await;
        }
        let mut failed = Error::NoAnswer;
        for _ in 0..ATTEMPTS {
            let replicas = replicas(connection).await;
            match connection.jetstream().get_or_create_stream(self.log(replicas)).await {
                Ok(_) => return Ok(()),
                Err(error) => failed = Error::Server(error.to_string()),
            }
            sleep(RETRY).await;
        }
        Err(failed)
    }

    /// A log, of which each action has a part of its own: what strangers cause pushes out nothing else.
    fn log(&self, replicas: usize) -> Config {
        Config {
            name: self.stream.clone(),
            description: Some("Lalin".into()),
            subjects: vec![format!("{}.>", self.written)],
            max_messages_per_subject: MOST_OF_EACH_ACTION,
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            num_replicas: replicas,
            allow_direct: true,
            max_messages: -1,
            max_bytes: -1,
            max_consumers: -1,
            max_message_size: -1,
            duplicate_window: DUPLICATES,
            republish: Some(Republish {
                source: format!("{}.>", self.written),
                destination: format!("{}.>", self.told),
                headers_only: false,
            }),
            ..Default::default()
        }
    }
}

const MOST_OF_EACH_ACTION: i64 = 10_000;
/// How long a repeated entry is known as one.
const DUPLICATES: Duration = Duration::from_secs(120);
const ATTEMPTS: usize = 10;
const RETRY: Duration = Duration::from_millis(250);
