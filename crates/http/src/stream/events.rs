//! The data of the stream's events.

use lalin_fleet::Wan;
use lalin_monitor::{Gap, Router};
use lalin_stats::{BitsPerSecond, Frame, Rate};
use serde::Serialize;

use crate::auth::Visibility;
use crate::json::{GapView, RateBounds};
use crate::routes::seen_wan;

/// `hello`, the first event of a stream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HelloEvent<'a> {
    pub(super) epoch: &'a str,
    pub(super) version: &'static str,
    pub(super) router: Option<StreamedRouter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) routers: Vec<StreamedRouter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recent_ms: Option<u64>,
}

/// A router that the stream carries.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamedRouter {
    id: String,
    name: String,
    /// The interfaces that lead to the internet, as far as they may be seen, and how that is known.
    wan: Vec<String>,
    wan_from: &'static str,
    #[serde(flatten)]
    details: Option<RouterDetails>,
}

/// For those who may see everything.
#[derive(Serialize)]
struct RouterDetails {
    address: String,
}

impl StreamedRouter {
    pub(super) fn of(router: &Router, visibility: &Visibility, wan: &Wan) -> Self {
        let label = router.label();
        let details = visibility.sees_details().then(|| RouterDetails { address: label.address.to_string() });
        let (id, name) = (router.id().to_string(), label.name.to_string());
        let seen = seen_wan(wan, Some(router), visibility, router.id());
        Self { id, name, wan: seen, wan_from: wan.from.code(), details }
    }
}

/// `tick`: the rates of one moment, in the order of the last `interfaces` event.
#[derive(Serialize)]
pub(super) struct TickEvent {
    seq: u64,
    t: u64,
    /// The time base; see `lalin_stats::Frame`.
    base: u64,
    #[serde(skip_serializing_if = "is_zero")]
    step: i64,
    rev: u64,
    rx: Vec<Option<u64>>,
    tx: Vec<Option<u64>>,
    #[serde(flatten)]
    bounds: RateBounds,
    /// Position in the list, errors, drops; only of interfaces that have some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<(usize, u64, u64)>,
    /// The time without samples that this one ends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gap: Vec<GapView>,
}

impl TickEvent {
    /// The rates of all interfaces, or of those at these positions, in their order.
    pub(super) fn of(frame: &Frame, positions: Option<&[usize]>) -> Self {
        let bits = |side: fn(&Rate) -> Option<BitsPerSecond>| -> Vec<Option<u64>> {
            let one = |rate: &Rate| side(rate).map(BitsPerSecond::get);
            match positions {
                None => frame.rates.iter().map(one).collect(),
                Some(positions) => positions.iter().map(|at| frame.rates.get(*at).and_then(one)).collect(),
            }
        };
        let faults = frame.error_counts.iter().filter_map(|faults| {
            let position = match positions {
                None => faults.place,
                Some(positions) => positions.binary_search(&faults.place).ok()?,
            };
            Some((position, faults.errors, faults.drops))
        });
        Self {
            seq: frame.seq,
            t: frame.unix_ms,
            base: frame.time_base,
            step: frame.clock_step_ms,
            rev: frame.revision,
            rx: bits(|rate| rate.rx),
            tx: bits(|rate| rate.tx),
            bounds: RateBounds::of(frame.band()),
            faults: faults.collect(),
            gap: Gap::before(frame).into_iter().map(GapView::from).collect(),
        }
    }
}

fn is_zero(step: &i64) -> bool {
    *step == 0
}

/// An event whose name says everything.
#[derive(Serialize)]
pub(super) struct EmptyEvent {}

/// An event's data with the router it is about, where the stream carries several.
#[derive(Serialize)]
pub(super) struct WithRouter<'a, T: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) router: Option<&'a str>,
    #[serde(flatten)]
    pub(super) data: T,
}
