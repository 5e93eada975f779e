//! The credentials of a login, and the limits of a connection.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

#[cfg(feature = "tls")]
use crate::Tls;
use crate::{CodePage, Limits};

/// A user and the password. The password is wiped when dropped and never shown.
///
/// RouterOS keeps a password as the bytes that it was given, which from an old WinBox are those of a Windows code page.
/// So one with letters beyond ASCII that is refused is sent once more as [`Options::code_page`] writes it, on the same
/// connection; where that is right, these credentials and their clones begin with it from then on.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) user: String,
    pub(crate) password: Zeroizing<String>,
    in_code_page: Arc<AtomicBool>,
}

impl Credentials {
    /// These. An empty password is one too.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: Zeroizing::new(password.into()), in_code_page: Arc::default() }
    }

    /// Whether the router was found to keep the password in the code page and not as UTF-8.
    pub fn in_code_page(&self) -> bool {
        self.in_code_page.load(Ordering::Relaxed)
    }

    pub(crate) fn found(&self, in_code_page: bool) {
        self.in_code_page.store(in_code_page, Ordering::Relaxed);
    }

    /// The password's bytes, in the order in which they are tried: one way or two.
    pub(crate) fn attempts(&self, code_page: CodePage) -> Vec<(bool, Zeroizing<Vec<u8>>)> {
        let mut attempts = vec![(false, Zeroizing::new(self.password.as_bytes().to_vec()))];
        if !self.password.is_ascii()
            && let Some(bytes) = code_page.write(&self.password)
        {
            attempts.insert(usize::from(!self.in_code_page()), (true, Zeroizing::new(bytes)));
        }
        attempts
    }

    /// Who logs in.
    pub fn user(&self) -> &str {
        &self.user
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
    /// The plain one (RouterOS 6.43 and later), and the answer to a challenge where the router gives one. An old
    /// router then has seen the password in clear, too.
    #[default]
    Auto,
    /// The plain one only.
    Plain,
    /// The challenge only (before 6.43): the password never crosses the wire.
    Challenge,
}

/// The limits of a connection. Every wait has one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// For the host's name and the TCP connection together; 3 s.
    pub connect_timeout: Duration,
    /// Where given, only addresses for which it says yes are connected to, whatever a name resolves to.
    pub allowed_address: Option<fn(IpAddr) -> bool>,
    /// For the TLS handshake; 15 s. Small routers compute for more than five.
    #[cfg(feature = "tls")]
    pub tls_timeout: Duration,
    /// TLS (`api-ssl`), and how the router's certificate is trusted; `None`: plain text. Of
    /// [`Client::connect`](crate::Client::connect); a stream that is logged in over is taken as it is.
    #[cfg(feature = "tls")]
    pub tls: Option<Tls>,
    /// For the login; 10 s. A router whose list of allowed addresses lacks ours may accept and then stay silent.
    pub login_timeout: Duration,
    /// For a command that names no limit of its own; 10 s.
    pub command_timeout: Duration,
    /// How long a cancelled command may take to end before the connection is given up; 5 s.
    pub cancel_grace: Duration,
    /// How long the router may take no byte of what we send before the connection is given up; 10 s.
    pub write_timeout: Duration,
    /// The login.
    pub login: LoginMode,
    /// What the peer may make us hold.
    pub limits: Limits,
    /// The code page of text that is no UTF-8; Windows-1252.
    pub code_page: CodePage,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            allowed_address: None,
            #[cfg(feature = "tls")]
            tls_timeout: Duration::from_secs(15),
            #[cfg(feature = "tls")]
            tls: None,
            login_timeout: Duration::from_secs(10),
            command_timeout: Duration::from_secs(10),
            cancel_grace: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
            login: LoginMode::default(),
            limits: Limits::default(),
            code_page: CodePage::default(),
        }
    }
}

impl Options {
    /// Sets the limit for the host's name and the TCP connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Connects only to addresses for which this says yes; `None`: to any.
    #[must_use]
    pub fn with_allowed_address(mut self, allowed: Option<fn(IpAddr) -> bool>) -> Self {
        self.allowed_address = allowed;
        self
    }

    /// Connects by TLS, trusting the router's certificate so.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Sets the limit for the TLS handshake.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls_timeout(mut self, limit: Duration) -> Self {
        self.tls_timeout = limit;
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

    /// Sets how long a cancelled command may take to end.
    #[must_use]
    pub fn with_cancel_grace(mut self, limit: Duration) -> Self {
        self.cancel_grace = limit;
        self
    }

    /// Sets how long the router may take no byte.
    #[must_use]
    pub fn with_write_timeout(mut self, limit: Duration) -> Self {
        self.write_timeout = limit;
        self
    }

    /// Sets the login.
    #[must_use]
    pub fn with_login(mut self, login: LoginMode) -> Self {
        self.login = login;
        self
    }

    /// Sets what the peer may make us hold.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the code page of text that is no UTF-8.
    #[must_use]
    pub fn with_code_page(mut self, code_page: CodePage) -> Self {
        self.code_page = code_page;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let credentials = Credentials::new("admin", "rahasia");
        assert_eq!(credentials.user(), "admin");
        let shown = format!("{credentials:?}");
        assert!(shown.contains("admin") && !shown.contains("rahasia"), "{shown}");
    }
}
