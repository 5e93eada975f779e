//! Which routes are open to whom: one table. A route that is not in it is for administrators.

use actix_web::http::Method;

/// Whom a route lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoutePolicy {
    /// Everyone. It shows nothing of its own, so the principal is not even looked up.
    Public,
    /// Everyone; the answer depends on who asks.
    Anyone,
    /// Everyone, and it answers even when the database cannot be read. The principal is looked up where that is
    /// possible, because some are shown more.
    Liveness,
    /// Everyone who may see something; the route itself checks what.
    Viewer,
    /// Someone with an account or an API token: no anonymous viewer, and nobody who only holds a share link.
    Account,
    /// A person who is logged in, whatever the role.
    Person,
    /// An administrator.
    Administrator,
}

/// The routes that are not for administrators only. A `*` stands for anything within one segment, at the end of a path
/// for any rest. Pages are public: they hold no data and ask the API for it.
const ROUTE_POLICIES: &[(&str, &str, RoutePolicy)] = &[
    ("GET", "/healthz", RoutePolicy::Liveness),
    ("GET", "/readyz", RoutePolicy::Liveness),
    ("GET", "/api/v1/me", RoutePolicy::Anyone),
    ("POST", "/api/v1/login", RoutePolicy::Anyone),
    ("POST", "/api/v1/setup", RoutePolicy::Anyone),
    ("GET", "/", RoutePolicy::Public),
    ("GET", "/favicon.ico", RoutePolicy::Public),
    ("GET", "/prepaid/dashboard", RoutePolicy::Public),
    ("GET", "/prepaid/fleet", RoutePolicy::Public),
    ("GET", "/prepaid/usage", RoutePolicy::Public),
    ("GET", "/prepaid/report", RoutePolicy::Public),
    ("GET", "/prepaid/alerts", RoutePolicy::Public),
    ("GET", "/prepaid/api", RoutePolicy::Public),
    ("GET", "/login", RoutePolicy::Public),
    ("GET", "/settings", RoutePolicy::Public),
    ("GET", "/assets/*", RoutePolicy::Public),
    ("GET", "/embed", RoutePolicy::Public),
    ("GET", "/embed.js", RoutePolicy::Public),
    ("GET", "/metrics", RoutePolicy::Viewer),
    ("GET", "/api/v1/openapi.json", RoutePolicy::Viewer),
    ("GET", "/manifest.webmanifest", RoutePolicy::Public),
    ("GET", "/service-worker.js", RoutePolicy::Public),
    ("GET", "/offline", RoutePolicy::Public),
    ("GET", "/api/interface-stats", RoutePolicy::Viewer),
    ("GET", "/api/v1/interfaces", RoutePolicy::Viewer),
    ("GET", "/api/v1/lines", RoutePolicy::Viewer),
    // For themself anyone with an account; for everyone only administrators. The route tells them apart.
    ("PUT", "/api/v1/lines", RoutePolicy::Viewer),
    ("GET", "/api/v1/layouts", RoutePolicy::Viewer),
    ("GET", "/api/v1/routers", RoutePolicy::Viewer),
    ("GET", "/api/v1/stream", RoutePolicy::Viewer),
    ("GET", "/api/v1/window", RoutePolicy::Viewer),
    ("GET", "/api/v1/business", RoutePolicy::Viewer),
    ("GET", "/api/v1/business/logo", RoutePolicy::Viewer),
    ("GET", "/api/v1/alerts", RoutePolicy::Viewer),
    ("GET", "/api/v1/alerts/stream", RoutePolicy::Viewer),
    ("POST", "/api/v1/alerts/*/acknowledgement", RoutePolicy::Account),
    ("DELETE", "/api/v1/alerts/*/acknowledgement", RoutePolicy::Account),
    ("GET", "/api/v1/history", RoutePolicy::Viewer),
    ("GET", "/api/v1/recording", RoutePolicy::Viewer),
    ("GET", "/api/v1/usage", RoutePolicy::Viewer),
    ("GET", "/api/v1/percentile", RoutePolicy::Viewer),
    ("GET", "/api/v1/top", RoutePolicy::Viewer),
    ("GET", "/api/v1/routers/*/interfaces", RoutePolicy::Viewer),
    ("GET", "/api/v1/routers/*/stream", RoutePolicy::Viewer),
    ("POST", "/api/v1/routers/*/retry", RoutePolicy::Account),
    // Each for their own; the route looks whose it is.
    ("POST", "/api/v1/layouts", RoutePolicy::Account),
    ("PUT", "/api/v1/layouts/*", RoutePolicy::Account),
    ("DELETE", "/api/v1/layouts/*", RoutePolicy::Account),
    ("POST", "/api/v1/logout", RoutePolicy::Person),
    ("POST", "/api/v1/password", RoutePolicy::Person),
];

/// The policy of the route that a request asks for.
pub(crate) fn route_policy(method: &Method, path: &str) -> RoutePolicy {
    let asked = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let found = ROUTE_POLICIES.iter().find(|(method, pattern, _)| *method == asked && matches(pattern, path));
    found.map_or(RoutePolicy::Administrator, |(_, _, policy)| *policy)
}

/// Whether a route, also as it is declared (`/api/v1/routers/{id}`), lets in somebody who shows nothing.
pub(crate) fn is_public(method: &Method, path: &str) -> bool {
    matches!(route_policy(method, path), RoutePolicy::Public | RoutePolicy::Anyone | RoutePolicy::Liveness)
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, "")) => path.starts_with(start),
        Some((start, end)) => path
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end))
            .is_some_and(|segment| !segment.is_empty() && !segment.contains('/')),
        None => path == pattern,
    }
}
