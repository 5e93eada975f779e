//! The path under which a proxy shows the server. Some proxies remove it and some do not. Here it is removed before any
//! route sees it.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;

/// Removes the base path from a request that has it. A request without it stays as it is.
pub(super) fn strip(request: &mut ServiceRequest, base: &str) {
    let below = below(request.path(), request.query_string(), base);
    let Some(inner) = below.and_then(|text| text.parse::<PathAndQuery>().ok()) else { return };
    let mut parts = request.head().uri.clone().into_parts();
    parts.path_and_query = Some(inner);
    let Ok(uri) = Uri::from_parts(parts) else { return };
    // Routing looks at the former, everything else at the latter.
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
}

fn below(path: &str, query: &str, base: &str) -> Option<String> {
    if base.is_empty() {
        return None;
    }
    let rest = path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    let path = if rest.is_empty() { "/" } else { rest };
    Some(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_base_path_is_taken_away() {
        for (path, query, expected) in [
            ("/lalin/api/v1/me", "", Some("/api/v1/me")),
            ("/lalin/api/v1/window", "interface=a%2Fb&x", Some("/api/v1/window?interface=a%2Fb&x")),
            ("/lalin/", "", Some("/")),
            ("/lalin", "router=a", Some("/?router=a")),
            ("/lalin/lalin/x", "", Some("/lalin/x")),
            ("/api/v1/me", "", None),
            ("/laliner/api/v1/me", "", None),
            ("/Lalin/api/v1/me", "", None),
        ] {
            assert_eq!(below(path, query, "/lalin").as_deref(), expected, "{path}");
        }
        assert_eq!(below("/api/v1/me", "", ""), None);
    }
}
