//! A part of the recent window by interface, as `GET /api/v1/window` and the stream's `window` event show it.

use lalin_monitor::{ClockStep, Window};
use lalin_stats::{BitsPerSecond, Identity, Interface};
use serde::Serialize;
use utoipa::ToSchema;

use super::gap_view::GapView;
use super::rate_bounds::RateBounds;

/// A part of the recent window, by interface.
#[derive(Serialize, ToSchema)]
#[schema(as = Window)]
pub(crate) struct WindowView {
    resumed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<u64>,
    /// Where new time bases begin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepView>,
    t: Vec<u64>,
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
    series: Vec<SeriesView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClockStep)]
struct StepView {
    base: u64,
    t: u64,
    ms: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WindowSeries)]
struct SeriesView {
    id: String,
    name: String,
    key: String,
    line: u64,
    rx: Vec<Option<u64>>,
    tx: Vec<Option<u64>>,
}

impl WindowView {
    /// The window of the interfaces that are `wanted`, while they had a name that may be seen.
    pub(crate) fn of(
        window: &Window,
        wanted: impl Fn(&Interface, &Identity) -> bool,
        shown: impl Fn(&Interface) -> bool,
    ) -> Self {
        let bits =
            |rates: Vec<Option<BitsPerSecond>>| rates.into_iter().map(|rate| rate.map(BitsPerSecond::get)).collect();
        let series = window.series(wanted, shown).into_iter();
        let bounds: Vec<RateBounds> = window.uncertainties().map(RateBounds::of).collect();
        Self {
            resumed: window.resumed,
            base: window.time_base(),
            steps: window.clock_steps().map(StepView::of).collect(),
            gaps: window.gaps().map(GapView::from).collect(),
            t: window.times().collect(),
            low: bounds.iter().map(|bounds| bounds.low).collect(),
            high: bounds.iter().map(|bounds| bounds.high).collect(),
            series: series
                .map(|one| SeriesView {
                    id: one.interface.id.to_string(),
                    name: one.interface.name.to_string(),
                    key: one.identity.key.to_string(),
                    line: one.identity.line,
                    rx: bits(one.rx),
                    tx: bits(one.tx),
                })
                .collect(),
        }
    }
}

impl StepView {
    fn of(step: ClockStep) -> Self {
        Self { base: step.time_base, t: step.unix_ms, ms: step.step_ms }
    }
}
