//! What is simulated: the router as a whole. Its interfaces are in [`InterfaceSpec`].

#[cfg(feature = "tls")]
use crate::TlsIdentity;
use crate::{AnswerTimes, InterfaceSpec, Version};

/// Which login the router speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Since 6.43: name and password in one sentence.
    #[default]
    Plain,
    /// Before 6.43: the MD5 of the password and a challenge.
    Challenge,
}

/// A simulated router.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who may log in.
    pub user: String,
    /// The password; empty as on a new router.
    pub password: String,
    /// What the user's group may, comma separated, as `/user/group` tells it. It is only told: whatever is said here,
    /// the user may read and no more.
    pub policy: String,
    /// `/system/identity`.
    pub identity: String,
    /// The login. [`Version::V6_42`] asks for a challenge whatever is said here.
    pub login: Login,
    /// Whose manners it has.
    pub version: Version,
    /// How many sessions may be logged in at once; a login beyond them is not answered, its connection closed.
    pub max_sessions: usize,
    /// The interfaces, in the order of its rows.
    pub interfaces: Vec<InterfaceSpec>,
    /// How long a print takes; `None`: no time at all. One that repeats or follows is not held up.
    pub answer_times: Option<AnswerTimes>,
    /// Serves TLS (`api-ssl`), on the port and in memory; `None`: plain text.
    #[cfg(feature = "tls")]
    pub tls: Option<TlsIdentity>,
    /// Begins the sequence of what is random: the login's challenges.
    pub seed: u64,
}

impl Default for Config {
    /// `admin` without a password, who may read by the API, RouterOS 7.18, twenty sessions, one idle `ether1`.
    fn default() -> Self {
        Self {
            user: "admin".to_owned(),
            password: String::new(),
            policy: "read,api".to_owned(),
            identity: "MikroTik".to_owned(),
            login: Login::default(),
            version: Version::default(),
            max_sessions: 20,
            interfaces: vec![InterfaceSpec::ether("ether1")],
            answer_times: None,
            #[cfg(feature = "tls")]
            tls: None,
            seed: 0,
        }
    }
}

impl Config {
    /// Whether a client must answer a challenge.
    pub(crate) fn challenges(&self) -> bool {
        self.login == Login::Challenge || self.version.challenges()
    }
}
