//! Why a router is not added, changed, removed or watched.

use lalin_stats::RouterId;

/// What went wrong, one variant for each party that can fix it: the caller, the configuration file, the disk. Not
/// `non_exhaustive`: the compiler sees that the API has an answer to each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field of the change cannot be used.
    #[error("{field}: {detail}")]
    Field {
        /// Which one, as the API calls it.
        field: &'static str,
        /// Why.
        detail: String,
    },
    /// There is no such router.
    #[error("there is no router {0}")]
    Unknown(RouterId),
    /// It is in the configuration file, and can be changed only there.
    #[error("the router {0} is in the configuration file: change it there")]
    NotEditable(RouterId),
    /// There is one of this id already.
    #[error("there is a router {0} already")]
    Taken(RouterId),
    /// Its settings cannot be used.
    #[error(transparent)]
    Unusable(#[from] UnusableRouter),
    /// This server keeps nothing: a demonstration.
    #[error("this server keeps nothing")]
    NothingKept,
    /// It cannot be written for now: the disk is full.
    #[error("{}", lalin_store::Error::Full)]
    DiskFull,
    /// It cannot be written for now: the data can only be read.
    #[error("{}", lalin_store::Error::ReadOnly)]
    ReadOnly,
    /// It cannot be written for now: another program holds the data.
    #[error("{}", lalin_store::Error::Busy)]
    Busy,
    /// Somebody else changed it since it was read.
    #[error("{}", lalin_store::Error::Conflict)]
    Conflict,
    /// It cannot be written for now: this node has lost the others of its cluster.
    #[error("{}", lalin_store::Error::StateOld)]
    StateOld,
    /// The other nodes did not answer in time: it may have been changed.
    #[error("{}", lalin_store::Error::Unanswered)]
    Unanswered,
    /// Only the machines of another site reach it.
    #[error(
        "only the collectors of the site {0} reach it: once it is saved they try it at once, and its state says how that went"
    )]
    Elsewhere(String),
    /// The machines of another site reach it, and did not check it.
    #[error("only the collectors of the site {site} reach it, and it was not checked there: {why}")]
    Unchecked {
        /// Their site.
        site: String,
        /// Why not.
        why: String,
    },
    /// It cannot be written.
    #[error("the data cannot be read or written; the log says more")]
    Store,
}

/// A router whose settings cannot be used; the others are not held up by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("router {id}: {detail}")]
pub struct UnusableRouter {
    /// Which one.
    pub id: RouterId,
    /// Why.
    pub detail: String,
}

impl Error {
    pub(crate) fn field(field: &'static str, detail: impl Into<String>) -> Self {
        Self::Field { field, detail: detail.into() }
    }

    /// The store's reason, for a change of this router.
    pub(crate) fn of_store(error: lalin_store::Error, id: &RouterId) -> Self {
        use lalin_store::Error as Store;
        match error {
            Store::Taken { .. } => Self::Taken(id.clone()),
            Store::Unknown { .. } => Self::Unknown(id.clone()),
            Store::Invalid { field, reason } => Self::field(field, reason),
            Store::Full => Self::DiskFull,
            Store::ReadOnly => Self::ReadOnly,
            Store::Busy => Self::Busy,
            Store::Conflict => Self::Conflict,
            Store::StateOld => Self::StateOld,
            Store::Unanswered => Self::Unanswered,
            other => {
                tracing::error!(error = %other, "the routers cannot be written");
                Self::Store
            }
        }
    }
}
