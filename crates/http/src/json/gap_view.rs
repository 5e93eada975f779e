//! A time without samples, and why: in the past of the window, and with the tick that ends it.

use lalin_monitor::Gap;
use serde::Serialize;
use utoipa::ToSchema;

/// A time without samples, ms since 1970-01-01 UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = RecentGap)]
pub(crate) struct GapView {
    /// `null`: before all that is known.
    from: Option<u64>,
    /// `null`: it is still on.
    to: Option<u64>,
    reason: &'static str,
    /// Why the router could not be read, where that is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
}

impl From<Gap> for GapView {
    fn from(gap: Gap) -> Self {
        Self { from: gap.from_ms, to: gap.until_ms, reason: gap.reason.code(), cause: gap.reason.cause() }
    }
}
