//! Whether a line that is named by its name or key may be seen.

use lalin_stats::RouterId;

use crate::api_state::ApiState;
use crate::auth::Visibility;

/// What may be seen goes by names; a key is seen with the name that it belongs to now.
pub(super) fn sees_line(api: &ApiState, visibility: &Visibility, id: &RouterId, line: &str) -> bool {
    if visibility.sees_interface(id, line) {
        return true;
    }
    let Some(frame) = api.monitor.get(id).and_then(|router| router.newest()) else { return false };
    let mut rows = frame.interfaces.iter().zip(frame.identities.iter());
    rows.any(|(interface, identity)| *identity.key == *line && visibility.sees_interface(id, &interface.name))
}
