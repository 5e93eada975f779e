//! What the API needs of the fleet. A trait, so that the API's tests answer from a list and reach no router.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use lalin_config::RouterSettings;
use lalin_mikrotik::{Report, SystemInfo};
use lalin_stats::RouterId;

use crate::{Discovered, Error, RouterChange, Wan};

/// The administration of the routers: those of the configuration and those that were added while the server ran.
#[async_trait]
pub trait RouterAdmin: fmt::Debug + Send + Sync + 'static {
    /// Every router, in the order in which they were added, also those that are switched off.
    fn routers(&self) -> Vec<KnownRouter>;

    /// One router.
    fn router(&self, id: &RouterId) -> Option<KnownRouter>;

    /// Which of a router's interfaces lead to the internet; the same allocation while they stay the same.
    fn wan(&self, id: &RouterId) -> Option<Arc<Wan>>;

    /// Asks the routers for their system info again where it is old, because somebody looks at the list. Does not wait
    /// for it.
    fn refresh_system_info(&self);

    /// Adds a router and begins to watch it.
    ///
    /// # Errors
    /// [`Error`].
    async fn add(&self, change: RouterChange) -> Result<RouterId, Error>;

    /// Changes a router; what the change does not name stays.
    ///
    /// # Errors
    /// [`Error`].
    async fn change(&self, id: &RouterId, change: RouterChange) -> Result<(), Error>;

    /// Removes a router.
    ///
    /// # Errors
    /// [`Error`].
    async fn remove(&self, id: &RouterId) -> Result<(), Error>;

    /// Tries now to connect to a router that is waiting for its next attempt. False where there is none of this id.
    fn retry(&self, id: &RouterId) -> bool;

    /// Checks step by step whether a router can be watched: one that is not added yet, or `of` with the change made to
    /// it. Writes nothing on the router.
    ///
    /// # Errors
    /// [`Error`] for a change that cannot be used; what fails on the way to the router is in the report.
    async fn check(&self, of: Option<&RouterId>, change: RouterChange) -> Result<Report, Error>;

    /// The routers on the networks of this machine. Asking keeps the discovery running for a while.
    fn discovered(&self) -> Discovered;

    /// The commands that make a user on the router who may only read.
    fn setup_script(&self, user: &str, from: Option<IpAddr>, tls: bool) -> String;
}

/// A router of the fleet.
#[derive(Clone, Debug)]
pub struct KnownRouter {
    /// Its settings, without the password: that does not leave the fleet.
    pub settings: RouterSettings,
    /// What the router last told of itself.
    pub system_info: Option<SystemInfo>,
    /// Which of its interfaces lead to the internet.
    pub wan: Arc<Wan>,
    /// In a cluster: the machine that asks it, as far as is known here.
    pub collector: Option<String>,
}

impl KnownRouter {
    /// A mark of the settings, for [`RouterChange::revision`].
    pub fn revision(&self) -> String {
        crate::router_change::revision(&self.settings)
    }
}
