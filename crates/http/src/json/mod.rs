//! JSON in and out: problems, and what several answers show alike.

mod problem;
mod request_bodies;
mod views;

pub use problem::Problem;
pub use request_bodies::bodies;
pub(crate) use views::{RateBounds, State, StateView, counter, millis, rfc3339, state_headers};
