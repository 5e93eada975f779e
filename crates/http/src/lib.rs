//! The JSON API and the event stream.
//!
//! A tick is turned into bytes once; those bytes are shared by every viewer. This crate cannot reach a router: it
//! reads frames and states from the monitor, and shows them. The contract is `docs/reference/api.md`.
//!
//! ```no_run
//! use std::sync::Arc;
//! use actix_web::App;
//! use lalin_http::{Api, ConnectionLimits, WebServer};
//! use lalin_monitor::{Monitor, Settings};
//!
//! # async fn serve() -> std::io::Result<()> {
//! let api = Api::new(Arc::new(Monitor::new(Settings::default())), Default::default());
//! let stop = api.stop_token(); // cancel it before the server stops: open streams end at once
//! let listener = lalin_http::listen("127.0.0.1:3000".parse().unwrap())?;
//! let server = WebServer::new(ConnectionLimits::default().within_descriptors());
//! server.serve(listener, move || App::new().configure(api.routes()))?.await
//! # }
//! ```

mod api;
mod auth;
mod fleet;
mod json;
mod keeper;
mod routes;
mod server;
mod stream;

pub use api::{Api, Limits};
pub use auth::{Auth, AuthSettings, Principal, guard, may_be_router};
pub use json::{Problem, bodies};
pub use keeper::{
    About, Checked, Discovered, Form, Gateway, Keeper, KeeperError, Kept, Neighbour, Outcome, Source, Step,
};
pub use server::{ConnectionLimits, Exempt, WebServer, listen};
