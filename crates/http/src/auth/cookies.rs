//! The cookies of a session and of a known device.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use super::client_address::ClientAddress;
use super::settings::AuthSettings;

/// Holds the session's secret.
pub(crate) const SESSION_COOKIE: &str = "lalin-session";
/// Marks a browser from which someone has logged in before. It opens nothing, and stays after a logout.
pub(crate) const DEVICE_COOKIE: &str = "lalin-device";
/// How long a device stays known, s.
pub(crate) const DEVICE_LIFE: u64 = 400 * 86_400;

/// A cookie for the browser that made the request. It is `Secure` wherever the browser came by TLS: to us, or to a proxy
/// that we trust.
pub(crate) fn cookie(
    settings: &AuthSettings,
    request: &HttpRequest,
    name: &'static str,
    value: &str,
    seconds: u64,
) -> Cookie<'static> {
    let secure = ClientAddress::found(request).map_or(settings.tls, |client| client.secure);
    let path = if settings.base_path.is_empty() { "/" } else { &settings.base_path };
    Cookie::build(name, value.to_owned())
        .path(path.to_owned())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
        .finish()
}
