//! File, environment and flags into one typed configuration.
//!
//! [`Config::load`] is pure: the binary hands in the file's text, the environment's variables and the flags;
//! a flag wins over the environment, the environment over the file, the file over the defaults. An unknown key or
//! variable is refused by its name, a bad value with the place where it was written, and no error repeats a
//! value: it could be a password in the wrong place. Only [`Config::gather`] reads the file itself.
//!
//! It does not know what the settings do (each crate that is given some knows), nor how flags are read from a command
//! line. A parser that merges untyped layers and deserialises once was not taken: it could not tell in which file, line,
//! variable or flag a bad value was written.
//!
//! ```
//! use std::path::Path;
//! use lalin_config::{Config, Flags};
//!
//! let file = "[[router]]\naddress = \"192.168.88.1\"\nuser = \"monitor\"\n";
//! let env = [("LALIN_LANG".to_owned(), "en".to_owned())];
//! let flags = Flags { listen: Some("127.0.0.1:8080".into()), ..Flags::default() };
//!
//! let config = Config::load(Some((Path::new("lalin.toml"), file)), env.into_iter(), flags)?;
//! assert_eq!(config.server.listen.port(), 8080);
//! assert_eq!(config.routers[0].port, 8728);
//! # Ok::<(), lalin_config::Error>(())
//! ```

mod address;
mod alerts;
mod cluster;
mod config;
mod config_file;
mod error;
mod fingerprint;
mod flags;
mod history;
mod limits;
mod load;
mod load_alerts;
mod load_cluster;
mod load_history;
mod load_remote_write;
mod load_routers;
mod origin;
mod remote_write;
mod router_settings;
mod schema;
mod secret;
mod setting;
mod tls_policy;
mod values;
mod variables;

pub use address::Endpoint;
pub use alerts::{AlertTable, Alerts};
pub use cluster::{Cluster, ClusterLogin, Roles};
pub use config::{Business, Config, Embed, INTERVALS, Lang, Log, LogFormat, Metrics, Sampling, Server};
pub use config_file::Warning;
pub use error::Error;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use flags::Flags;
pub use history::{Except, History, HistoryStore, Keep};
pub use limits::Limits;
pub use load_cluster::node_name;
pub use origin::Origin;
pub use remote_write::{RemoteProtocol, RemoteWrite};
pub use router_settings::{RouterOrigin, RouterSettings};
pub use secret::Secret;
pub use tls_policy::{TlsPolicy, TlsPolicyError};
pub use values::origin as web_origin;
