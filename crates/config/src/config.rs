//! The typed configuration and its defaults, which are those of the first system.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::{Alerts, Cluster, History, Limits, RemoteWrite, RouterSettings, Secret};

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The web server.
    pub server: Server,
    /// Where Lalin keeps what it remembers; a relative path is relative to the working directory.
    pub data_dir: PathBuf,
    /// The key that the routers' passwords are encrypted with, as text; without one it is a file in `data_dir`.
    pub encryption_key: Option<Secret>,
    /// What connections to the web server may take.
    pub limits: Limits,
    /// The log.
    pub log: Log,
    /// How routers are sampled.
    pub sampling: Sampling,
    /// How `/metrics` answers.
    pub metrics: Metrics,
    /// What is kept of the samples.
    pub history: History,
    /// Where samples are sent beside.
    pub remote_write: RemoteWrite,
    /// Several machines as one; `None`: this one is alone.
    pub cluster: Option<Cluster>,
    /// What is told of what routers do.
    pub alerts: Alerts,
    /// Whose reports they are.
    pub business: Business,
    /// Other sites' pages that may embed the traffic.
    pub embed: Embed,
    /// The routers; none is a state, not a failure. Their ids differ.
    pub routers: Vec<RouterSettings>,
}

/// The web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The address and port it listens on.
    pub listen: SocketAddr,
    /// The language of the pages where a browser does not choose.
    pub lang: Lang,
    /// Everybody who reaches the address may look; only changes need an account.
    pub open: bool,
    /// The certificate and its key, PEM files; with them the pages are served by TLS.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Reverse proxies that are trusted to tell where a request comes from.
    pub trusted_proxies: Vec<IpAddr>,
    /// The host names that the server answers to; empty for any name, or on loopback for those of the machine.
    pub hosts: Vec<String>,
    /// The path under which a proxy serves it, such as `/lalin`; empty for the root.
    pub base_path: String,
}

/// Other sites' pages that may embed the traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Embed {
    /// Their origins, such as `https://billing.example.id`.
    pub origins: Vec<String>,
}

/// How `/metrics` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// A scrape counts as a viewer of every router.
    pub record: bool,
    /// Lines that the router makes itself are shown too.
    pub dynamic: bool,
    /// Samples carry the time at which they were read.
    pub timestamps: bool,
    /// The most lines of a scrape.
    pub most_lines: usize,
}

/// Whose reports they are: what stands at their head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Business {
    /// The provider's name; may be empty.
    pub name: String,
    /// Its address or whatever else belongs under the name; may be empty.
    pub address: String,
    /// A picture: a PNG, JPEG or WebP file.
    pub logo: Option<PathBuf>,
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Lang {
    /// The language's code, as in `<html lang>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// A level (`error warn info debug trace off`), or several `target=level` separated by commas.
    pub level: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A line of text.
    #[default]
    Human,
    /// A JSON object a line.
    Json,
}

/// The shortest and the longest interval, in the file and in the API alike.
pub const INTERVALS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(60);

/// How routers are sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// The time between two samples.
    pub interval: Duration,
    /// The time between two samples of a router that nobody watches while samples are recorded: that of `[history]`.
    pub recording_interval: Duration,
    /// A sample younger than this is served from the cache.
    pub cache_life: Duration,
    /// The longest a read of the router may take.
    pub read_limit: Duration,
    /// The longest the connection to a router may take.
    pub connect_limit: Duration,
    /// The longest the login may take.
    pub login_limit: Duration,
    /// How long a poll of the API counts as a viewer.
    pub poll_lease: Duration,
    /// How much of the past is kept in memory.
    pub window: Duration,
}

impl Config {
    /// The documented configuration file with every key at its default, commented out.
    pub fn example() -> &'static str {
        include_str!("../../../docs/reference/lalin.example.toml")
    }
}

// ===== defaults =====

impl Default for Config {
    fn default() -> Self {
        Self {
            server: Server::default(),
            limits: Limits::default(),
            data_dir: PathBuf::from("lalin-data"),
            encryption_key: None,
            log: Log::default(),
            sampling: Sampling::default(),
            metrics: Metrics::default(),
            history: History::default(),
            remote_write: RemoteWrite::default(),
            cluster: None,
            alerts: Alerts::default(),
            business: Business::default(),
            embed: Embed::default(),
            routers: Vec::new(),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            lang: Lang::default(),
            open: false,
            tls: None,
            trusted_proxies: Vec::new(),
            hosts: Vec::new(),
            base_path: String::new(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::default(), level: "info".into() }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self { record: false, dynamic: false, timestamps: true, most_lines: 100_000 }
    }
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(2),
            recording_interval: Duration::from_secs(10),
            cache_life: Duration::from_secs(5),
            read_limit: Duration::from_secs(3),
            connect_limit: Duration::from_secs(3),
            login_limit: Duration::from_secs(10),
            poll_lease: Duration::from_secs(10),
            window: Duration::from_secs(600),
        }
    }
}
