//! What can go wrong in a cluster, by who is at fault.

/// Why something in the cluster did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot be used.
    #[error("the cluster's settings: {0}")]
    Settings(String),
    /// The server does not know this user, password, token or key.
    #[error("the NATS server refused this node's credentials")]
    Credentials,
    /// The server would let two nodes win one claim.
    #[error(
        "the NATS server {server} is version {version}, and a cluster needs 2.10.26 or newer: older ones let two nodes take the same router"
    )]
    ServerTooOld {
        /// The server's name.
        server: String,
        /// Its version.
        version: String,
    },
    /// The server runs without JetStream.
    #[error("the NATS server has no JetStream: its configuration needs a block `jetstream {{ }}`")]
    NoJetStream,
    /// The user's permissions do not allow it.
    #[error("this node's NATS user has no right: {0}")]
    Forbidden(String),
    /// Something is larger than the servers take.
    #[error("it is larger than the NATS servers take: {0}")]
    TooLarge(String),
    /// Another node was first; nothing was changed.
    #[error("another node changed it first")]
    Conflict,
    /// The buckets have not been made, and this node may not make them.
    #[error("the cluster has no bucket {0}: `lalin cluster init` makes it")]
    NoBucket(String),
    /// No server leads the bucket at the moment; nothing was changed.
    #[error("no NATS server takes writes at the moment")]
    NoLeader,
    /// No answer came in time, and nobody knows whether it was changed.
    #[error("no answer from NATS in time")]
    NoAnswer,
    /// What another node recorded cannot be taken in.
    #[error("the history of another node: {0}")]
    Handover(String),
    /// The server said something that is not understood, or refused for a reason of its own.
    #[error("NATS: {0}")]
    Server(String),
}

impl Error {
    /// Whether the same may work a little later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::NoLeader | Self::NoAnswer | Self::Server(_))
    }

    /// Whether it is certain that nothing was changed.
    pub fn changed_nothing(&self) -> bool {
        !matches!(self, Self::NoAnswer | Self::Server(_))
    }
}
