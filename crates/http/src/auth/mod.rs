//! Who makes a request, and whether they may: logins, tokens, links, other sites, proxies.

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
mod router_address;
mod service;
mod visibility;

pub(crate) use client_address::Client;
pub(crate) use guard::COOKIE;
pub use guard::guard;
pub(crate) use login_limits::Attempt;
pub use principal::Visitor;
pub(crate) use principal::Who;
pub(crate) use revocation::AccessLease;
pub use router_address::may_be_router;
pub use service::{Door, DoorSettings};
pub(crate) use visibility::Sight;
