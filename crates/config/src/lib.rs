//! File, environment and flags into one typed configuration.
//!
//! [`Config::load`] is pure: the binary hands in the file's text, the environment's variables and the flags;
//! what a flag says wins over the environment, the environment over the file, the file over the defaults. An
//! unknown key or variable is refused by its name, a bad value with the place where it was written, and no
//! error ever repeats a value: it could be a password in the wrong place. Only [`Config::gather`] touches the
//! disk, for the file itself.
//!
//! Not here: the meaning of the settings (each room has its own), and how flags are read from a command line.
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
mod config;
mod disk;
mod error;
mod flags;
mod limits;
mod load;
mod origin;
mod schema;
mod secret;
mod tls;
mod values;
mod variables;

pub use address::Endpoint;
pub use config::{Config, Embed, INTERVALS, Lang, Log, LogFormat, Router, Sampling, Server};
pub use disk::Warning;
pub use error::Error;
pub use flags::Flags;
pub use limits::Limits;
pub use origin::Origin;
pub use secret::Secret;
pub use tls::{TlsPolicy, TlsPolicyError};
