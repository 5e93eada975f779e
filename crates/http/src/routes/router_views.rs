//! A router as JSON, with as much as whoever asks may see.

use lalin_fleet::{KnownRouter, RouterOrigin, SystemInfo, TlsPolicy, Wan};
use lalin_monitor::Router;
use lalin_stats::{BitsPerSecond, Frame, Rate, RateSum, RouterId, RouterState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Visibility;
use crate::json::{LimitedState, RateBounds, StateView, millis};
use crate::lines::LineView;

/// A router in the list, for everyone who may see anything of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Router)]
pub(super) struct RouterView {
    id: String,
    name: String,
    default: bool,
    state: StateView,
    interval_ms: u64,
    enabled: bool,
    #[serde(flatten)]
    details: Option<Details>,
    /// The interfaces that lead to the internet, as far as they may be seen, and how that is known.
    wan: Vec<String>,
    wan_from: &'static str,
    /// What goes through them, from their points of view; `null` where any of it is not known.
    down_bps: Option<u64>,
    up_bps: Option<u64>,
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
#[derive(Serialize, ToSchema)]
#[schema(as = RouterDetails)]
struct Details {
    address: Option<String>,
    viewers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
    tags: Vec<String>,
    tls: bool,
    about: Option<SystemInfoView>,
    /// In a cluster: the machine that asks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    collector: Option<String>,
}

/// What an administrator sees of one router.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RouterSettings)]
pub(super) struct FullRouterView {
    #[serde(flatten)]
    view: RouterView,
    host: String,
    port: u16,
    user: String,
    tls_policy: String,
    notes: String,
    /// A mark of these settings, to be sent along with a change of them.
    revision: String,
}

impl RouterView {
    pub(super) fn of(
        router: Option<&Router>,
        known: Option<KnownRouter>,
        id: &RouterId,
        default: bool,
        visibility: &Visibility,
        lines: &LineView,
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
        let wan = lines.wan();
        let (down_bps, up_bps) = match frame.as_ref().filter(|_| live) {
            Some(frame) => through(frame, lines),
            None => (None, None),
        };
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
            collector: known.as_ref().and_then(|known| known.collector.clone()),
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
            wan: seen(wan, router, visibility, id),
            wan_from: wan.from.code(),
            down_bps,
            up_bps,
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

/// The names of the ways to the internet that may be seen.
pub(crate) fn seen(wan: &Wan, router: Option<&Router>, visibility: &Visibility, id: &RouterId) -> Vec<String> {
    let frame = router.and_then(Router::newest);
    let by_key = |key: &str| {
        let mut rows = frame.iter().flat_map(|frame| frame.interfaces.iter().zip(frame.identities.iter()));
        rows.any(|(interface, identity)| *identity.key == *key && visibility.sees_interface(id, &interface.name))
    };
    let names = wan.interfaces.iter().filter(|name| visibility.sees_interface(id, name) || by_key(name));
    names.cloned().collect()
}

/// What the router downloads and uploads through its ways to the internet.
fn through(frame: &Frame, lines: &LineView) -> (Option<u64>, Option<u64>) {
    let rows = frame.rows().zip(frame.identities.iter());
    let ways = rows.filter(|((interface, ..), identity)| lines.is_wan(interface, identity));
    let (mut down, mut up, mut count) = (Some(0), Some(0), 0);
    for ((interface, _, rate), identity) in ways {
        let (rx, tx) = (rate.rx.map(BitsPerSecond::get), rate.tx.map(BitsPerSecond::get));
        // A way that is not up carries nothing, and that is known.
        let idle = |bps: Option<u64>| bps.or((!interface.running).then_some(0));
        let (more_down, more_up) = lines.point_of_view(interface, identity).down_up(idle(rx), idle(tx));
        let add = |sum: Option<u64>, more: Option<u64>| Some(sum?.saturating_add(more?));
        (down, up, count) = (add(down, more_down), add(up, more_up), count + 1);
    }
    // One that is not in the router's list is not known.
    let all = count > 0 && count >= lines.wan().interfaces.len();
    (down.filter(|_| all), up.filter(|_| all))
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
    pub(super) fn of(
        router: Option<&Router>,
        known: KnownRouter,
        default: bool,
        visibility: &Visibility,
        lines: &LineView,
    ) -> Self {
        let (settings, revision) = (known.settings.clone(), known.revision());
        Self {
            host: settings.host,
            port: settings.port,
            user: settings.user,
            tls_policy: settings.tls.to_string(),
            notes: settings.notes,
            revision,
            view: RouterView::of(router, Some(known), &settings.id, default, visibility, lines),
        }
    }
}

/// What a router tells of itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SystemInfo)]
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
