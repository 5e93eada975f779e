//! Who may log in to the router, and what the groups of these users may do.

/// The group of a user for whom no other is named. Its policies in [`Config::default`](crate::Config) are `read,api`.
pub(crate) const DEFAULT_GROUP: &str = "watchers";

/// A user of the router, as in `/user`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The name.
    pub name: String,
    /// The password; empty as on a new router.
    pub password: String,
    /// The bytes that the router keeps of it, where they are not UTF-8: an old WinBox sends those of a code page.
    pub password_bytes: Option<Vec<u8>>,
    /// The name of the group.
    pub group: String,
}

impl User {
    /// A user in the group `watchers`, who may read.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), password_bytes: None, group: DEFAULT_GROUP.to_owned() }
    }

    /// Keeps these bytes as the password.
    #[must_use]
    pub fn password_bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.password_bytes = Some(bytes.into());
        self
    }

    /// The bytes that a login must show.
    pub(crate) fn stored_password(&self) -> &[u8] {
        self.password_bytes.as_deref().unwrap_or(self.password.as_bytes())
    }

    /// Puts the user into another group: `read`, `write` and `full` are there from the start.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.group = name.into();
        self
    }
}

/// A group of users, as in `/user/group`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// The name.
    pub name: String,
    /// What its users may do, comma separated: `read,api`. Without `read` every command that reads is refused. The
    /// other policies are only shown, because nothing here writes.
    pub policy: String,
}

impl Group {
    /// A group with these policies.
    pub fn new(name: impl Into<String>, policy: impl Into<String>) -> Self {
        Self { name: name.into(), policy: policy.into() }
    }

    /// Whether its users have a policy.
    pub(crate) fn grants(&self, policy: &str) -> bool {
        self.policy.split(',').any(|granted| granted == policy)
    }

    /// The groups that every router has, and the one that is read-only over the API.
    pub(crate) fn defaults() -> Vec<Self> {
        vec![
            Self::new("read", "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon"),
            Self::new("write", "local,telnet,ssh,reboot,read,write,test,winbox,password,web,sniff,sensitive,api,romon"),
            Self::new(
                "full",
                "local,telnet,ssh,ftp,reboot,read,write,policy,test,winbox,password,web,sniff,sensitive,api,romon",
            ),
            Self::new(DEFAULT_GROUP, "read,api"),
        ]
    }
}
