//! Whether alerts are watched for, and the rules and channels that stand in the file. What a rule or a channel means is
//! known to the alerts alone; here each is a table with the place where it was written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Table;

use crate::{Origin, Secret};

/// What is told of what routers do.
#[derive(Clone, Debug, PartialEq)]
pub struct Alerts {
    /// Rules are watched at all.
    pub enabled: bool,
    /// A PEM file of authorities that channels trust beside the system's.
    pub ca: Option<PathBuf>,
    /// The HTTP proxy by which channels leave this network; it may hold a password.
    pub proxy: Option<Secret>,
    /// The rules of the file.
    pub rules: Vec<AlertTable>,
    /// The channels of the file.
    pub channels: Vec<AlertTable>,
}

/// A rule or a channel, as it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertTable {
    /// What it is found by.
    pub id: String,
    /// Where it stands.
    pub origin: Origin,
    /// Everything but the id and the secrets.
    pub table: Table,
    /// What must not be shown, by name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { enabled: true, ca: None, proxy: None, rules: Vec::new(), channels: Vec::new() }
    }
}
