//! What a request may see of the routers and their interfaces. Every route that shows either asks here.

use actix_web::HttpRequest;
use actix_web::web::Data;
use lalin_monitor::Status;
use lalin_stats::RouterId;
use lalin_store::Access;

use crate::json::StateView;

use super::principal::Principal;
use super::service::Auth;

/// What whoever made a request may see.
#[derive(Clone, Debug)]
pub(crate) struct Visibility {
    access: Access,
    /// Someone who is logged in or has a token, and not just anyone who reaches the server.
    known: bool,
}

impl Visibility {
    /// What the request's principal may see. An application without [`Auth`] shows everything, because its author wanted
    /// that; one with `Auth` whose guard did not run shows nothing.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        if let Some(principal) = Principal::of(request) {
            return Self { access: principal.access().clone(), known: !principal.is_public() };
        }
        let guarded = request.app_data::<Data<Auth>>().is_some();
        let access = if guarded { Access::viewer_of(Vec::new()) } else { Access::administrator() };
        Self { access, known: !guarded }
    }

    /// All that may be seen.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// Whether anything of the router may be seen.
    pub(crate) fn sees_router(&self, router: &RouterId) -> bool {
        self.access.may_see(router)
    }

    /// Whether all interfaces of the router may be seen.
    pub(crate) fn sees_whole_router(&self, router: &RouterId) -> bool {
        self.access.may_see_whole(router)
    }

    /// Whether this interface may be seen.
    pub(crate) fn sees_interface(&self, router: &RouterId, name: &str) -> bool {
        self.access.may_see_interface(router, name)
    }

    /// The names of the router's interfaces that may be seen, in order; `None`: all of them.
    pub(crate) fn interfaces_of(&self, router: &RouterId) -> Option<Vec<String>> {
        if self.sees_whole_router(router) {
            return None;
        }
        let grants = self.access.grants().unwrap_or_default().iter().filter(|grant| grant.router == *router);
        let mut names: Vec<String> = grants.filter_map(|grant| grant.interface.clone()).collect();
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    /// Whether what concerns the routers themselves may be seen: addresses, tags, models, error messages. Only someone
    /// without limits sees that. A share link, a limited account or token, and anyone who just reaches an open server get
    /// stable codes instead.
    pub(crate) fn sees_details(&self) -> bool {
        self.known && self.access.grants().is_none()
    }

    /// A router's state, with as much detail as may be seen.
    pub(crate) fn state_view(&self, status: &Status) -> StateView {
        if self.sees_details() { StateView::detailed(status) } else { StateView::limited(status) }
    }
}
