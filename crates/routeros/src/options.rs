//! Who logs in, and within which limits.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::codec::Limits;

/// A user and his password. The password is wiped when dropped and never shown.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) user: String,
    pub(crate) password: Zeroizing<String>,
}

impl Credentials {
    /// These.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: Zeroizing::new(password.into()) }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Which login is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoginMode {
    /// The plain one (RouterOS 6.43 and later), and the challenge where the router answers with one.
    #[default]
    Auto,
    /// The plain one only.
    Plain,
    /// The challenge only: the password never crosses the wire.
    Challenge,
}

/// The limits of a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// For opening the TCP connection; 3 s.
    pub connect_timeout: Duration,
    /// For the login; 10 s.
    pub login_timeout: Duration,
    /// For a command that names no limit of its own; 10 s.
    pub command_timeout: Duration,
    /// How long a cancelled command may take to end before the connection is given up; 5 s.
    pub cancel_grace: Duration,
    /// The login.
    pub login: LoginMode,
    /// What the peer may send.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            login_timeout: Duration::from_secs(10),
            command_timeout: Duration::from_secs(10),
            cancel_grace: Duration::from_secs(5),
            login: LoginMode::default(),
            limits: Limits::default(),
        }
    }
}

impl Options {
    /// Sets the limit for opening the TCP connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the limit for the login.
    #[must_use]
    pub fn with_login_timeout(mut self, limit: Duration) -> Self {
        self.login_timeout = limit;
        self
    }

    /// Sets the limit for commands that name none.
    #[must_use]
    pub fn with_command_timeout(mut self, limit: Duration) -> Self {
        self.command_timeout = limit;
        self
    }
}
