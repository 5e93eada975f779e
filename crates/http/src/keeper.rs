//! What the API needs of whoever keeps the routers: this crate cannot reach one.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{RouterId, SourceError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Keeps the routers: those of the configuration and those that were added while the server ran.
#[async_trait]
pub trait Keeper: fmt::Debug + Send + Sync + 'static {
    /// Every router, in the order in which they were added; those that are switched off too.
    fn routers(&self) -> Vec<Kept>;

    /// One router.
    fn router(&self, id: &RouterId) -> Option<Kept>;

    /// Somebody looks at the list: what a router says of itself is asked again when it is old. Waits for nothing.
    fn look(&self);

    /// Adds a router and begins to watch it.
    ///
    /// # Errors
    /// [`KeeperError`].
    async fn add(&self, form: Form) -> Result<RouterId, KeeperError>;

    /// Changes what the form says, and leaves the rest.
    ///
    /// # Errors
    /// [`KeeperError`].
    async fn change(&self, id: &RouterId, form: Form) -> Result<(), KeeperError>;

    /// Forgets a router.
    ///
    /// # Errors
    /// [`KeeperError`].
    async fn remove(&self, id: &RouterId) -> Result<(), KeeperError>;

    /// Tries now to reach a router that is being waited for. False where there is none of this id.
    fn retry(&self, id: &RouterId) -> bool;

    /// Walks through everything that has to work, for a router that is not added yet, or for `of` with what the form
    /// changes of it. Writes nothing on the router.
    ///
    /// # Errors
    /// [`KeeperError`] for a form that cannot be used; what goes wrong on the way is in the answer.
    async fn check(&self, of: Option<&RouterId>, form: Form) -> Result<Checked, KeeperError>;

    /// Which routers are on the networks of this machine. Asking keeps the listening alive for a while.
    fn discovered(&self) -> Discovered;

    /// The commands that make a user on the router who may only read.
    fn setup_script(&self, user: &str, from: Option<IpAddr>, tls: bool) -> String;
}

/// Where a router was made known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// In the configuration file, by flag or environment: changed there only.
    File,
    /// In the page or by the API.
    Stored,
}

/// A router as it is kept. No password.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id.
    pub id: RouterId,
    /// What people call it.
    pub name: String,
    /// Address or host name.
    pub host: String,
    /// The port of its API.
    pub port: u16,
    /// As whom Lalin logs in.
    pub user: String,
    /// How its certificate is trusted: `off`, `system`, `first-use`, `pin:…` or `insecure`.
    pub tls: String,
    /// How often it is sampled.
    pub interval: Duration,
    /// Site, POP and the like.
    pub tags: Vec<String>,
    /// Whatever else there is to say.
    pub notes: String,
    /// Whether it is watched at all.
    pub enabled: bool,
    /// Where it was made known.
    pub source: Source,
    /// What it last said of itself.
    pub about: Option<About>,
}

impl Kept {
    /// Where it is, for display: a host with colons stands in brackets.
    pub fn address(&self) -> String {
        let bare = self.host.contains(':') && !self.host.starts_with('[');
        let host = if bare { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{host}:{}", self.port)
    }
}

/// What a router says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Its name.
    pub identity: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// Its version of RouterOS.
    pub version: Option<String>,
    /// How long it has been running, ms.
    pub uptime_ms: Option<u64>,
    /// The load of its processor, %.
    pub cpu_percent: Option<u8>,
    /// Memory in use, bytes.
    pub memory_used: Option<u64>,
    /// Memory in all, bytes.
    pub memory_total: Option<u64>,
    /// Customers who are dialled in.
    pub sessions: Option<u64>,
}

/// A router as somebody wants it. What is absent is as it was, or as it usually is.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Form {
    /// By which it shall be known; made of the name where it is absent. Of a new router only.
    pub id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// `HOST`, `HOST:PORT` or `[IPV6]:PORT`.
    pub address: Option<String>,
    /// The port, where the address has none.
    pub port: Option<u16>,
    /// As whom to log in.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Zeroizing<String>>,
    /// How its certificate is trusted.
    pub tls: Option<String>,
    /// How often it is sampled, ms.
    pub interval_ms: Option<u64>,
    /// Site, POP and the like.
    pub tags: Option<Vec<String>>,
    /// Whatever else there is to say.
    pub notes: Option<String>,
    /// Whether it is watched at all.
    pub enabled: Option<bool>,
}

/// Shows no password.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, address, user, .. } = self;
        f.debug_struct("Form")
            .field("id", id)
            .field("name", name)
            .field("address", address)
            .field("user", user)
            .finish_non_exhaustive()
    }
}

/// Why a router was not added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// A field of the form cannot be used.
    #[error("{field}: {detail}")]
    Field {
        /// Which one.
        field: &'static str,
        /// Why.
        detail: String,
    },
    /// There is no such router.
    #[error("there is no router {0}")]
    Unknown(RouterId),
    /// It is in the configuration file, and changed there.
    #[error("the router {0} is in the configuration file: change it there")]
    NotEditable(RouterId),
    /// There is one of this id already.
    #[error("there is a router {0} already")]
    Taken(RouterId),
    /// This server keeps nothing: a demonstration.
    #[error("this server keeps nothing")]
    NothingKept,
    /// It cannot be written down for now: there is no room.
    #[error("{}", lalin_store::Error::Full)]
    DiskFull,
    /// It cannot be written down for now: the data can only be read.
    #[error("{}", lalin_store::Error::ReadOnly)]
    ReadOnly,
    /// It cannot be written down for now: another program holds the data.
    #[error("{}", lalin_store::Error::Busy)]
    Busy,
    /// It cannot be written down.
    #[error("the data cannot be read or written; the log says more")]
    Store,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Each thing that has to work, in its order.
    pub steps: Vec<Step>,
    /// What the router says of itself.
    pub about: Option<About>,
    /// How many interfaces it has.
    pub interfaces: Option<usize>,
    /// How long a read takes.
    pub read: Option<Duration>,
    /// The fingerprint of its certificate, in hexadecimal digits.
    pub fingerprint: Option<String>,
}

/// One thing that has to work.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its stable word.
    pub code: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// How a step went.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It works; sometimes there is something to say all the same.
    Passed(Option<String>),
    /// It does not.
    Failed(SourceError),
    /// It was not tried.
    Skipped,
}

/// What was heard of routers.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Discovered {
    /// Whether this machine can listen at all.
    pub listening: bool,
    /// Why it cannot, or cannot by IPv4, where nearly all routers are heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// PrincipalKind was heard, the newest first.
    pub neighbours: Vec<Neighbour>,
    /// The way out of this network.
    pub gateway: Option<Gateway>,
}

/// A router that was heard.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Neighbour {
    /// Where it can be reached.
    pub address: String,
    /// All of its addresses.
    pub addresses: Vec<String>,
    /// Its name.
    pub identity: Option<String>,
    /// Its model.
    pub board: Option<String>,
    /// Its version of RouterOS.
    pub version: Option<String>,
    /// Its MAC address.
    pub mac: Option<String>,
    /// On which of this machine's interfaces it was heard.
    pub interface: Option<String>,
    /// How long ago, ms.
    pub age_ms: u64,
}

/// The way out of this network, which is a router's address.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    /// Its address.
    pub address: String,
    /// Something answers on the API's port.
    pub api: bool,
    /// Something answers on the API's port with TLS.
    pub api_tls: bool,
}
