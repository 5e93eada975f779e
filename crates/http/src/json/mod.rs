//! JSON in and out: problem documents, and the values that several answers show.

mod answers;
mod fallbacks;
mod formats;
mod gap_view;
mod history_problem;
mod interface_summary;
mod problem;
mod rate_bounds;
mod request_bodies;
mod state_view;
mod window_view;

pub(crate) use answers::{answer, created, no_content};
pub(crate) use fallbacks::{Methods, no_such_path, wrong_method};
pub(crate) use formats::{counter, millis, rfc3339};
pub(crate) use gap_view::GapView;
pub(crate) use interface_summary::{InterfaceSummary, point_of_view};
pub use problem::Problem;
pub(crate) use problem::{CODES, Document};
pub(crate) use rate_bounds::RateBounds;
pub use request_bodies::request_bodies;
pub(crate) use state_view::{LimitedState, StateView, state_headers};
pub(crate) use window_view::WindowView;
