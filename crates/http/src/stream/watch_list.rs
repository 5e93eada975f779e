//! `watch=ROUTER/INTERFACE`: which interfaces of which routers one stream carries.

use lalin_monitor::Router;
use lalin_stats::RouterId;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::routes::{InterfaceSelection, Parameters, SelectedName, list_parts};

/// The most routers that one stream carries: a wall, or the rows of a list that are seen.
const MOST_ROUTERS: usize = 64;

/// The routers that `watch` names, each with the interfaces that are asked for. They need not be there: one may have
/// been removed while the page was open.
pub(super) fn watch_list(
    api: &ApiState,
    visibility: &Visibility,
    parameters: &Parameters,
) -> Result<Vec<(RouterId, InterfaceSelection)>, Problem> {
    let mut chosen: Vec<(RouterId, InterfaceSelection)> = Vec::new();
    let repeated = parameters.values("watch").nth(1).is_some();
    for value in parameters.values("watch") {
        for (router, interface) in watched(api, visibility, value, repeated)? {
            if let Some((_, selection)) = chosen.iter_mut().find(|(known, _)| *known == router) {
                selection.push(interface);
            } else if chosen.len() < MOST_ROUTERS {
                let mut selection = InterfaceSelection::default();
                selection.push(interface);
                chosen.push((router, selection));
            } else {
                return Err(Problem::bad_parameter("watch", format!("at most {MOST_ROUTERS} routers at once")));
            }
        }
    }
    Ok(chosen)
}

/// What one value of `watch` means: `ROUTER/INTERFACE`, or several of them separated by commas. Interface names may contain
/// commas: a single value that is the name of an interface is that interface, and so is one of several values that does not
/// look like a list.
fn watched(
    api: &ApiState,
    visibility: &Visibility,
    value: &str,
    repeated: bool,
) -> Result<Vec<(RouterId, SelectedName)>, Problem> {
    // Whoever may see nothing of a router is not told whether it is there.
    let router = |id: &str| {
        let visible = id.parse().ok().filter(|id| visibility.sees_router(id));
        visible.ok_or_else(|| Problem::unknown_router(id))
    };
    let malformed = |text: &str| {
        let detail = format!("expected ROUTER/INTERFACE, got {text:?}; for a name with a comma repeat watch=");
        Problem::bad_parameter("watch", detail)
    };
    let (id, name) = value.split_once('/').ok_or_else(|| malformed(value))?;
    if name.contains(',') {
        let first = router(id)?;
        let is_one = match api.monitor.get(&first).filter(|_| !repeated) {
            Some(router) => is_name(&router, visibility, name),
            None => !list_parts(value).all(|part| part.contains('/')),
        };
        if is_one {
            return Ok(vec![(first, SelectedName::Exact(name.to_owned()))]);
        }
    }
    let one = |part: &str| {
        let (id, interface) = part.split_once('/').ok_or_else(|| malformed(part))?;
        Ok((router(id)?, SelectedName::NameOrList(interface.to_owned())))
    };
    list_parts(value).map(one).collect()
}

/// Whether a visible interface of the router has this name now.
fn is_name(router: &Router, visibility: &Visibility, text: &str) -> bool {
    let seen = |name: &str| name == text && visibility.sees_interface(router.id(), name);
    router.newest().is_some_and(|frame| frame.interfaces.iter().any(|interface| seen(&interface.name)))
}
