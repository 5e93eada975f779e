//! What can be wrong with a configuration. No message repeats a value: it could be a password.

use std::path::PathBuf;

use crate::Origin;

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file that was asked for cannot be read.
    #[error("cannot read the configuration file {path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is not TOML, or has a key that does not exist.
    #[error("{origin}: {problem}")]
    File {
        /// Where in the file.
        origin: Origin,
        /// What is wrong there.
        problem: String,
    },
    /// An environment variable begins with `LALIN_` but is none of Lalin's.
    #[error("unknown environment variable {name}{hint}", hint = nearest.map(|n| format!(", did you mean {n}?")).unwrap_or_default())]
    UnknownVariable {
        /// The variable's name.
        name: String,
        /// The known variable with the most similar name.
        nearest: Option<&'static str>,
    },
    /// A setting's value cannot be used.
    #[error("{origin}: {field}: {problem}")]
    Invalid {
        /// The setting's name as in the file, such as `server.listen`.
        field: &'static str,
        /// Where it was written.
        origin: Origin,
        /// What it should be.
        problem: String,
    },
}
