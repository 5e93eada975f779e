//! PrincipalKind makes a request, and whether they may: logins, tokens, links, other sites, proxies.

mod authority;
mod base_path;
mod client_address;
mod forwarded_headers;
mod guard;
mod local_requests;
mod login_limits;
mod origin;
mod principal;
mod revocation;
mod route_policy;
mod router_address;
mod service;
mod visibility;

pub(crate) use client_address::ClientAddress;
pub(crate) use guard::COOKIE;
pub use guard::guard;
pub(crate) use login_limits::LoginAttempt;
pub use principal::Principal;
pub(crate) use principal::PrincipalKind;
pub(crate) use revocation::AccessLease;
pub use router_address::may_be_router;
pub use service::{Auth, AuthSettings};
pub(crate) use visibility::Visibility;
