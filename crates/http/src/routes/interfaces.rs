//! `GET /api/v1/interfaces`: the newest sample, with typed values.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_stats::{BitsPerSecond, Counters, Frame, Identity, Interface, Rate, RouterId};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::answers::{Kind, MANY, Sampled};
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{InterfaceSummary, RateBounds, StateView, counter, rfc3339};
use crate::lines::LineView;
use crate::{Auth, Problem};

use super::parameters::Parameters;
use super::requested_router::requested_router;
use super::while_allowed::answer_while_allowed;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Interfaces<'a> {
    router: &'a str,
    state: StateView,
    sampled_at: String,
    age_ms: u64,
    #[serde(flatten)]
    band: RateBounds,
    interfaces: Vec<InterfaceView<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Interface)]
struct InterfaceView<'a> {
    #[serde(flatten)]
    facts: InterfaceSummary<'a>,
    default_name: Option<&'a str>,
    mtu: Option<&'a str>,
    actual_mtu: Option<u32>,
    l2_mtu: Option<u32>,
    mac_address: Option<&'a str>,
    last_link_up: Option<&'a str>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    link_downs: Option<u64>,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    download_bps: Option<u64>,
    upload_bps: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    rx_bytes: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    tx_bytes: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    rx_packets: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    tx_packets: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    rx_drops: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    tx_drops: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    tx_queue_drops: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    rx_errors: Option<u64>,
    #[serde(serialize_with = "counter")]
    #[schema(value_type = Option<String>)]
    tx_errors: Option<u64>,
}

impl<'a> InterfaceView<'a> {
    fn of(interface: &'a Interface, identity: &'a Identity, counters: &Counters, rate: Rate, lines: &LineView) -> Self {
        let (rx_bps, tx_bps) = (rate.rx.map(BitsPerSecond::get), rate.tx.map(BitsPerSecond::get));
        let (download_bps, upload_bps) = lines.point_of_view(interface, identity).down_up(rx_bps, tx_bps);
        Self {
            facts: InterfaceSummary::of(interface, identity, lines),
            default_name: interface.default_name.as_deref(),
            mtu: interface.mtu.as_deref(),
            actual_mtu: interface.actual_mtu,
            l2_mtu: interface.l2_mtu,
            mac_address: interface.mac_address.as_deref(),
            last_link_up: interface.last_link_up.as_deref(),
            link_downs: interface.link_downs,
            rx_bps,
            tx_bps,
            download_bps,
            upload_bps,
            rx_bytes: counters.rx_bytes,
            tx_bytes: counters.tx_bytes,
            rx_packets: counters.rx_packets,
            tx_packets: counters.tx_packets,
            rx_drops: counters.rx_drops,
            tx_drops: counters.tx_drops,
            tx_queue_drops: counters.tx_queue_drops,
            rx_errors: counters.rx_errors,
            tx_errors: counters.tx_errors,
        }
    }
}

#[utoipa::path(
    get,
    path = "/api/v1/interfaces",
    tag = "live",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = Interfaces))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = Instant::now();
    let parameters = Parameters::of(&request, &["router", "token"])?;
    let visibility = Visibility::of(&request);
    let routers = api.monitor.changes();
    let router = requested_router(&api, &visibility, &request, &parameters)?;
    let status = answer_while_allowed(&request, router.poll()).await?;
    let state = visibility.state_view(&status);
    let Some(moment) = router.moment(asked) else { return Err(Problem::no_data(state)) };
    let lines = Auth::line_view(&request, router.id()).with_wan(api.wan(router.id()));
    let body = Body {
        router: router.id().clone(),
        frame: moment.frame.clone(),
        state: state.clone(),
        visibility: visibility.clone(),
        lines: lines.clone(),
    };
    let sampled = Sampled {
        kind: Kind::Interfaces,
        router: &router,
        routers,
        status: &status,
        state: &state,
        moment: &moment,
        visibility: &visibility,
        lines: &lines,
        parameters: parameters.without_credentials(),
        by_moment: false,
        large: moment.frame.interfaces.len() > MANY,
    };
    sampled.answer(&api, &request, |_| (), move |_| body.write()).await
}

/// What the body is made of.
struct Body {
    router: RouterId,
    frame: Arc<Frame>,
    state: StateView,
    visibility: Visibility,
    lines: LineView,
}

impl Body {
    fn write(&self) -> Vec<u8> {
        let Self { router, frame, state, visibility, lines } = self;
        let body = Interfaces {
            router: router.as_str(),
            sampled_at: rfc3339(frame.unix_ms),
            age_ms: state.age_ms.unwrap_or_default(),
            band: RateBounds::of(frame.band()),
            state: state.clone(),
            interfaces: frame
                .rows()
                .zip(frame.identities.iter())
                .filter(|((interface, ..), _)| visibility.sees_interface(router, &interface.name))
                .map(|((interface, counters, rate), identity)| {
                    let view = InterfaceView::of(interface, identity, counters, rate, lines);
                    // Nobody who sees only single interfaces needs it.
                    InterfaceView { mac_address: view.mac_address.filter(|_| visibility.sees_details()), ..view }
                })
                .collect(),
        };
        // Into memory: it cannot fail.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}
