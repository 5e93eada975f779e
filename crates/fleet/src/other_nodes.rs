//! What a fleet needs of the other machines of a cluster. How they talk with each other is not known here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lalin_mikrotik::{Report, SystemInfo};
use lalin_monitor::{Feed, Router};
use lalin_stats::{InterfaceId, RouterId};

use crate::RouterChange;

/// The other machines that run the same routers.
#[async_trait]
pub trait OtherNodes: fmt::Debug + Send + Sync + 'static {
    /// The site that this machine stands at; none at the centre.
    fn own_site(&self) -> Option<&str>;

    /// The site of a router with these tags; none for one at the centre.
    fn site_of(&self, tags: &[String]) -> Option<String>;

    /// Another machine asks the router: its frames have to come to the feed while they are wanted.
    fn follow(&self, id: RouterId, site: Option<String>, feed: Feed);

    /// This machine asks the router, for the `epoch`th time that it changed hands: others may follow it.
    fn hold(&self, router: Arc<Router>, epoch: u64);

    /// There is no such router here any more.
    fn forget(&self, id: &RouterId);

    /// The routers, or where they stand, are others now: see [`Fleet::places`](crate::Fleet::places).
    fn changed(&self);

    /// What [`Fleet::about`](crate::Fleet::about) says on the machine that asks the router.
    ///
    /// # Errors
    /// In words, when nobody asks it, or the answer does not come in time.
    async fn about(&self, id: &RouterId, site: Option<&str>, limit: Duration) -> Result<About, String>;

    /// What a check of the router finds with this change made to it, on the machine of its site that asks it. Of the change
    /// only how the router is reached goes there, readable for that site alone.
    ///
    /// # Errors
    /// In words, when nobody asks it, or the answer does not come in time.
    async fn check(&self, id: &RouterId, site: &str, change: &RouterChange) -> Result<Report, String>;

    /// Has the machine that asks the router try to connect now, if it waits. Nobody waits for that.
    fn try_now(&self, id: RouterId, site: Option<String>);

    /// Which machine of its site asks the router, as far as is known here.
    fn holder_of(&self, id: &RouterId, site: Option<&str>) -> Option<String>;
}

/// What a router tells of itself to the machine that asks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What it is.
    pub system_info: SystemInfo,
    /// The interfaces that its default routes go through, if that is known.
    pub gateways: Option<Arc<[InterfaceId]>>,
}

/// A router that is this machine's to ask.
#[derive(Clone)]
pub(crate) struct Hold {
    pub(crate) epoch: u64,
    pub(crate) may_ask: MayAsk,
}

/// Whether this machine may ask a router at this moment; cheap, asked before each read.
pub type MayAsk = Arc<dyn Fn() -> bool + Send + Sync>;
