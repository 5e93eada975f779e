//! What a request may see: of the routers, and of their interfaces. Every route that shows either asks here.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use lalin_monitor::{Router, Status};
use lalin_store::Access;

use crate::json::StateView;
use crate::routes::Parameters;
use crate::{Api, Problem};

use super::principal::Principal;
use super::service::Auth;

/// What may be seen, by whoever asks.
#[derive(Clone, Debug)]
pub(crate) struct Visibility {
    access: Access,
    /// Somebody, and not whoever comes by.
    known: bool,
}

impl Visibility {
    /// Of a request: its visitor's. An application without a door shows everything, as its maker wants; one with a door
    /// whose guard did not run shows nothing.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        if let Some(principal) = Principal::of(request) {
            return Self { access: principal.access().clone(), known: !principal.is_public() };
        }
        let guarded = request.app_data::<Data<Auth>>().is_some();
        let access = if guarded { Access::viewer_of(Vec::new()) } else { Access::administrator() };
        Self { access, known: !guarded }
    }

    /// The router a request means: by its path, by `?router=`, or the first one that may be seen. One that may not be
    /// seen does not exist.
    pub(crate) fn router(
        &self,
        api: &Api,
        request: &HttpRequest,
        parameters: &Parameters,
    ) -> Result<Arc<Router>, Problem> {
        let monitor = &api.inner().monitor;
        let Some(wanted) = request.match_info().get("id").or_else(|| parameters.text("router")) else {
            // The common case first: nothing is sorted for it.
            let first = monitor.default_router().filter(|router| self.access.may_see(router.id()));
            let first = first.or_else(|| monitor.routers().into_iter().find(|router| self.access.may_see(router.id())));
            return first.ok_or_else(Problem::no_router);
        };
        let router = wanted.parse().ok().and_then(|id| monitor.get(&id));
        router.filter(|router| self.access.may_see(router.id())).ok_or_else(|| Problem::unknown_router(wanted))
    }

    /// Whether something of the router may be seen.
    pub(crate) fn some_of(&self, router: &lalin_stats::RouterId) -> bool {
        self.access.may_see(router)
    }

    /// Whether what concerns the routers themselves may be seen: addresses, tags, what they are, what failed in whose
    /// words. For somebody without limits; a link, a limited account or token and whoever comes by get stable codes.
    pub(crate) fn details(&self) -> bool {
        self.known && self.access.grants().is_none()
    }

    /// A router's state as it may be seen.
    pub(crate) fn state(&self, status: &Status) -> StateView {
        if self.details() { StateView::detailed(status) } else { StateView::limited(status) }
    }

    /// Whether all interfaces of the router may be seen.
    pub(crate) fn all_of(&self, router: &lalin_stats::RouterId) -> bool {
        self.access.may_see_whole(router)
    }

    /// Whether this interface may be seen.
    pub(crate) fn interface(&self, router: &lalin_stats::RouterId, name: &str) -> bool {
        self.access.may_see_interface(router, name)
    }
}
