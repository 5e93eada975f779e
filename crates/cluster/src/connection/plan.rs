//! Making a bucket.
//!
//! One node makes it; what others see meanwhile is "no stream" for a moment, so they try again.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Republish, StorageType};
use tokio::time::{Instant, sleep};

use super::Connection;
use super::meaning::said;
use crate::error::Error;

/// How a bucket is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Where its changes are told: this subject and the key.
    pub told: String,
    /// How long a key lives after its last write; `None` for ever.
    pub age: Option<Duration>,
    /// In memory instead of on the disk: for what is written each second and worth nothing after a restart.
    pub memory: bool,
}

impl Plan {
    /// The name of the stream behind it.
    pub(crate) fn stream(&self) -> String {
        format!("KV_{}", self.name)
    }
}

/// Sees that there is the bucket, within a few seconds.
pub(crate) async fn provide(connection: &Connection, plan: &Plan) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let error = match try_to_provide(connection, plan).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !error.is_temporary() || Instant::now() > deadline {
            return Err(error);
        }
        sleep(RETRY).await;
    }
}

async fn try_to_provide(connection: &Connection, plan: &Plan) -> Result<(), Error> {
    if let Some(refusal) = connection.refusal() {
        return Err(refusal);
    }
    let begun = Instant::now();
    match connection.jetstream().get_stream(plan.stream()).await {
        Ok(_) => return Ok(()),
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {}
            GetStreamErrorKind::JetStream(error) => return Err(said(&error)),
            _ => return Err(Error::NoAnswer),
        },
    }
    let making = connection.jetstream().create_stream(config(plan, replicas(connection).await)).await;
    match making {
        Ok(_) => {
            tracing::info!(bucket = %plan.name, "made a bucket");
            Ok(())
        }
        Err(error) => match error.kind() {
            // Another node made it a moment ago; asked for again.
            CreateStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NAME_EXIST => {
                Err(Error::NoLeader)
            }
            CreateStreamErrorKind::JetStream(error) => Err(said(&error)),
            _ if connection.violations().since(begun, &plan.stream()).is_some() => {
                Err(Error::NoBucket(plan.name.clone()))
            }
            _ => Err(Error::NoAnswer),
        },
    }
}

/// Three, or one where there is one server only: such a cluster bears no server's death, and says so in its status.
pub(crate) async fn replicas(connection: &Connection) -> usize {
    match connection.client().try_server_info() {
        Some(info) if info.cluster.is_none() => 1,
        _ => REPLICAS,
    }
}

fn config(plan: &Plan, replicas: usize) -> Config {
    Config {
        name: plan.stream(),
        description: Some("Lalin".into()),
        subjects: vec![format!("$KV.{}.>", plan.name)],
        max_messages_per_subject: 1,
        max_age: plan.age.unwrap_or_default(),
        storage: if plan.memory { StorageType::Memory } else { StorageType::File },
        num_replicas: replicas,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        max_messages: -1,
        max_bytes: -1,
        max_consumers: -1,
        max_message_size: -1,
        republish: Some(Republish {
            source: format!("$KV.{}.>", plan.name),
            destination: format!("{}.>", plan.told),
            headers_only: false,
        }),
        ..Default::default()
    }
}

const REPLICAS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(250);
