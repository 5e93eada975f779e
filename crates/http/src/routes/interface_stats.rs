//! `GET /api/interface-stats`: the answer that dashboards of the system before Lalin expect.
//!
//! It is a bare array of objects of strings, under RouterOS's own names and in camelCase. Unless `?raw=1` is given, the
//! counters are those of the time of the request (see `lalin_monitor::Router::counters`), so that even a page that divides
//! by a fixed two seconds draws a steady line.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_monitor::CountersAt;
use lalin_stats::{BitsPerSecond, Counters, Identity, Interface, PointOfView};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use tokio::time::Instant;

use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{RateBounds, millis, point_of_view, rfc3339, state_headers};
use crate::{Auth, Problem};

use super::parameters::Parameters;
use super::requested_router::requested_router;
use super::while_allowed::answer_while_allowed;

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
    let router = requested_router(&api, &visibility, &request, &parameters);
    let router = router.inspect_err(|_| tracing::debug!("MikroTik not configured"))?;
    let status = answer_while_allowed(&request, router.poll()).await?;
    let state = visibility.state_view(&status);
    let sample = if raw {
        router.newest().map(|frame| CountersAt { counters: frame.counters.clone(), frame, delay: Duration::ZERO })
    } else {
        router.counters(asked)
    };
    let Some(CountersAt { frame, counters, delay }) = sample else {
        tracing::debug!(router = %router.id(), reason = state.reason, "Cannot connect to MikroTik");
        return Err(Problem::no_data(state));
    };
    let age = frame.at.elapsed();
    let sampled = Sampled {
        sampled_at: rfc3339(frame.unix_ms),
        age_ms: millis(age),
        state: state.code,
        band: RateBounds::of(frame.band()),
        details: visibility.sees_details(),
    };
    let seen = |interface: &Interface| visibility.sees_interface(router.id(), &interface.name);
    let lines = Auth::line_view(&request, router.id());
    let rows = frame.rows().zip(&counters).zip(frame.identities.iter());
    let rows = rows.filter(|(((interface, ..), _), _)| seen(interface));
    let rows = rows.map(|(((interface, _, rate), counters), identity)| StatsRow {
        interface,
        identity,
        counters,
        side: lines.point_of_view(interface, identity),
        rx_bps: rate.rx.map(BitsPerSecond::get),
        tx_bps: rate.tx.map(BitsPerSecond::get),
        sampled: &sampled,
    });
    let mut answer = HttpResponse::Ok();
    state_headers(&mut answer, &state);
    answer.insert_header(("X-Lalin-Time-Base", frame.time_base.to_string()));
    if !raw {
        answer.insert_header(("X-Lalin-Delay-Ms", millis(delay).to_string()));
    }
    Ok(answer.insert_header(("Cache-Control", "no-store")).json(rows.collect::<Vec<_>>()))
}

/// What all rows of an answer have in common.
struct Sampled {
    sampled_at: String,
    age_ms: u64,
    state: &'static str,
    band: RateBounds,
    /// Whether the MAC addresses of the ports are shown.
    details: bool,
}

struct StatsRow<'a> {
    interface: &'a Interface,
    identity: &'a Identity,
    counters: &'a Counters,
    side: PointOfView,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    sampled: &'a Sampled,
}

impl Serialize for StatsRow<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (interface, counters) = (self.interface, self.counters);
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        let flag = |flag: bool| flag.to_string();
        fn number(number: Option<impl ToString>) -> String {
            number.map(|number| number.to_string()).unwrap_or_default()
        }
        let mut map = to.serialize_map(None)?;
        let mut both = |dashed: &str, camel: &str, value: String| {
            map.serialize_entry(dashed, &value)?;
            if dashed == camel { Ok(()) } else { map.serialize_entry(camel, &value) }
        };
        both(".id", "id", interface.id.to_string())?;
        both("name", "name", interface.name.to_string())?;
        both("type", "type", interface.kind.to_string())?;
        both("mtu", "mtu", text(&interface.mtu))?;
        both("actual-mtu", "actualMtu", number(interface.actual_mtu))?;
        both("l2mtu", "l2mtu", number(interface.l2_mtu))?;
        both("mac-address", "macAddress", text(&interface.mac_address.clone().filter(|_| self.sampled.details)))?;
        both("last-link-up-time", "lastLinkUpTime", text(&interface.last_link_up))?;
        both("link-downs", "linkDowns", number(interface.link_downs))?;
        both("rx-byte", "rxByte", number(counters.rx_bytes))?;
        both("tx-byte", "txByte", number(counters.tx_bytes))?;
        both("rx-packet", "rxPacket", number(counters.rx_packets))?;
        both("tx-packet", "txPacket", number(counters.tx_packets))?;
        both("rx-drop", "rxDrop", number(counters.rx_drops))?;
        both("tx-drop", "txDrop", number(counters.tx_drops))?;
        both("tx-queue-drop", "txQueueDrop", number(counters.tx_queue_drops))?;
        both("rx-error", "rxError", number(counters.rx_errors))?;
        both("tx-error", "txError", number(counters.tx_errors))?;
        both("disabled", "disabled", flag(interface.disabled))?;
        both("running", "running", flag(interface.running))?;
        both("comment", "comment", text(&interface.comment))?;
        map.serialize_entry("key", &*self.identity.key)?;
        map.serialize_entry("line", &self.identity.line)?;
        map.serialize_entry("pointOfView", point_of_view(self.side))?;
        map.serialize_entry("rxBps", &self.rx_bps)?;
        map.serialize_entry("txBps", &self.tx_bps)?;
        let rated = self.rx_bps.is_some() || self.tx_bps.is_some();
        if let (true, RateBounds { low: Some(low), high: Some(high) }) = (rated, self.sampled.band) {
            map.serialize_entry("low", &low)?;
            map.serialize_entry("high", &high)?;
        }
        map.serialize_entry("sampledAt", &self.sampled.sampled_at)?;
        map.serialize_entry("ageMs", &self.sampled.age_ms)?;
        map.serialize_entry("state", self.sampled.state)?;
        map.end()
    }
}
