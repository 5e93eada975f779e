//! `GET /api/interface-stats`: the answer that dashboards of the system before Lalin expect.
//!
//! It is a bare array of objects of strings, under RouterOS's own names and in camelCase. Unless `?raw=1` is given, the
//! counters are those of the time of the request (see `lalin_monitor::Router::counters`), so that even a page that divides
//! by a fixed two seconds draws a steady line.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_monitor::{CountersAt, Moment, Router};
use lalin_stats::{BitsPerSecond, Interface};
use tokio::time::Instant;

use crate::answers::{Kind, MANY, Sampled};
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{RateBounds, millis, rfc3339};
use crate::lines::LineView;
use crate::{Auth, Problem};

use super::parameters::Parameters;
use super::requested_router::requested_router;
use super::stats_rows::{self, StatsRow};
use super::while_allowed::answer_while_allowed;

const TIME_BASE: HeaderName = HeaderName::from_static("x-lalin-time-base");
const DELAY_MS: HeaderName = HeaderName::from_static("x-lalin-delay-ms");

#[utoipa::path(
    get,
    path = "/api/interface-stats",
    tag = "live",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("raw" = Option<bool>, Query, description = "The counters as they were read, not those of the moment of the request"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = Vec<std::collections::HashMap<String, serde_json::Value>>))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = Instant::now();
    let parameters = Parameters::of(&request, &["raw", "router", "token"])?;
    let visibility = Visibility::of(&request);
    let raw = parameters.flag("raw")?;
    let routers = api.monitor.changes();
    let router = requested_router(&api, &visibility, &request, &parameters);
    let router = router.inspect_err(|_| tracing::debug!("MikroTik not configured"))?;
    let status = answer_while_allowed(&request, router.poll()).await?;
    let state = visibility.state_view(&status);
    let Some(moment) = router.moment(asked) else {
        tracing::debug!(router = %router.id(), reason = state.reason, "Cannot connect to MikroTik");
        return Err(Problem::no_data(state));
    };
    let lines = Auth::line_view(&request, router.id());
    let head = |answer: &mut actix_web::HttpResponseBuilder| {
        answer.insert_header((TIME_BASE, HeaderValue::from(moment.frame.time_base)));
        if !raw {
            answer.insert_header((DELAY_MS, HeaderValue::from(millis(moment.delay))));
        }
    };
    let made =
        Body { router: router.clone(), raw, state: state.code, visibility: visibility.clone(), lines: lines.clone() };
    let sampled = Sampled {
        kind: Kind::InterfaceStats,
        router: &router,
        routers,
        status: &status,
        state: &state,
        moment: &moment,
        visibility: &visibility,
        lines: &lines,
        parameters: parameters.without_credentials(),
        by_moment: !raw,
        large: moment.frame.interfaces.len() > MANY,
    };
    sampled.answer(&api, &request, head, move |moment| made.write(moment)).await
}

/// What the body is made of.
struct Body {
    router: std::sync::Arc<Router>,
    raw: bool,
    state: &'static str,
    visibility: Visibility,
    lines: LineView,
}

impl Body {
    fn write(&self, moment: &Moment) -> Vec<u8> {
        let router = &self.router;
        // Of the sample that the moment belongs to; a newer one may have come since.
        let at = if self.raw { None } else { router.counters_at(moment) };
        let (frame, counters) = match &at {
            Some(CountersAt { frame, counters, .. }) => (frame, counters),
            None => (&moment.frame, &moment.frame.counters),
        };
        let sampled = stats_rows::Sampled {
            sampled_at: rfc3339(frame.unix_ms),
            age_ms: millis(moment.asked().saturating_duration_since(frame.at)),
            state: self.state,
            band: RateBounds::of(frame.band()),
            details: self.visibility.sees_details(),
        };
        let seen = |interface: &Interface| self.visibility.sees_interface(router.id(), &interface.name);
        let rows = frame.rows().zip(counters).zip(frame.identities.iter());
        let rows = rows.filter(|(((interface, ..), _), _)| seen(interface));
        let rows = rows.map(|(((interface, _, rate), counters), identity)| StatsRow {
            interface,
            identity,
            counters,
            side: self.lines.point_of_view(interface, identity),
            rx_bps: rate.rx.map(BitsPerSecond::get),
            tx_bps: rate.tx.map(BitsPerSecond::get),
        });
        stats_rows::array(frame.interfaces.len(), rows, &sampled)
    }
}
