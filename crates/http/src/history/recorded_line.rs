//! Which recorded line a request means. To whoever may not see it, a line does not exist.

use actix_web::HttpRequest;
use lalin_history::{Line, Reader};
use lalin_stats::RouterId;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::routes::{Parameters, requested_router};

/// The kind of line that an interface is.
pub(crate) const INTERFACE: &str = "interface";

/// The router a request means. One that is not watched any more still has its past, for whoever saw all of it.
pub(crate) fn recorded_router(
    api: &ApiState,
    visibility: &Visibility,
    request: &HttpRequest,
    parameters: &Parameters,
) -> Result<RouterId, Problem> {
    match requested_router(api, visibility, request, parameters) {
        Ok(router) => Ok(router.id().clone()),
        Err(unknown) => {
            let removed = parameters.text("router").and_then(|id| id.parse().ok());
            removed.filter(|id| visibility.sees_whole_router(id)).ok_or(unknown)
        }
    }
}

/// The interface that a request names.
pub(crate) fn interface_name(parameters: &Parameters) -> Result<String, Problem> {
    let mut names = parameters.values("interface");
    match (names.next(), names.next()) {
        (Some(name), None) if !name.is_empty() => Ok(name.to_owned()),
        (Some(_), Some(_)) => Err(Problem::bad_parameter("interface", "one at a time")),
        _ => Err(Problem::bad_parameter("interface", "name an interface")),
    }
}

/// The line of this name; by the name it has now, or had.
pub(crate) fn find(
    reader: &Reader,
    visibility: &Visibility,
    router: &RouterId,
    name: &str,
) -> Result<Option<Line>, lalin_history::Error> {
    let line = reader.find_shown(router, INTERFACE, name)?;
    Ok(line.filter(|line| is_seen(visibility, line)))
}

/// Whether a line may be seen: by the name the router uses, or the one it was recorded under.
pub(crate) fn is_seen(visibility: &Visibility, line: &Line) -> bool {
    visibility.sees_interface(&line.router, &line.shown)
}

pub(crate) fn unknown(name: &str) -> Problem {
    Problem::unknown_line(name)
}
