//! How fast the links of the Ethernet ports are. `/interface/print` does not say, so the router is asked between the
//! reads: at most once a minute, only while somebody reads, and never so that a read waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use lalin_stats::{Interface, InterfaceId, Row};
use routeros::{Command, Error, ReconnectingClient, Reply, Sentence};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

/// The least time between two questions.
const PAUSE: Duration = Duration::from_secs(60);
/// The most ports that are asked about; no router has that many.
const PORTS: usize = 256;

/// The most questions a minute: one port of 256 that is not there takes 17, several soon more.
const QUESTIONS: usize = 40;

/// What is known of the links.
#[derive(Default)]
pub(crate) struct LinkRates {
    rates: Mutex<Arc<Rates>>,
    asking: Mutex<Asking>,
}

#[derive(Default)]
struct Asking {
    since: Option<Instant>,
    /// Ends with the source.
    task: Option<AbortOnDropHandle<()>>,
}

/// The rates of one answer, in the order of the interfaces' ids: as each of thousands of routers has them, without what a
/// hash needs.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Rates(Box<[(InterfaceId, Rate)]>);

#[derive(Debug, PartialEq)]
struct Rate {
    bps: u64,
    /// The link that had it: one that went down since may have come back slower.
    link: Link,
}

#[derive(Clone, Debug, PartialEq)]
struct Link {
    downs: Option<u64>,
    up: Option<Arc<str>>,
}

impl LinkRates {
    /// What is known now.
    pub(crate) fn rates(&self) -> Arc<Rates> {
        lock(&self.rates).clone()
    }

    /// After a read of these rows: asks for the links where that is due. Whatever becomes of it, the read is done.
    pub(crate) fn follow(self: &Arc<Self>, router: &ReconnectingClient, rows: &[Row]) {
        let mut asking = lock(&self.asking);
        if asking.since.is_some_and(|since| since.elapsed() < PAUSE) {
            return;
        }
        let ports: Vec<Arc<Interface>> = rows
            .iter()
            .filter(|row| &*row.interface.kind == "ether" && row.interface.running)
            .take(PORTS)
            .map(|row| row.interface.clone())
            .collect();
        if ports.is_empty() {
            return;
        }
        asking.since = Some(Instant::now());
        let (links, router) = (Arc::downgrade(self), router.clone());
        // Boxed, so that its memory is given back when it is done and not when the handle goes.
        let learn = Box::pin(learn(links, router, ports));
        asking.task = Some(AbortOnDropHandle::new(tokio::spawn(learn.in_current_span())));
    }
}

async fn learn(links: Weak<LinkRates>, router: ReconnectingClient, ports: Vec<Arc<Interface>>) {
    match ask(&router, &ports).await {
        Ok(rows) => {
            if let Some(links) = links.upgrade() {
                *lock(&links.rates) = Arc::new(Rates::of(&rows, &ports));
            }
        }
        Err(error) => tracing::debug!(%error, "the links' rates are not known anew"),
    }
}

/// Of all ports at once. Where the router knows one of them no more, or never did as an Ethernet port, it tells
/// nothing of any: then of each half, until only that one is left out.
async fn ask(router: &ReconnectingClient, ports: &[Arc<Interface>]) -> Result<Vec<Sentence>, Error> {
    let mut rows = Vec::new();
    let mut parts = vec![ports];
    for _ in 0..QUESTIONS {
        let Some(part) = parts.pop() else { break };
        match ask_of(router, part).await {
            Ok(reply) => rows.extend(reply.rows),
            Err(error) if is_missing(&error) => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first].into_iter().filter(|half| !half.is_empty() && part.len() > 1));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}

async fn ask_of(router: &ReconnectingClient, ports: &[Arc<Interface>]) -> Result<Reply, Error> {
    // By their ids: a name does not always reach us in the bytes that the router knows it by.
    let ids: Vec<&str> = ports.iter().map(|port| port.id.as_str()).collect();
    let monitor = Command::new("/interface/ethernet/monitor")
        .attribute("numbers", ids.join(","))
        .flag("once")
        .proplist(&["name", "rate"]);
    // Not by the client that manages itself: that a router leaves this unanswered says nothing about its session.
    router.client().await?.run(monitor).await
}

fn is_missing(error: &Error) -> bool {
    let Error::Trap { traps } = error else { return false };
    traps.iter().any(|trap| trap.message.to_ascii_lowercase().contains("no such item"))
}

impl Rates {
    fn of(rows: &[Sentence], ports: &[Arc<Interface>]) -> Self {
        let rate = |row: &Sentence| {
            let (name, bps) = (row.get("name")?.text(), bps(&row.get("rate")?.text())?);
            let port = ports.iter().find(|port| *port.name == *name)?;
            let link = Link { downs: port.link_downs, up: port.last_link_up.clone() };
            Some((port.id.clone(), Rate { bps, link }))
        };
        let mut rates: Vec<_> = rows.iter().filter_map(rate).collect();
        rates.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self(rates.into())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rate of an interface's link, bit/s, where it is still the link that was asked about: went down as often, and
    /// came up when `is_up` says.
    pub(crate) fn get(&self, id: &str, downs: Option<u64>, is_up: impl FnOnce(Option<&str>) -> bool) -> Option<u64> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(id)).ok()?;
        let (_, Rate { bps, link }) = self.0.get(at)?;
        (link.downs == downs && is_up(link.up.as_deref())).then_some(*bps)
    }
}

/// `1Gbps`, `2.5Gbps`, `100Mbps`, also without `bps`; in bit/s.
fn bps(text: &str) -> Option<u64> {
    let text = text.strip_suffix("bps").unwrap_or(text);
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit: u64 = match unit {
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        _ => return None,
    };
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok());
    let (whole, tenths) = (digits(whole)??, digits(tenths)?.filter(|tenths| *tenths < 10)?);
    let bps = whole.checked_mul(10)?.checked_add(tenths)?.checked_mul(unit)? / 10;
    (bps > 0).then_some(bps)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_routers_write_them() {
        let forms = [
            ("10Mbps", 10_000_000),
            ("1000M", 1_000_000_000),
            ("1Gbps", 1_000_000_000),
            ("2.5Gbps", 2_500_000_000),
            ("100Gbps", 100_000_000_000),
        ];
        for (text, expected) in forms {
            assert_eq!(bps(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_rate_is_unknown() {
        let none = [
            "",
            "bps",
            "G",
            "Gbps",
            "0Mbps",
            "1",
            "1bps",
            "1.25G",
            ".5G",
            "1.G",
            "-1G",
            "+1G",
            "1é",
            "99999999999999999999G",
        ];
        for text in none {
            assert_eq!(bps(text), None, "{text}");
        }
        assert_eq!(bps("99999999999999T"), None);
    }
}
