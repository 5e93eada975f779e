//! A router as JSON, with as much as whoever asks may see.

use lalin_fleet::{KnownRouter, RouterOrigin, SystemInfo, TlsPolicy};
use lalin_monitor::Router;
use lalin_stats::{BitsPerSecond, Rate, RateSum, RouterId, RouterState};
use serde::Serialize;

use crate::auth::Visibility;
use crate::json::{LimitedState, RateBounds, StateView, millis};

/// A router in the list, for everyone who may see anything of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RouterView {
    id: String,
    name: String,
    default: bool,
    state: StateView,
    interval_ms: u64,
    enabled: bool,
    #[serde(flatten)]
    details: Option<Details>,
    interfaces: Option<usize>,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    /// How many ports have no known rate. The sums are those of the other ports.
    rx_unknown: usize,
    tx_unknown: usize,
    #[serde(flatten)]
    band: RateBounds,
    sessions: Option<u64>,
}

/// What someone without limits sees in addition.
#[derive(Serialize)]
struct Details {
    address: Option<String>,
    viewers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
    tags: Vec<String>,
    tls: bool,
    about: Option<SystemInfoView>,
}

/// What an administrator sees of one router.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FullRouterView {
    #[serde(flatten)]
    view: RouterView,
    host: String,
    port: u16,
    user: String,
    tls_policy: String,
    notes: String,
}

impl RouterView {
    pub(super) fn of(
        router: Option<&Router>,
        known: Option<KnownRouter>,
        id: &RouterId,
        default: bool,
        visibility: &Visibility,
    ) -> Self {
        let whole = visibility.sees_whole_router(id);
        let frame = router.and_then(Router::newest).filter(|_| whole);
        let live = router.is_some_and(|router| matches!(router.status().state, RouterState::Live));
        // What goes through the router's own ports; a bridge or a customer's line would count it again.
        let sum = |side: fn(Rate) -> Option<BitsPerSecond>| -> RateSum {
            let Some(frame) = frame.as_ref().filter(|_| live) else { return RateSum::default() };
            let ports = frame.rows().filter(|(interface, ..)| interface.running && is_port(&interface.kind));
            ports.map(|(_, _, rate)| side(rate)).collect()
        };
        let (rx, tx) = (sum(|rate| rate.rx), sum(|rate| rate.tx));
        let address = router.map(|router| router.label().address.to_string());
        let address = address.or_else(|| known.as_ref().map(|known| known.settings.address()));
        let name = router.map(|router| router.label().name.to_string());
        let name = name.or_else(|| known.as_ref().map(|known| known.settings.label().to_owned()));
        let about = known.as_ref().and_then(|known| known.system_info.as_ref()).map(SystemInfoView::of);
        let sessions = about.as_ref().and_then(|about| about.sessions).filter(|_| whole);
        let settings = known.as_ref().map(|known| &known.settings);
        let details = visibility.sees_details().then(|| Details {
            address,
            viewers: router.map_or(0, Router::viewers),
            origin: settings.map(|settings| origin(settings.origin)),
            tags: settings.map(|settings| settings.tags.clone()).unwrap_or_default(),
            tls: settings.is_some_and(|settings| settings.tls != TlsPolicy::Off),
            about,
        });
        Self {
            id: id.to_string(),
            name: name.unwrap_or_else(|| id.to_string()),
            default,
            state: router.map_or_else(
                || StateView::Limited(LimitedState::off()),
                |router| visibility.state_view(&router.status()),
            ),
            interval_ms: router.map_or(0, |router| millis(router.settings().interval)),
            enabled: router.is_some(),
            details,
            interfaces: frame.as_ref().map(|frame| frame.interfaces.len()),
            rx_bps: rx.known.map(BitsPerSecond::get),
            tx_bps: tx.known.map(BitsPerSecond::get),
            rx_unknown: rx.unknown,
            tx_unknown: tx.unknown,
            band: RateBounds::of(frame.as_ref().filter(|_| live).and_then(|frame| frame.band())),
            sessions,
        }
    }
}

/// A port of the router itself, wired or not.
fn is_port(kind: &str) -> bool {
    ["ether", "sfp", "wlan", "wifi", "lte", "w60g", "ppp-out"].iter().any(|port| kind.starts_with(port))
}

fn origin(origin: RouterOrigin) -> &'static str {
    match origin {
        RouterOrigin::File => "file",
        RouterOrigin::Stored => "stored",
    }
}

impl FullRouterView {
    pub(super) fn of(router: Option<&Router>, known: KnownRouter, default: bool, visibility: &Visibility) -> Self {
        let settings = known.settings.clone();
        Self {
            host: settings.host,
            port: settings.port,
            user: settings.user,
            tls_policy: settings.tls.to_string(),
            notes: settings.notes,
            view: RouterView::of(router, Some(known), &settings.id, default, visibility),
        }
    }
}

/// What a router tells of itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SystemInfoView {
    identity: Option<String>,
    model: Option<String>,
    version: Option<String>,
    uptime_ms: Option<u64>,
    cpu_percent: Option<u8>,
    memory_used: Option<u64>,
    memory_total: Option<u64>,
    sessions: Option<u64>,
}

impl SystemInfoView {
    pub(super) fn of(about: &SystemInfo) -> Self {
        Self {
            identity: about.identity.clone(),
            model: about.board.clone(),
            version: about.version.clone(),
            uptime_ms: about.uptime.map(millis),
            cpu_percent: about.cpu_percent,
            memory_used: about.memory_used,
            memory_total: about.memory_total,
            sessions: about.sessions,
        }
    }
}
