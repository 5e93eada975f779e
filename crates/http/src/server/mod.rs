//! The web server below the routes: connections and their limits, HTTP/1.1 and HTTP/2, TLS.

pub(crate) mod body_limit;
mod connection;
mod connection_table;
mod connections;
mod descriptors;
mod http2;
mod keepalive;
mod limited_stream;
mod web_server;

pub(crate) use connection::{ActiveRequest, AwaitedBody, Connection};
pub use connections::{ConnectionLimits, Exempt};
pub(crate) use connections::{Connections, LARGEST_HEAD};
pub(crate) use limited_stream::LimitedStream;
pub use web_server::{WebServer, listen};
