//! Opens the store, with the encryption key from where the operator keeps it.

use std::path::Path;

use lalin_config::Config;
use lalin_store::{EncryptionKey, ServerLock, Store};

use crate::error::Error;

/// The name of the key among systemd's credentials.
const CREDENTIAL: &str = "lalin-key";
/// The database, as the store names it.
const DATABASE: &str = "lalin.db";

/// Whether a folder has data of Lalin. One that may not be looked into counts: opening it says what is wrong.
pub(crate) fn exists(folder: &Path) -> bool {
    folder.join(DATABASE).try_exists().unwrap_or(true)
}

/// Opens the store of a configuration, beside a server that may run; makes it where there is none.
///
/// # Errors
/// [`Error::Store`].
pub(crate) fn open(config: &Config) -> Result<Store, Error> {
    Ok(Store::open_folder(&config.data_dir, key(config)?, None)?)
}

/// Opens it as the one server that uses it.
///
/// # Errors
/// [`Error::Store`].
pub(crate) fn open_to_serve(config: &Config) -> Result<(Store, ServerLock), Error> {
    let lock = ServerLock::take(&config.data_dir)?;
    Ok((Store::open_folder(&config.data_dir, key(config)?, Some(&lock))?, lock))
}

/// The key that is not in the data directory.
pub(crate) fn key(config: &Config) -> Result<Option<EncryptionKey>, Error> {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(CREDENTIAL));
    Ok(match (&config.encryption_key, credential.filter(|path| path.exists())) {
        (Some(key), _) => Some(EncryptionKey::from_text(key.expose())?),
        (None, Some(path)) => Some(EncryptionKey::of_file(&path)?),
        (None, None) => None,
    })
}
