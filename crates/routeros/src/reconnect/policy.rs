//! How a reconnecting client behaves: how long it pauses, when it checks on the router, when it gives up.

use std::time::Duration;

use super::connect_limit::ConnectLimit;

/// How a [`ReconnectingClient`](crate::ReconnectingClient) goes about it. The limits of one connection are
/// [`Options`](crate::Options).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReconnectPolicy {
    /// The pause after the first failed attempt; it doubles with each further one; 0.5 s. Every pause is up to a
    /// quarter shorter by chance, so that many clients of one failed switch do not come back in the same instant.
    pub first_pause: Duration,
    /// The longest such pause; 30 s.
    pub longest_pause: Duration,
    /// The least pause after a failure that somebody has to fix: wrong credentials, a certificate; 60 s. Routers log
    /// each refused login, and some block whoever causes many.
    pub refused_pause: Duration,
    /// A connection that lasted this long, with an answer, makes up for earlier ones that were short; 60 s.
    pub settled_after: Duration,
    /// So long after its last use a connection that ended is not opened again before the next use; 10 s.
    /// [`Duration::MAX`]: always, once it was used.
    pub wanted_for: Duration,
    /// After so long without an answer a cheap command (`/system/identity/print`) asks whether the router is still
    /// there; 10 s. It also keeps firewalls on the way from forgetting the connection. `None`: no command but the
    /// caller's; TCP keepalive alone finds out, after about 30 s, and not behind every firewall.
    pub probe_after: Option<Duration>,
    /// So many unanswered commands in a row end the connection; 2.
    pub strikes: u32,
    /// One is enough where the last answer before it is older than this, nothing else is under way, and the router does
    /// not even end the command that is cancelled; 10 s.
    pub trusted_for: Duration,
    /// Shared by many clients: how many of them connect at once. `None`: nobody waits for others.
    pub connect_limit: Option<ConnectLimit>,
}

impl Default for ReconnectPolicy {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            refused_pause: Duration::from_secs(60),
            settled_after: Duration::from_secs(60),
            wanted_for: Duration::from_secs(10),
            probe_after: Some(Duration::from_secs(10)),
            strikes: 2,
            trusted_for: Duration::from_secs(10),
            connect_limit: None,
        }
    }
}

impl ReconnectPolicy {
    /// Sets the first pause and the longest one.
    #[must_use]
    pub fn with_pauses(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_pause, self.longest_pause) = (first, longest);
        self
    }

    /// Sets the least pause after a failure that somebody has to fix.
    #[must_use]
    pub fn with_refused_pause(mut self, pause: Duration) -> Self {
        self.refused_pause = pause;
        self
    }

    /// Sets after how long a connection makes up for short ones.
    #[must_use]
    pub fn with_settled_after(mut self, time: Duration) -> Self {
        self.settled_after = time;
        self
    }

    /// Sets how long after its last use a connection is still opened again by itself.
    #[must_use]
    pub fn with_wanted_for(mut self, time: Duration) -> Self {
        self.wanted_for = time;
        self
    }

    /// Sets after how long without an answer the router is asked whether it is still there; `None`: never.
    #[must_use]
    pub fn with_probe_after(mut self, time: Option<Duration>) -> Self {
        self.probe_after = time;
        self
    }

    /// Sets how many unanswered commands in a row end the connection.
    #[must_use]
    pub fn with_strikes(mut self, strikes: u32) -> Self {
        self.strikes = strikes;
        self
    }

    /// Connects only when it has its turn among the clients that share this limit.
    #[must_use]
    pub fn with_connect_limit(mut self, limit: Option<ConnectLimit>) -> Self {
        self.connect_limit = limit;
        self
    }

    /// Sets for how long an answer speaks for a connection that then falls silent.
    #[must_use]
    pub fn with_trusted_for(mut self, time: Duration) -> Self {
        self.trusted_for = time;
        self
    }
}
