//! Through which interfaces the router reaches the internet: those of its default routes that are in use. Asked on a new
//! session and then once in five minutes, only while somebody reads, and never so that a read waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use lalin_stats::{Interface, InterfaceId, Row};
use routeros::{Command, ConnectionState, Error, Query, ReconnectingClient, Sentence};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

/// The least time between two questions on one session.
const PAUSE: Duration = Duration::from_secs(300);
/// The most interfaces that are taken for ways to the internet.
const MOST: usize = 16;
/// Kinds whose traffic goes through another interface of the router once more: a way to the internet only where there is
/// no other.
const TUNNELS: [&str; 13] = [
    "wg",
    "l2tp-out",
    "sstp-out",
    "pptp-out",
    "ovpn-out",
    "gre-tunnel",
    "gre6-tunnel",
    "eoip",
    "eoipv6",
    "ipip-tunnel",
    "ipipv6-tunnel",
    "vxlan",
    "zerotier",
];

/// What is known of the default routes.
#[derive(Default)]
pub(crate) struct DefaultRoutes {
    known: Mutex<Option<Arc<[InterfaceId]>>>,
    asking: Mutex<Asking>,
}

#[derive(Default)]
struct Asking {
    /// When, and since when the session was up then.
    asked: Option<(Instant, Instant)>,
    /// Ends with the source.
    task: Option<AbortOnDropHandle<()>>,
}

impl DefaultRoutes {
    /// The interfaces that the default routes in use go through; `None` as long as that is not known.
    pub(crate) fn interfaces(&self) -> Option<Arc<[InterfaceId]>> {
        lock(&self.known).clone()
    }

    /// After a read of these rows: asks for the routes where that is due. Whatever becomes of it, the read is done.
    pub(crate) fn follow(self: &Arc<Self>, router: &ReconnectingClient, rows: &[Row]) {
        let ConnectionState::Up { since } = router.state() else { return };
        let mut asking = lock(&self.asking);
        if asking.asked.is_some_and(|(asked, session)| session == since && asked.elapsed() < PAUSE) {
            return;
        }
        asking.asked = Some((Instant::now(), since));
        let interfaces: Vec<Arc<Interface>> = rows.iter().map(|row| row.interface.clone()).collect();
        let (routes, router) = (Arc::downgrade(self), router.clone());
        // Boxed, so that its memory is given back when it is done and not when the handle goes.
        let learn = Box::pin(learn(routes, router, interfaces));
        asking.task = Some(AbortOnDropHandle::new(tokio::spawn(learn.in_current_span())));
    }
}

async fn learn(routes: Weak<DefaultRoutes>, router: ReconnectingClient, interfaces: Vec<Arc<Interface>>) {
    match ask(&router).await {
        Ok(rows) => {
            if let Some(routes) = routes.upgrade() {
                let found = gateways(&rows, &interfaces);
                let mut known = lock(&routes.known);
                // The same list as long as it is the same: whoever shows it compares pointers.
                if known.as_deref() != Some(&*found) {
                    *known = Some(found.into());
                }
            }
        }
        Err(error) => tracing::debug!(%error, "the default routes are not known anew"),
    }
}

async fn ask(router: &ReconnectingClient) -> Result<Vec<Sentence>, Error> {
    // Narrow: a router may have a million routes. Whether one is in use is looked at here, because versions differ in
    // what a query for it matches.
    let print = Command::new("/ip/route/print").query(Query::equal("dst-address", "0.0.0.0/0")).proplist(&[
        "active",
        "gateway",
        "immediate-gw",
        "gateway-status",
    ]);
    // Not by the client that manages itself: that a router leaves this unanswered says nothing about its session.
    Ok(router.client().await?.run(print).await?.rows)
}

/// The interfaces of the routes that are in use, each once.
fn gateways(rows: &[Sentence], interfaces: &[Arc<Interface>]) -> Vec<InterfaceId> {
    let text = |row: &Sentence, key: &str| row.get(key).map(|value| value.text().into_owned());
    let mut found: Vec<&Arc<Interface>> = Vec::new();
    for row in rows.iter().filter(|row| text(row, "active").is_some_and(|word| matches!(&*word, "true" | "yes"))) {
        // 7 tells the gateway at last, which may be an interface; 6 tells it in a sentence. A gateway that was given as
        // an interface is that one in both.
        let of = |key: &str| text(row, key).map(|text| named(&text, interfaces)).unwrap_or_default();
        let through = ["immediate-gw", "gateway-status", "gateway"].into_iter().map(of);
        let through = through.into_iter().find(|through| !through.is_empty()).unwrap_or_default();
        for interface in through {
            if !found.iter().any(|known| known.id == interface.id) {
                found.push(interface);
            }
        }
    }
    let direct = |interface: &&&Arc<Interface>| !TUNNELS.contains(&&*interface.kind);
    let any_direct = found.iter().any(|interface| direct(&interface));
    let ways = found.iter().filter(|interface| !any_direct || direct(interface));
    ways.take(MOST).map(|interface| interface.id.clone()).collect()
}

/// The interfaces that a gateway's text ends with: `ether1`, `192.0.2.1%ether1`, `192.0.2.1 reachable via  ether1`, or
/// several of them with commas between.
fn named<'a>(text: &str, interfaces: &'a [Arc<Interface>]) -> Vec<&'a Arc<Interface>> {
    let one = |part: &str| {
        // A gateway in another table: `192.0.2.1%ether1@vrf1`.
        let ends = [part, part.rsplit_once('@').map_or(part, |(before, _)| before)];
        let ends_with = |interface: &&Arc<Interface>| {
            ends.iter().any(|part| {
                let before = part.strip_suffix(&*interface.name);
                before.is_some_and(|before| before.is_empty() || before.ends_with(['%', ' ']))
            })
        };
        // Of two that fit, as `wan` and `my wan`, the longer one is meant.
        interfaces
            .iter()
            .filter(|interface| !interface.name.is_empty())
            .filter(ends_with)
            .max_by_key(|one| one.name.len())
    };
    match one(text) {
        Some(interface) if !text.contains(',') => vec![interface],
        _ => text.split(',').filter_map(|part| one(part.trim())).collect(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interfaces() -> Vec<Arc<Interface>> {
        let all = [
            ("ether1", "ether"),
            ("ether10", "ether"),
            ("pppoe-out1", "pppoe-out"),
            ("wan", "ether"),
            ("my wan", "vlan"),
            ("a,b", "ether"),
            ("wg1", "wg"),
        ];
        all.iter().map(|(name, kind)| Arc::new(Interface::new(&format!("*{name}"), name, kind))).collect()
    }

    fn names(text: &str) -> Vec<String> {
        named(text, &interfaces()).iter().map(|one| one.name.to_string()).collect()
    }

    #[test]
    fn the_gateway_is_found_as_each_version_tells_it() {
        for (text, expected) in [
            ("pppoe-out1", &["pppoe-out1"][..]),
            ("192.0.2.1%ether1", &["ether1"]),
            ("192.0.2.1%ether10", &["ether10"]),
            ("192.0.2.1%ether1@isp2", &["ether1"]),
            ("192.0.2.1 reachable via  ether1", &["ether1"]),
            ("8.8.8.8 recursive via 192.0.2.1 my wan", &["my wan"]),
            ("192.0.2.1 reachable via  ether1,198.51.100.1 reachable via  wan", &["ether1", "wan"]),
            ("ether1,wan", &["ether1", "wan"]),
            ("192.0.2.1%ether1,198.51.100.1%ether10", &["ether1", "ether10"]),
            ("192.0.2.1", &[]),
            ("192.0.2.1 unreachable", &[]),
            ("xether1", &[]),
            ("", &[]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }
}
