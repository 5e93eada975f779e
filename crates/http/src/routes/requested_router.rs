//! Which router a request means.

use std::sync::Arc;

use actix_web::HttpRequest;
use lalin_monitor::Router;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;

use super::parameters::Parameters;

/// The router in the path or in `?router=`, or else the first one that may be seen. To whoever may not see it, a router
/// does not exist.
pub(crate) fn requested_router(
    api: &ApiState,
    visibility: &Visibility,
    request: &HttpRequest,
    parameters: &Parameters,
) -> Result<Arc<Router>, Problem> {
    let monitor = &api.monitor;
    let may_be_seen = |router: &Arc<Router>| visibility.sees_router(router.id());
    let Some(wanted) = request.match_info().get("id").or_else(|| parameters.text("router")) else {
        // The common case first: it needs no sorted list of all routers.
        let first = monitor.default_router().filter(may_be_seen);
        return first.or_else(|| monitor.routers().into_iter().find(may_be_seen)).ok_or_else(Problem::no_router);
    };
    let router = wanted.parse().ok().and_then(|id| monitor.get(&id));
    router.filter(may_be_seen).ok_or_else(|| Problem::unknown_router(wanted))
}
