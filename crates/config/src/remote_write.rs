//! Where samples are sent beside being kept.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Secret;

/// Where samples are sent beside being kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteWrite {
    /// The receiver's address; without one nothing is sent.
    pub url: Option<String>,
    /// The version of the protocol.
    pub protocol: RemoteProtocol,
    /// A token for the receiver.
    pub token: Option<Secret>,
    /// A user at the receiver, with its password.
    pub login: Option<(String, Secret)>,
    /// Labels of every series beside its own.
    pub labels: BTreeMap<String, String>,
    /// Lines that the router makes itself are sent too.
    pub dynamic: bool,
    /// The most that what waits may take of the disk, bytes.
    pub queue_bytes: u64,
    /// Older samples are not sent any more.
    pub max_age: Duration,
}

/// A version of the remote-write protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RemoteProtocol {
    /// 2.0 where the receiver proves that it stores it, else 1.0.
    #[default]
    Auto,
    /// 1.0.
    V1,
    /// 2.0.
    V2,
}

impl Default for RemoteWrite {
    fn default() -> Self {
        Self {
            url: None,
            protocol: RemoteProtocol::default(),
            token: None,
            login: None,
            labels: BTreeMap::from([("job".to_owned(), "lalin".to_owned())]),
            dynamic: false,
            queue_bytes: 512_000_000,
            max_age: Duration::from_secs(2 * 3_600),
        }
    }
}
