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
//! | `exposition` | the two formats |

mod exposition;
mod line_families;
mod metrics_settings;
mod own_families;
mod route;
mod router_families;
mod scrape;

pub use metrics_settings::MetricsSettings;
pub(crate) use route::get;
