//! The JSON API and the event stream, with the web server below them and the authentication in front.
//!
//! Each tick is encoded once, by the first stream that needs it, and all streams share those bytes: a viewer costs a
//! pointer and a socket. The alternative, encoding for each client, is simpler but makes the cost of a tick grow with the
//! number of viewers; it is used only where a stream shows a part of the interfaces.
//!
//! This crate cannot reach a router. It reads frames and states from the monitor, and whoever adds or checks routers is
//! handed to it. A route that nobody put into the table of policies is for administrators.
//!
//! | folder | what is in it |
//! | --- | --- |
//! | `routes/` | the routes that answer once, one file for each group |
//! | `stream/` | the event stream |
//! | `answers/` | answers that many are given: made and compressed once |
//! | `metrics/` | what Prometheus scrapes |
//! | `openapi/` | the description of the API, for programs |
//! | `alerts/` | what is told of what routers do |
//! | `history/` | what was recorded: curves, use, percentiles |
//! | `auth/` | who makes a request, and what they may see and do |
//! | `lines/` | what people say of lines: from which side they are seen, what they are called |
//! | `json/` | problem documents, and values that several answers show |
//! | `server/` | connections and their limits, TLS, HTTP/1.1 and HTTP/2 |
//!
//! ```no_run
//! use std::sync::Arc;
//! use actix_web::App;
//! use lalin_http::{Api, ConnectionLimits, WebServer};
//! use lalin_monitor::{Monitor, Settings};
//!
//! # async fn serve() -> std::io::Result<()> {
//! let api = Api::new(Arc::new(Monitor::new(Settings::default())), Default::default());
//! let stop = api.stop_token(); // cancel it before the server stops, so that open streams end
//! let listener = lalin_http::listen("127.0.0.1:3000".parse().unwrap())?;
//! let server = WebServer::new(ConnectionLimits::default().within_descriptors());
//! server.serve(listener, move || App::new().configure(api.routes()))?.await
//! # }
//! ```

#![cfg_attr(
    not(all(feature = "metrics", feature = "tls")),
    allow(dead_code, reason = "what only one of them needs is small, and stays where it belongs")
)]

mod alerts;
mod answers;
mod api;
mod api_state;
mod auth;
mod business;
mod history;
mod json;
mod lines;
mod metrics;
mod openapi;
mod operation;
mod routes;
mod server;
mod stream;

pub use api::Api;
pub use api_state::ApiSettings;
pub use auth::{Auth, AuthSettings, EmbedOrigins, Principal, guard};
pub use business::{Business, Logo};
pub use json::{Problem, request_bodies};
pub use metrics::{ExtraFamily, ExtraMetrics, MetricsSettings};
#[doc(hidden)]
pub use openapi::description_by_handlers;
pub use operation::{LogLevel, Readiness};
pub use server::{ConnectionLimits, Exempt, WebServer, listen};
pub use stream::StreamLimits;
