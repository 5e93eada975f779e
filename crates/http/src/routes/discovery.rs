//! `GET /api/v1/discovery`: which routers are on the networks of this machine.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_fleet::{Discovered, Gateway, Neighbour};
use serde::Serialize;
use utoipa::ToSchema;

use super::Parameters;
use crate::Problem;
use crate::api_state::ApiState;
use crate::json::{answer, millis};

#[derive(Serialize, ToSchema)]
#[schema(as = Discovered)]
struct DiscoveredView {
    listening: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    neighbours: Vec<NeighbourView>,
    gateway: Option<GatewayView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Neighbour)]
struct NeighbourView {
    /// The address at which it can most likely be reached.
    address: String,
    addresses: Vec<String>,
    identity: Option<String>,
    board: Option<String>,
    version: Option<String>,
    mac: Option<String>,
    /// The router's interface by which it was heard.
    interface: Option<String>,
    age_ms: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Gateway)]
struct GatewayView {
    address: String,
    /// Whether something answers on the API's port, and on that of the API with TLS.
    api: bool,
    api_tls: bool,
}

#[utoipa::path(
    get,
    path = "/api/v1/discovery",
    tag = "routers",
    responses((status = 200, description = "OK", body = DiscoveredView))
)]
pub(super) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let Discovered { listening, problem, neighbours, gateway } = api.admin()?.discovered();
    let neighbours = neighbours.into_iter().map(NeighbourView::of).collect();
    Ok(answer(DiscoveredView { listening, problem, neighbours, gateway: gateway.map(GatewayView::of) }))
}

impl NeighbourView {
    fn of(neighbour: Neighbour) -> Self {
        let mac = |mac: &[u8; 6]| mac.map(|byte| format!("{byte:02X}")).join(":");
        let addresses: Vec<String> = neighbour.reachable().collect();
        Self {
            address: addresses.first().cloned().unwrap_or_default(),
            addresses,
            mac: neighbour.macs.first().map(mac),
            interface: neighbour.interfaces.first().cloned(),
            age_ms: millis(neighbour.heard.elapsed()),
            identity: neighbour.identity,
            board: neighbour.board,
            version: neighbour.version,
        }
    }
}

impl GatewayView {
    fn of(gateway: Gateway) -> Self {
        Self { address: gateway.address.to_string(), api: gateway.api, api_tls: gateway.api_ssl }
    }
}
