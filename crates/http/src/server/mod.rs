//! The web server below the routes: connections and their limits, TLS, HTTP/1.1 and HTTP/2.

mod active_requests;
mod activity;
mod body_limit;
mod connection;
mod connection_limits;
mod connection_table;
mod connections;
mod file_descriptors;
mod hand_over;
#[cfg(feature = "tls")]
mod http2;
mod keepalive;
mod limited_stream;
mod listen;
mod repeats;
mod transport;
mod viewer;
mod web_server;

pub(crate) use active_requests::EventStream;
pub(crate) use body_limit::{LARGEST_ANONYMOUS_BODY, LARGEST_BODY, limit_body};
pub use connection_limits::{ConnectionLimits, Exempt};
pub use listen::listen;
pub use web_server::WebServer;
