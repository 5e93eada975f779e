//! The configuration from outside: layers, refusals and their places, secrets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod layers;
mod refusals;
mod secrets;

use std::path::Path;

use lalin_config::{Config, Error, Flags};

/// A configuration from a file's text, variables and flags.
pub(crate) fn load(file: &str, env: &[(&str, &str)], flags: Flags) -> Result<Config, Error> {
    let env = env.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    Config::load(Some((Path::new("lalin.toml"), file)), env, flags)
}

/// The message a file is refused with.
pub(crate) fn refusal(file: &str) -> String {
    load(file, &[], Flags::default()).unwrap_err().to_string()
}
