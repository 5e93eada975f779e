//! The configuration with the environment of this process.

use lalin_config::{Config, Flags, Warning};

use crate::error::Error;

/// Reads the configuration file, the environment and the flags.
pub(crate) fn gather(flags: Flags) -> Result<(Config, Vec<Warning>), Error> {
    Ok(Config::gather(variables(), flags)?)
}

/// The environment. A variable that is not Unicode cannot be one of ours.
pub(crate) fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
}
