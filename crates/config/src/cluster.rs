//! Several machines as one: where they meet, and what this one does there.

use std::path::PathBuf;

use crate::Secret;

/// How this machine takes part in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The NATS servers: `nats://HOST:PORT`, or `tls://HOST:PORT`.
    pub nats: Vec<String>,
    /// The cluster's name; those of several may share the servers.
    pub name: String,
    /// The site that this machine stands at; `None`: the centre.
    pub site: Option<String>,
    /// What the others call this machine; `None`: its host name.
    pub node: Option<String>,
    /// What it does.
    pub roles: Roles,
    /// How it logs in at the servers.
    pub login: ClusterLogin,
    /// The authority that signed the servers' certificates, a PEM file; `None`: the system's.
    pub ca: Option<PathBuf>,
    /// The file that holds the cluster's key, or the site's.
    pub key_file: Option<PathBuf>,
}

/// What a machine does in a cluster; at least one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// It serves the pages and the API.
    pub web: bool,
    /// It asks routers.
    pub collect: bool,
}

/// How a machine logs in at the NATS servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClusterLogin {
    /// Not at all.
    #[default]
    None,
    /// By a user and its password.
    Password(String, Secret),
    /// By what stands in a file: the seed of an nkey (`SU...`), or else a token.
    File(PathBuf),
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            nats: Vec::new(),
            name: "lalin".to_owned(),
            site: None,
            node: None,
            roles: Roles::default(),
            login: ClusterLogin::None,
            ca: None,
            key_file: None,
        }
    }
}

impl Default for Roles {
    fn default() -> Self {
        Self { web: true, collect: true }
    }
}
