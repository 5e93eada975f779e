//! Who makes a request, and what they may do: sessions, tokens and share links, other sites, proxies.

mod authentication;
mod authority;
mod base_path;
mod client_address;
mod cookies;
mod embed_origins;
mod forwarded_headers;
mod guard;
mod local_requests;
mod login_limits;
mod origin;
mod principal;
mod revocation;
mod route_policy;
mod service;
mod settings;
mod setup_code;
mod shared_changes;
mod visibility;

pub(crate) use client_address::ClientAddress;
pub(crate) use cookies::{DEVICE_COOKIE, DEVICE_LIFE, SESSION_COOKIE, cookie};
pub use embed_origins::EmbedOrigins;
pub use guard::guard;
pub(crate) use login_limits::LoginAttempt;
pub use principal::Principal;
pub(crate) use principal::PrincipalKind;
pub(crate) use revocation::revoked;
pub(crate) use route_policy::is_public;
pub use service::Auth;
pub use settings::AuthSettings;
pub(crate) use visibility::Visibility;
