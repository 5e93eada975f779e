//! Roles and grants as the API writes them, of accounts and of tokens.

use lalin_store::{Access, Grant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

/// One grant: a router, or one interface of it.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Grant)]
pub(super) struct GrantView {
    router: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interface: Option<String>,
}

/// What an access is limited to; `None` where it has no limits.
pub(super) fn grants(access: &Access) -> Option<Vec<GrantView>> {
    let view = |grant: &Grant| GrantView { router: grant.router.to_string(), interface: grant.interface.clone() };
    access.grants().map(|grants| grants.iter().map(view).collect())
}

/// The access that a request describes.
pub(super) fn parse_access(role: &str, only: Option<Vec<GrantView>>) -> Result<Access, Problem> {
    let grant = |view: GrantView| {
        let router = view.router.parse().map_err(|error| Problem::bad_parameter("only", error))?;
        Ok::<_, Problem>(Grant { router, interface: view.interface })
    };
    match (role, only) {
        ("administrator", None) => Ok(Access::administrator()),
        ("administrator", Some(_)) => Err(Problem::bad_parameter("only", "an administrator has no limits")),
        ("viewer", None) => Ok(Access::viewer()),
        ("viewer", Some(only)) => Ok(Access::viewer_of(only.into_iter().map(grant).collect::<Result<_, _>>()?)),
        _ => Err(Problem::bad_parameter("role", "expected administrator or viewer")),
    }
}
