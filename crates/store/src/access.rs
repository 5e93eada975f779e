//! What somebody may see and do. Pure; the routes ask it.

use lalin_stats::RouterId;

use crate::Error;

/// What a user or a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// May change everything.
    Administrator,
    /// May look.
    Viewer,
}

impl Role {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Viewer => "viewer",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        // Whatever is not surely an administrator may only look.
        if text == "administrator" { Self::Administrator } else { Self::Viewer }
    }
}

/// One router, or one interface of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which router.
    pub router: RouterId,
    /// Only this interface; `None` for all of them.
    pub interface: Option<String>,
}

/// What somebody may see and do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    role: Role,
    /// `None`: everything. An administrator has no limits.
    only: Option<Vec<Grant>>,
}

impl Access {
    /// Of an administrator.
    pub fn administrator() -> Self {
        Self { role: Role::Administrator, only: None }
    }

    /// Of a viewer who may see everything.
    pub fn viewer() -> Self {
        Self { role: Role::Viewer, only: None }
    }

    /// Of a viewer who may see only these; none of them is nothing at all.
    pub fn viewer_of(grants: Vec<Grant>) -> Self {
        Self { role: Role::Viewer, only: Some(grants) }
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What it is limited to; `None` for everything.
    pub fn grants(&self) -> Option<&[Grant]> {
        self.only.as_deref()
    }

    /// Whether anything may be changed.
    pub fn may_change(&self) -> bool {
        self.role == Role::Administrator
    }

    /// Whether something of the router may be seen.
    pub fn may_see(&self, router: &RouterId) -> bool {
        self.only.as_ref().is_none_or(|grants| grants.iter().any(|grant| grant.router == *router))
    }

    /// Whether this interface may be seen.
    pub fn may_see_interface(&self, router: &RouterId, interface: &str) -> bool {
        self.only.as_ref().is_none_or(|grants| grants.iter().any(|grant| grant.covers(router, interface)))
    }

    /// Whether the whole router may be seen, with what concerns no single interface.
    pub fn may_see_whole(&self, router: &RouterId) -> bool {
        self.only
            .as_ref()
            .is_none_or(|grants| grants.iter().any(|grant| grant.router == *router && grant.interface.is_none()))
    }

    /// As it is kept: a line a grant, the interface behind a tabulator.
    pub(crate) fn write(&self) -> Option<String> {
        let line = |grant: &Grant| match &grant.interface {
            Some(interface) => format!("{}\t{interface}", grant.router),
            None => grant.router.to_string(),
        };
        self.only.as_ref().map(|grants| grants.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    pub(crate) fn read(role: &str, grants: Option<&str>) -> Self {
        let role = Role::read(role);
        if role == Role::Administrator {
            return Self::administrator();
        }
        let grant = |line: &str| {
            let (router, interface) = match line.split_once('\t') {
                Some((router, interface)) => (router, Some(interface.to_owned())),
                None => (line, None),
            };
            Some(Grant { router: router.parse().ok()?, interface })
        };
        Self { role, only: grants.map(|lines| lines.lines().filter_map(grant).collect()) }
    }

    /// Refuses what could not be read again as it was.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let names = self.only.iter().flatten().filter_map(|grant| grant.interface.as_deref());
        for name in names {
            if name.is_empty() || name.contains(['\n', '\r']) {
                return Err(Error::Invalid { field: "interface", reason: "is empty or has a line break" });
            }
        }
        Ok(())
    }
}

impl Grant {
    fn covers(&self, router: &RouterId, interface: &str) -> bool {
        self.router == *router && self.interface.as_deref().is_none_or(|only| only == interface)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn id(text: &str) -> RouterId {
        text.parse().unwrap()
    }

    fn customer() -> Access {
        let line = |interface: Option<&str>, router| Grant { router: id(router), interface: interface.map(Into::into) };
        Access::viewer_of(vec![line(Some("<pppoe-budi>"), "pop-1"), line(None, "pop-2")])
    }

    #[test]
    fn a_customer_sees_his_own_line_and_nothing_else() {
        let access = customer();
        assert!(access.may_see_interface(&id("pop-1"), "<pppoe-budi>"));
        assert!(!access.may_see_interface(&id("pop-1"), "<pppoe-wati>"));
        assert!(access.may_see_interface(&id("pop-2"), "ether1"));
        assert!(!access.may_see_interface(&id("pop-3"), "<pppoe-budi>"));
        assert!(access.may_see(&id("pop-1")) && !access.may_see_whole(&id("pop-1")));
        assert!(access.may_see_whole(&id("pop-2")) && !access.may_see(&id("pop-3")));
        assert!(!access.may_change());
    }

    #[test]
    fn a_viewer_of_nothing_sees_nothing() {
        let access = Access::viewer_of(Vec::new());
        assert!(!access.may_see(&id("pop-1")));
        assert_eq!(Access::read("viewer", access.write().as_deref()), access);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for access in [Access::administrator(), Access::viewer(), customer()] {
            let text = access.write();
            assert_eq!(Access::read(access.role().as_str(), text.as_deref()), access);
        }
    }

    #[test]
    fn what_is_not_surely_an_administrator_may_only_look() {
        assert_eq!(Access::read("Administrator ", None).role(), Role::Viewer);
        assert!(Access::administrator().may_change() && Access::administrator().may_see_whole(&id("any")));
    }

    #[test]
    fn a_grant_that_could_not_be_read_again_is_refused() {
        let odd = Grant { router: id("a"), interface: Some("x\ny".into()) };
        assert!(Access::viewer_of(vec![odd]).check().is_err());
        assert!(customer().check().is_ok());
    }
}
