//! What is kept of the samples, and for how long.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Secret;

/// What is kept of the samples, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Samples are kept at all.
    pub enabled: bool,
    /// The time between two samples of a router that nobody watches.
    pub interval: Duration,
    /// The time zone at whose midnight days and months begin, such as `Asia/Jakarta`; `None` for the system's.
    pub time_zone: Option<String>,
    /// The samples themselves.
    pub raw: Keep,
    /// One row a minute.
    pub minutes: Keep,
    /// One row in five minutes, which invoices by percentile are made of.
    pub five_minutes: Keep,
    /// One row an hour. Days and months are kept for ever.
    pub hours: Keep,
    /// Routers (`office`) and lines (`office/ether5`) that are not recorded.
    pub except: Vec<Except>,
    /// Kinds of interfaces that are not recorded, such as `pppoe-in`.
    pub except_kinds: Vec<String>,
    /// The store that has the samples, where they are not in files.
    pub store: Option<HistoryStore>,
}

/// A Prometheus-compatible store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryStore {
    /// Where samples are sent by remote write.
    pub write: String,
    /// Where is asked: what stands before `/api/v1/query`.
    pub query: String,
    /// A token for both.
    pub token: Option<Secret>,
    /// A user of both, with its password.
    pub login: Option<(String, Secret)>,
    /// Whose the samples are, for a store with several tenants.
    pub tenant: Option<String>,
    /// Labels of every series beside its own.
    pub labels: BTreeMap<String, String>,
    /// The most that what waits may take of the disk, bytes.
    pub queue_bytes: u64,
    /// Older samples are not sent any more.
    pub max_age: Duration,
}

/// How long something is kept: until it is too old, or takes too much of the disk, whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days; `None` for any age.
    pub days: Option<u32>,
    /// Bytes on the disk; `None` for any size.
    pub bytes: Option<u64>,
}

impl Keep {
    /// As long as this many days, however large.
    pub const fn days(days: u32) -> Self {
        Self { days: Some(days), bytes: None }
    }
}

/// A router or one of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Except {
    /// The router's id.
    pub router: String,
    /// The interface's name; `None` for all of the router's.
    pub interface: Option<String>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: Duration::from_secs(10),
            time_zone: None,
            raw: Keep::days(7),
            minutes: Keep::days(90),
            five_minutes: Keep::days(730),
            hours: Keep::days(730),
            except: Vec::new(),
            except_kinds: Vec::new(),
            store: None,
        }
    }
}
