//! This node's copy of what the cluster remembers: joined when the server starts, and by commands beside it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_cluster::{Connection, SharedState, SiteWriter};
use lalin_config::{Cluster, Config};
use lalin_fleet::{Alerting, Fleet, Recording, RecordingPolicy};
use lalin_store::{EncryptionKey, SharedKind, Store};
use tokio_util::task::AbortOnDropHandle;

use crate::error::Error;

/// How long the start waits for the cluster; afterwards it goes on with what it knew.
const START: Duration = Duration::from_secs(10);
/// How long a command waits.
const COMMAND: Duration = Duration::from_secs(20);

/// A store that is a copy of the cluster's state, and what keeps it one: it ends with this.
pub(crate) struct JoinedState {
    pub(crate) store: Store,
    _state: SharedState,
    _sites: Option<SiteWriter>,
}

/// Joins as a server: with a copy in the data directory, which is read also while no NATS server answers.
///
/// # Errors
/// [`Error::Cluster`], [`Error::Store`].
pub(crate) async fn join(config: &Config, cluster: &Cluster, connection: &Connection) -> Result<JoinedState, Error> {
    let store = Store::open_copy(&config.data_dir, key(cluster)?)?;
    let state = begin(connection, &store, cluster);
    if let Err(error) = state.whole(START).await {
        tracing::warn!(%error, "the cluster does not answer: what this node knew is shown, and nothing can be changed");
    }
    let sites = cluster.site.is_none().then(|| SiteWriter::begin(connection, &store));
    Ok(JoinedState { store, _state: state, _sites: sites })
}

/// Joins for a command: with a copy in memory that is new.
///
/// # Errors
/// [`Error::Cluster`], [`Error::Store`].
pub(crate) async fn join_in_memory(cluster: &Cluster, connection: &Connection) -> Result<JoinedState, Error> {
    let store = Store::in_memory(key(cluster)?)?;
    let state = begin(connection, &store, cluster);
    state.whole(COMMAND).await.map_err(|error| Error::Cluster(error.to_string()))?;
    Ok(JoinedState { store, _state: state, _sites: None })
}

fn begin(connection: &Connection, store: &Store, cluster: &Cluster) -> SharedState {
    match &cluster.site {
        Some(site) => SharedState::begin_at_site(connection, store, site),
        None => SharedState::begin(connection, store),
    }
}

/// The key file; `lalin cluster init` makes it.
pub(crate) fn key_file(cluster: &Cluster) -> Result<PathBuf, Error> {
    cluster.key_file.clone().ok_or(Error::NoClusterKey)
}

fn key(cluster: &Cluster) -> Result<EncryptionKey, Error> {
    Ok(EncryptionKey::of_file(&key_file(cluster)?)?)
}

/// Takes over what other nodes change of what this one keeps in memory, until the handles are dropped.
pub(crate) fn follow(
    store: &Store,
    fleet: &Fleet,
    recording: Option<&Arc<Recording>>,
    alerting: Option<&Arc<Alerting>>,
) -> Vec<AbortOnDropHandle<()>> {
    let mut tasks: Vec<_> = fleet.follow_store().into_iter().collect();
    if let Some(recording) = recording.cloned() {
        let (mut changes, store) = (store.changed_by_others(SharedKind::Recording), store.clone());
        let follow = async move {
            while changes.changed().await.is_ok() {
                match store.recording().await {
                    Ok(chosen) => {
                        recording.choose(&RecordingPolicy::from(&chosen));
                        crate::history::zoned(&recording, Some(&store)).await;
                    }
                    Err(error) => tracing::warn!(%error, "what others chose to record cannot be read"),
                }
            }
        };
        tasks.push(AbortOnDropHandle::new(tokio::spawn(follow.boxed())));
    }
    if let Some(alerting) = alerting.cloned() {
        let mut changes = store.changed_by_others(SharedKind::Alerts);
        let follow = async move {
            while changes.changed().await.is_ok() {
                let reloaded = async {
                    alerting.reload_channels().await?;
                    alerting.reload().await
                };
                if let Err(error) = reloaded.await {
                    tracing::warn!(%error, "the rules that others changed cannot be read");
                }
            }
        };
        tasks.push(AbortOnDropHandle::new(tokio::spawn(follow.boxed())));
    }
    tasks
}
