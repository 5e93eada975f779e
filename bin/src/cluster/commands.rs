//! `lalin cluster init`, `import` and `export`: a cluster's key and buckets, and a machine's store moved in and out.

use std::path::Path;

use lalin_cluster::{Bucket, buckets};
use lalin_config::{Cluster, Config};
use lalin_store::{EncryptionKey, Store};

use super::{connection, state};
use crate::error::Error;
use crate::store;
use crate::words::say;

/// Makes the key where there is none, and sees that the buckets are there.
pub(crate) async fn init(config: &Config) -> Result<(), Error> {
    let cluster = cluster(config)?;
    let path = state::key_file(cluster)?;
    if path.exists() {
        println!("{}", say("cluster.key-there", &[("path", &path.display())]));
    } else {
        EncryptionKey::make_file(&path)?;
        println!("{}", say("cluster.key-made", &[("path", &path.display())]));
    }
    let connection = connection::open(cluster).await?;
    // What leases and holds need; a node makes them too, where it may.
    for plan in [buckets::nodes(&connection), buckets::holds(&connection, None)] {
        let made = Bucket::open(&connection, &plan).await;
        made.map_err(|error| Error::Cluster(error.to_string()))?;
    }
    state::join_in_memory(cluster, &connection).await?;
    println!("{}", say("cluster.ready", &[("name", &cluster.name)]));
    Ok(())
}

/// Moves the store of this machine alone into the cluster.
pub(crate) async fn import(config: &Config, replace: bool) -> Result<(), Error> {
    let cluster = cluster(config)?;
    if !store::exists(&config.data_dir) {
        return Err(Error::NothingToBackUp { folder: config.data_dir.clone() });
    }
    let alone = store::open(config)?;
    let connection = connection::open(cluster).await?;
    let joined = state::join_in_memory(cluster, &connection).await?;
    let copied = joined.store.copy_from(&alone, replace).await?;
    let (routers, users, rows) = (copied.routers, copied.users, copied.rows + copied.entries);
    println!("{}", say("cluster.imported", &[("routers", &routers), ("users", &users), ("rows", &rows)]));
    Ok(())
}

/// Moves what the cluster remembers into a new data directory of a machine alone.
pub(crate) async fn export(config: &Config, folder: &Path) -> Result<(), Error> {
    let cluster = cluster(config)?;
    if store::exists(folder) {
        return Err(Error::ClusterExport { folder: folder.to_owned() });
    }
    let connection = connection::open(cluster).await?;
    let joined = state::join_in_memory(cluster, &connection).await?;
    joined.store.catch_up_audit_log().await?;
    let alone = Store::open_folder(folder, None, None)?;
    let copied = alone.copy_from(&joined.store, false).await?;
    let (routers, users) = (copied.routers, copied.users);
    println!("{}", say("cluster.exported", &[("folder", &folder.display()), ("routers", &routers), ("users", &users)]));
    Ok(())
}

pub(super) fn cluster(config: &Config) -> Result<&Cluster, Error> {
    config.cluster.as_ref().ok_or(Error::NoCluster)
}
