//! What is told to whoever asks the routers.

use lalin_stats::RouterId;

use crate::lease::Fence;

/// A router came to this node, or has to be let go.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HoldEvent {
    /// This node holds the router now, and may ask it while the fence is open.
    Claimed {
        /// The router.
        router: RouterId,
        /// For the how manieth time it changed hands.
        epoch: u64,
        /// Closed when the lease ends.
        fence: Fence,
    },
    /// The session with the router has to be closed; then [`Holdings::released`](crate::Holdings::released).
    Lost {
        /// The router.
        router: RouterId,
        /// Why.
        reason: LostReason,
    },
}

/// Why a router is held no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostReason {
    /// It is handed to another node, which waits until it is released.
    Moved,
    /// It is no longer in the list of routers, or of another site.
    Removed,
    /// This node ends.
    Shutdown,
    /// The lease was not renewed in time: the fence is closed already, and others may hold it soon.
    Expired,
    /// The bucket says that another node holds it.
    Taken,
}

impl LostReason {
    /// Whether another node waits for this one to release it.
    pub fn is_waited_for(self) -> bool {
        matches!(self, Self::Moved | Self::Removed | Self::Shutdown)
    }
}

/// Who holds a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The node.
    pub node: String,
    /// For the how manieth time it changed hands.
    pub epoch: u64,
}

/// Where a router is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterPlace {
    /// The router.
    pub id: RouterId,
    /// The site whose collectors ask it; none for those at the centre.
    pub site: Option<String>,
}
