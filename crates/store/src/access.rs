//! What somebody may see and do: a role, and for a viewer the routers and interfaces it is limited to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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
    /// The role's name, as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Viewer => "viewer",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        // Anything else, also a damaged row, gets the fewest rights.
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
    /// `None`: everything. An administrator has no limits. Shared, because every request and every stream has a copy.
    only: Option<Arc<Grants>>,
}

/// Grants as they were given, and indexed by router, so that filtering ten thousand interfaces costs one look-up each,
/// however many grants there are.
#[derive(Debug, PartialEq, Eq)]
struct Grants {
    given: Vec<Grant>,
    by_router: HashMap<RouterId, OfRouter>,
}

/// The part of one router that may be seen.
#[derive(Debug, Default, PartialEq, Eq)]
struct OfRouter {
    whole: bool,
    interfaces: HashSet<String>,
}

impl Grants {
    fn new(given: Vec<Grant>) -> Self {
        let mut by_router: HashMap<RouterId, OfRouter> = HashMap::new();
        for grant in &given {
            let of_router = by_router.entry(grant.router.clone()).or_default();
            match &grant.interface {
                Some(interface) => drop(of_router.interfaces.insert(interface.clone())),
                None => of_router.whole = true,
            }
        }
        Self { given, by_router }
    }
}

impl Access {
    /// An administrator's access: everything.
    pub fn administrator() -> Self {
        Self { role: Role::Administrator, only: None }
    }

    /// The access of a viewer who may see everything.
    pub fn viewer() -> Self {
        Self { role: Role::Viewer, only: None }
    }

    /// The access of a viewer who may see only these; with an empty list, nothing.
    pub fn viewer_of(grants: Vec<Grant>) -> Self {
        Self { role: Role::Viewer, only: Some(Arc::new(Grants::new(grants))) }
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What it is limited to; `None` for everything.
    pub fn grants(&self) -> Option<&[Grant]> {
        self.only.as_ref().map(|grants| &*grants.given)
    }

    /// Whether anything may be changed.
    pub fn may_change(&self) -> bool {
        self.role == Role::Administrator
    }

    /// Whether something of the router may be seen.
    pub fn may_see(&self, router: &RouterId) -> bool {
        self.only.as_ref().is_none_or(|grants| grants.by_router.contains_key(router))
    }

    /// Whether this interface may be seen.
    pub fn may_see_interface(&self, router: &RouterId, interface: &str) -> bool {
        let covers = |of_router: &OfRouter| of_router.whole || of_router.interfaces.contains(interface);
        self.only.as_ref().is_none_or(|grants| grants.by_router.get(router).is_some_and(covers))
    }

    /// Whether the whole router may be seen, also what belongs to no single interface.
    pub fn may_see_whole(&self, router: &RouterId) -> bool {
        self.only.as_ref().is_none_or(|grants| grants.by_router.get(router).is_some_and(|of_router| of_router.whole))
    }

    /// What both this and the other access allow.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        if self.may_change() && other.may_change() {
            return Self::administrator();
        }
        match (self.grants(), other.grants()) {
            (None, None) => Self::viewer(),
            (Some(only), None) | (None, Some(only)) => Self::viewer_of(only.to_vec()),
            (Some(own), Some(others)) => {
                let inside = |access: &Self, grant: &Grant| match &grant.interface {
                    Some(interface) => access.may_see_interface(&grant.router, interface),
                    None => access.may_see_whole(&grant.router),
                };
                let own_part = own.iter().filter(|grant| inside(other, grant));
                let others_part = others.iter().filter(|grant| inside(self, grant) && !own.contains(grant));
                Self::viewer_of(own_part.chain(others_part).cloned().collect())
            }
        }
    }

    /// The stored form: one grant per line, router and interface separated by a tab.
    pub(crate) fn write(&self) -> Option<String> {
        let line = |grant: &Grant| match &grant.interface {
            Some(interface) => format!("{}\t{interface}", grant.router),
            None => grant.router.to_string(),
        };
        self.grants().map(|grants| grants.iter().map(line).collect::<Vec<_>>().join("\n"))
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
        let read = |lines: &str| Arc::new(Grants::new(lines.lines().filter_map(grant).collect()));
        Self { role, only: grants.map(read) }
    }

    /// Refuses grants that the stored form could not represent.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let names = self.grants().unwrap_or_default().iter().filter_map(|grant| grant.interface.as_deref());
        for name in names {
            if name.is_empty() || name.contains(['\n', '\r']) {
                return Err(Error::Invalid { field: "interface", reason: "is empty or has a line break" });
            }
        }
        Ok(())
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
    fn ten_thousand_lines_of_ten_thousand_grants_are_looked_up_and_not_searched() {
        let name = |n: usize| format!("<pppoe-{n}>");
        let grant = |n| Grant { router: id("pop-1"), interface: Some(name(n)) };
        let access = Access::viewer_of((0..200_000).map(grant).collect());
        // A linear search would make twenty billion comparisons here.
        assert!((0..200_000).all(|n| access.may_see_interface(&id("pop-1"), &name(n))));
        assert!(!access.may_see_interface(&id("pop-1"), &name(200_000)));
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
    fn what_two_may_see_is_what_each_of_them_may() {
        let only =
            |router: &str, interface: Option<&str>| Grant { router: id(router), interface: interface.map(Into::into) };
        let all = [Access::administrator(), Access::viewer(), customer(), Access::viewer_of(Vec::new())];
        let other = Access::viewer_of(vec![only("pop-1", None), only("pop-2", Some("ether1")), only("pop-3", None)]);
        for one in all.iter().chain([&other]) {
            for two in all.iter().chain([&other]) {
                let both = one.within(two);
                assert_eq!(both.may_change(), one.may_change() && two.may_change());
                for router in ["pop-1", "pop-2", "pop-3"].map(id) {
                    assert_eq!(both.may_see_whole(&router), one.may_see_whole(&router) && two.may_see_whole(&router));
                    for name in ["<pppoe-budi>", "ether1", "x"] {
                        let each = |access: &Access| access.may_see_interface(&router, name);
                        assert_eq!(each(&both), each(one) && each(two), "{one:?} {two:?} {router} {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_grant_that_could_not_be_read_again_is_refused() {
        let odd = Grant { router: id("a"), interface: Some("x\ny".into()) };
        assert!(Access::viewer_of(vec![odd]).check().is_err());
        assert!(customer().check().is_ok());
    }
}
