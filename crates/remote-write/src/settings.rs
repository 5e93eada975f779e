//! How remote write is set up.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::Error;

/// Where samples are sent, and what the queue may hold.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The receiver.
    pub url: Url,
    /// The version of the protocol.
    pub protocol: Protocol,
    /// Who we are to the receiver.
    pub credentials: Credentials,
    /// Whose the samples are, for a receiver with several tenants: the header `X-Scope-OrgID`.
    pub tenant: Option<String>,
    /// Labels of every series beside its own.
    pub labels: BTreeMap<String, String>,
    /// The folder of the queue.
    pub folder: PathBuf,
    /// The most that the queue may take of the disk, bytes; the oldest is lost first.
    pub most_bytes: u64,
    /// Older samples are not sent any more.
    pub oldest: Duration,
}

impl Settings {
    /// The defaults, for a receiver and a folder.
    ///
    /// # Errors
    /// When the receiver's address is none.
    pub fn new(url: &str, folder: PathBuf) -> Result<Self, Error> {
        Ok(Self {
            url: Url::parse(url).map_err(|error| Error::Address(error.to_string()))?,
            protocol: Protocol::default(),
            credentials: Credentials::None,
            tenant: None,
            labels: BTreeMap::from([("job".to_owned(), "lalin".to_owned())]),
            folder,
            most_bytes: 512_000_000,
            oldest: Duration::from_secs(2 * 3_600),
        })
    }
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// 2.0 where the receiver proves that it stores it, else 1.0.
    #[default]
    Auto,
    /// 1.0.
    V1,
    /// 2.0 alone: what is not proven counts as not stored.
    V2,
}

/// Who we are to the receiver.
#[derive(Clone, Default)]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    None,
    /// Whoever has this token.
    Bearer(String),
    /// A user and a password.
    Basic(String, String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer(..)",
            Self::Basic(..) => "Basic(..)",
        })
    }
}
