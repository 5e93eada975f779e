//! The settings of a router's source: where the router is, who logs in, and every limit.

use std::net::IpAddr;
use std::time::Duration;

use routeros::{ConnectLimit, Credentials, Options, ReconnectPolicy, Tls};

/// The settings of a [`RouterSource`](crate::RouterSource). Its `Debug` never shows the password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Host name or address.
    pub host: String,
    /// The port of the router's `api` service, by default 8728, or of `api-ssl`.
    pub port: u16,
    /// How the router's certificate is trusted, when `port` is that of `api-ssl`, by default 8729. `None`: plain text,
    /// to which nothing ever falls back.
    pub tls: Option<Tls>,
    /// As whom to log in.
    pub credentials: Credentials,
    /// How long opening the connection may take: 3 s.
    pub connect_limit: Duration,
    /// How long the login may take: 10 s.
    pub login_limit: Duration,
    /// How long the router may be silent during a read on an open session: 3 s. Where it shows that it needs longer the
    /// limit follows, up to [`longest_read`](Self::longest_read).
    pub read_limit: Duration,
    /// The bound of that, and of an answer that keeps arriving: 30 s, or `read_limit` where that is more.
    pub longest_read: Duration,
    /// So many reads in a row that the router did not answer end the session: 2.
    pub strikes: u32,
    /// A session that last answered longer ago than this is ended by one such read, unless the router at least ends the
    /// read that is cancelled: 10 s. What was idle for long may have been forgotten by a firewall on the way.
    pub trusted_for: Duration,
    /// The pause after the first failed attempt to connect; it doubles with each further one: 0.5 s.
    pub first_pause: Duration,
    /// The longest pause between attempts to connect: 30 s.
    pub longest_pause: Duration,
    /// The pause after a refused login, at least: 60 s. The router logs each one.
    pub login_pause: Duration,
    /// A session that lasted this long with an answer makes up for earlier ones that were short: 60 s.
    pub settled_after: Duration,
    /// Shared by many routers: only so many connections are opened at once, those to routers that do not answer in a
    /// part of the places.
    pub connects: Option<ConnectLimit>,
    /// Where given, only addresses for which it says yes are connected to, whatever a name resolves to.
    pub may_be_router: Option<fn(IpAddr) -> bool>,
    /// After this long without a read no attempt to connect is made until the next read: 10 s.
    pub wanted_for: Duration,
}

impl Settings {
    /// The router at `host` and `port`, with the usual limits.
    pub fn new(host: &str, port: u16, user: &str, password: &str) -> Self {
        Self {
            host: host.to_owned(),
            port,
            tls: None,
            credentials: Credentials::new(user, password),
            connect_limit: Duration::from_secs(3),
            login_limit: Duration::from_secs(10),
            read_limit: Duration::from_secs(3),
            longest_read: Duration::from_secs(30),
            strikes: 2,
            trusted_for: Duration::from_secs(10),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            login_pause: Duration::from_secs(60),
            settled_after: Duration::from_secs(60),
            connects: None,
            may_be_router: None,
            wanted_for: Duration::from_secs(10),
        }
    }

    /// The client's options that these settings mean; for who connects by other means than TCP.
    pub fn options(&self) -> Options {
        let options = Options::default()
            .with_connect_timeout(self.connect_limit)
            .with_allowed_address(self.may_be_router)
            .with_login_timeout(self.login_limit)
            .with_command_timeout(self.read_limit);
        match &self.tls {
            Some(tls) => options.with_tls(tls.clone()),
            None => options,
        }
    }

    /// When the session is opened again. Probes are commands, and while nobody reads there are none: a session that is
    /// dead is found out by TCP keepalive or by the next read.
    pub(crate) fn reconnect(&self) -> ReconnectPolicy {
        ReconnectPolicy::default()
            .with_pauses(self.first_pause, self.longest_pause)
            .with_refused_pause(self.login_pause)
            .with_settled_after(self.settled_after)
            .with_wanted_for(self.wanted_for)
            .with_probe_after(None)
            .with_strikes(self.strikes)
            .with_trusted_for(self.trusted_for)
            .with_connect_limit(self.connects.clone())
    }
}
