//! `GET /metrics`: what Prometheus scrapes, in the classic text format or as OpenMetrics.
//!
//! A scrape reads frames and never a router, and what it answers is made while it is sent: a piece for each router of each
//! family, so that fifty thousand lines need no memory of their own. A converter from one format to the other, or a library
//! that holds every sample as an object, would need a hundred megabytes for that.
//!
//! | file | it holds |
//! | --- | --- |
//! | `route` | who asks, for which format |
//! | `scrape` | everything that one scrape shows, in the order it is sent |
//! | `line_families` | the metrics of a line |
//! | `router_families` | the metrics of a router |
//! | `own_families` | Lalin's own |
//! | `extra_families` | those of rooms that this crate does not know |
//! | `exposition` | the two formats |

#[cfg(feature = "metrics")]
mod exposition;
mod extra_families;
#[cfg(feature = "metrics")]
mod line_families;
mod metrics_settings;
#[cfg(feature = "metrics")]
mod own_families;
#[cfg(feature = "metrics")]
mod route;
#[cfg(feature = "metrics")]
mod router_families;
#[cfg(feature = "metrics")]
mod scrape;

pub use extra_families::{ExtraFamily, ExtraMetrics};
pub use metrics_settings::MetricsSettings;
#[cfg(feature = "metrics")]
pub(crate) use route::get;
