//! The settings of a simulated router as a whole. Those of an interface are in [`InterfaceSpec`].

#[cfg(feature = "tls")]
use crate::TlsIdentity;
use crate::{AnswerTimes, Fault, Group, InterfaceSpec, Menu, Recording, Script, User, Version};

/// The login method of the router.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// Since 6.43: name and password in one sentence.
    #[default]
    Plain,
    /// Before 6.43: the MD5 of the password and a challenge.
    Challenge,
}

/// A simulated router.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The users who may log in.
    pub users: Vec<User>,
    /// The groups of these users.
    pub groups: Vec<Group>,
    /// The name of the router, in `/system/identity`.
    pub identity: String,
    /// The login method. [`Version::V6_42`] always asks for a challenge.
    pub login: Login,
    /// The RouterOS version whose behaviour the router shows.
    pub version: Version,
    /// How many sessions may be logged in at once. A login beyond them is not answered and its connection is closed.
    pub max_sessions: usize,
    /// The interfaces, in the order of the rows.
    pub interfaces: Vec<InterfaceSpec>,
    /// Menus of your own. One with the path of a menu that is built in takes its place.
    pub menus: Vec<Menu>,
    /// Replies of your own to commands.
    pub scripts: Vec<Script>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
    /// How long a print takes; `None`: no time at all. A print that repeats or follows is not delayed.
    pub answer_times: Option<AnswerTimes>,
    /// Serves TLS (`api-ssl`), over TCP and in memory; `None`: plain text.
    #[cfg(feature = "tls")]
    pub tls: Option<TlsIdentity>,
    /// The seed of everything random: the challenges of logins.
    pub seed: u64,
}

impl Default for Config {
    /// `admin` without a password, who may read; RouterOS 7.18; twenty sessions; one idle `ether1`.
    fn default() -> Self {
        Self {
            users: vec![User::new("admin", "")],
            groups: Group::defaults(),
            identity: "MikroTik".to_owned(),
            login: Login::default(),
            version: Version::default(),
            max_sessions: 20,
            interfaces: vec![InterfaceSpec::ether("ether1")],
            menus: Vec::new(),
            scripts: Vec::new(),
            faults: Vec::new(),
            answer_times: None,
            #[cfg(feature = "tls")]
            tls: None,
            seed: 0,
        }
    }
}

impl Config {
    /// Sets the name and the password of the first user.
    #[must_use]
    pub fn credentials(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        if let Some(first) = self.users.first_mut() {
            (first.name, first.password) = (name.into(), password.into());
        } else {
            self.users.push(User::new(name, password));
        }
        self
    }

    /// Sets the password of the first user, who is `admin` unless another is named.
    #[must_use]
    pub fn password(self, password: impl Into<String>) -> Self {
        let name = self.users.first().map_or("admin", |user| &user.name).to_owned();
        self.credentials(name, password)
    }

    /// Sets the policies of the first user's group, comma separated.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<String>) -> Self {
        let Some(user) = self.users.first() else { return self };
        let policy = policy.into();
        match self.groups.iter_mut().find(|group| group.name == user.group) {
            Some(group) => group.policy = policy,
            None => self.groups.push(Group::new(user.group.clone(), policy)),
        }
        self
    }

    /// Adds a user.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds a group, in place of one of its name.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.groups.retain(|other| other.name != group.name);
        self.groups.push(group);
        self
    }

    /// Sets the name of the router.
    #[must_use]
    pub fn identity(mut self, identity: impl Into<String>) -> Self {
        self.identity = identity.into();
        self
    }

    /// Sets the login method.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// Sets the RouterOS version.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// Sets how many sessions may be logged in at once.
    #[must_use]
    pub fn max_sessions(mut self, most: usize) -> Self {
        self.max_sessions = most;
        self
    }

    /// Sets the interfaces, in place of those there were.
    #[must_use]
    pub fn interfaces(mut self, interfaces: impl IntoIterator<Item = InterfaceSpec>) -> Self {
        self.interfaces = interfaces.into_iter().collect();
        self
    }

    /// Adds a menu of your own, in place of one of its path.
    #[must_use]
    pub fn menu(mut self, menu: Menu) -> Self {
        self.menus.push(menu);
        self
    }

    /// Adds a reply of your own; among those that fit a command the first one added answers.
    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// Answers the commands of a recorded session as they were answered then.
    #[must_use]
    pub fn recording(mut self, recording: &Recording) -> Self {
        self.scripts.extend(recording.scripts());
        self
    }

    /// Adds a fault, in place of one of its kind.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Sets how long prints take.
    #[must_use]
    pub fn answer_times(mut self, times: impl Into<Option<AnswerTimes>>) -> Self {
        self.answer_times = times.into();
        self
    }

    /// Serves TLS with this identity, or plain text without one.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, identity: impl Into<Option<TlsIdentity>>) -> Self {
        self.tls = identity.into();
        self
    }

    /// Sets the seed of everything random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether a client must answer a challenge.
    pub(crate) fn challenges(&self) -> bool {
        self.login == Login::Challenge || self.version.challenges()
    }

    /// Whether a user has a policy by its group.
    pub(crate) fn grants(&self, user: &str, policy: &str) -> bool {
        let user = self.users.iter().find(|other| other.name == user);
        let group = user.and_then(|user| self.groups.iter().find(|group| group.name == user.group));
        group.is_some_and(|group| group.grants(policy))
    }
}
