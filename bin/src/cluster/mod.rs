//! Several machines as one: what of it the program composes.

mod about;
mod alerts;
mod checks;
mod commands;
mod connection;
mod history;
mod node;
mod sites;
mod state;
mod status;

use std::sync::Arc;

use lalin_config::{Cluster, Config};
use lalin_fleet::{Fleet, RecordingPolicy};
use lalin_http::LogLevel;
use lalin_store::ServerLock;

use crate::cli::{ClusterCommand, ClusterFlags};
use crate::environment::gather;
use crate::error::Error;
use crate::serve;

pub(crate) use node::Node;
pub(crate) use state::{JoinedState, follow};

/// Serves as a node of the cluster, until it is asked to stop.
pub(crate) async fn serve(config: &Config, cluster: &Cluster, log: Arc<dyn LogLevel>) -> Result<(), Error> {
    let _lock = ServerLock::take(&config.data_dir)?;
    let connection = connection::open(cluster).await?;
    let joined = state::join(config, cluster, &connection).await?;
    let node = Node::begin(&connection, cluster, &joined.store).await?;
    let states = Some(alerts::states(&connection, &node, &joined.store));
    let past = history::Past::open(config, cluster);
    let _handover = history::start(&past, &connection, &node);
    let record = |config: &Config, fleet: &Fleet, chosen: &RecordingPolicy| past.record(config, fleet, chosen);
    let beside = serve::Beside { states, node: Some(node), record: Box::new(record), ..serve::Beside::none() };
    serve::run(config, Some(joined.store.clone()), log, beside).await
}

/// What the cluster of a configuration remembers, for a command beside the server; `None` on a machine alone.
pub(crate) async fn joined(config: &Config) -> Result<Option<JoinedState>, Error> {
    let Some(cluster) = &config.cluster else { return Ok(None) };
    let connection = connection::open(cluster).await?;
    Ok(Some(state::join_in_memory(cluster, &connection).await?))
}

/// Does what `lalin cluster` was asked for.
pub(crate) async fn run(ClusterFlags { command, data }: ClusterFlags) -> Result<(), Error> {
    let (config, _) = gather(data.into())?;
    match command {
        ClusterCommand::Init => commands::init(&config).await,
        ClusterCommand::Status { json } => {
            let cluster = config.cluster.as_ref().ok_or(Error::NoCluster)?;
            status::print(cluster, &connection::open(cluster).await?, json).await
        }
        ClusterCommand::Import { replace } => commands::import(&config, replace).await,
        ClusterCommand::Export { folder } => commands::export(&config, &folder).await,
        ClusterCommand::Site { command } => sites::run(&config, command).await,
    }
}
