//! `lalin cluster site add`, `list` and `remove`: what a POP's collectors log in by, and which rights that is.
//!
//! The block for the servers goes to the standard output as it is, so that it can be put into a file; what people have to
//! do goes beside it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use lalin_cluster::{Bucket, Connection, SiteUser, buckets, site_user};
use lalin_config::Config;
use lalin_store::Store;

use super::commands::cluster;
use super::{connection, state};
use crate::cli::SiteCommand;
use crate::error::Error;
use crate::new_file::new_file;
use crate::words::say;

/// Does what `lalin cluster site` was asked for.
pub(super) async fn run(config: &Config, command: SiteCommand) -> Result<(), Error> {
    let cluster = cluster(config)?;
    let connection = connection::open(cluster).await?;
    let joined = state::join_in_memory(cluster, &connection).await?;
    match command {
        SiteCommand::Add { name, folder } => {
            let folder = folder.unwrap_or_default();
            add(&connection, &joined.store, &name, &folder).await
        }
        SiteCommand::List => {
            let sites = joined.store.sites().await?;
            if sites.is_empty() {
                eprintln!("{}", say("cluster.no-sites", &[]));
            }
            sites.iter().for_each(|site| println!("{site}"));
            Ok(())
        }
        SiteCommand::Remove { name } => {
            joined.store.remove_site(&name).await?;
            println!("{}", say("cluster.site-removed", &[("name", &name)]));
            Ok(())
        }
    }
}

async fn add(connection: &Connection, store: &Store, name: &str, folder: &Path) -> Result<(), Error> {
    let failed = |error: lalin_cluster::Error| Error::Cluster(error.to_string());
    let user = SiteUser::random().map_err(failed)?;
    let key = store.add_site(name).await?;
    let files =
        [(folder.join(format!("{name}.nkey")), &*user.seed), (folder.join(format!("{name}.key")), &*key.to_text())];
    let done = async {
        write(&files)?;
        // A site may make no bucket, so they are there before its first collector is.
        for plan in [buckets::holds(connection, Some(name)), buckets::site(connection, name)] {
            Bucket::open(connection, &plan).await.map_err(failed)?;
        }
        Ok(())
    };
    if let Err(error) = done.await {
        // A site whose key nobody has is none.
        store.remove_site(name).await?;
        return Err(error);
    }
    let [(nkey, _), (key, _)] = &files;
    eprintln!("{}\n", say("cluster.site-made", &[("name", &name)]));
    print!("{}", site_user(connection.cluster(), name, &user.public_key));
    let _ = std::io::stdout().flush();
    eprintln!("\n{}", say("cluster.site-files", &[("nkey", &nkey.display()), ("key", &key.display())]));
    eprintln!("{}", say("cluster.site-tag", &[("name", &name)]));
    Ok(())
}

/// Both files or none; none that is there is written over.
fn write(files: &[(PathBuf, &str)]) -> Result<(), Error> {
    let mut made: Vec<&Path> = Vec::new();
    for (path, text) in files {
        let written = new_file(path).and_then(|mut file| {
            made.push(path);
            let failed = |reason| Error::NewFile { path: path.clone(), reason };
            writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(failed)
        });
        if let Err(error) = written {
            for path in made {
                let _ = fs::remove_file(path);
            }
            return Err(error);
        }
    }
    Ok(())
}
