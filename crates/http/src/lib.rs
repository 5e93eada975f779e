//! The JSON API and the event stream.
//!
//! A tick is turned into bytes once; those bytes are shared by every viewer. This crate cannot reach a router: it
//! reads frames and states from the monitor, and shows them. The contract is `docs/api.md`.
//!
//! ```no_run
//! use std::sync::Arc;
//! use actix_web::{App, HttpServer};
//! use lalin_http::Api;
//! use lalin_monitor::{Monitor, Settings};
//!
//! # async fn serve() -> std::io::Result<()> {
//! let api = Api::new(Arc::new(Monitor::new(Settings::default())), Default::default());
//! let stop = api.stop_token(); // cancel it before the server stops: open streams end at once
//! HttpServer::new(move || App::new().configure(api.routes()))
//!     .on_connect(lalin_http::forget_dead_peers)
//!     .shutdown_timeout(3)
//!     .bind("127.0.0.1:3000")?
//!     .run()
//!     .await
//! # }
//! ```

// The composition, and what every route needs.
mod access_end;
mod api;
mod bodies;
mod connection;
mod door;
mod keeper;
mod problem;
mod query;
mod retries;
mod selection;
mod sight;
mod wire;

// One file a route.
mod fleet;
mod health;
mod interface_stats;
mod interfaces;
mod stream;
mod viewer;
mod window;

// The bytes of a tick, made once.
mod encoded;

pub use api::{Api, Limits};
pub use bodies::bodies;
pub use connection::forget_dead_peers;
pub use door::{Door, DoorSettings, Visitor, guard, may_be_router};
pub use keeper::{
    About, Checked, Discovered, Form, Gateway, Keeper, KeeperError, Kept, Neighbour, Outcome, Source, Step,
};
pub use problem::Problem;
