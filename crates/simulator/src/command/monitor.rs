//! `/interface/monitor-traffic`: the rates of the interfaces asked for, once or every second. They are those of the
//! instant, where a real router's are means of about the last second.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::{Command, Reply, span};
use crate::outlet::Gone;
use crate::router::Router;

const KNOWN: &[&str] = &[".proplist", "duration", "interface", "interval", "once"];

/// The name that stands for all interfaces together.
const AGGREGATE: &[u8] = b"aggregate";

/// No faster than this are the rates repeated.
const FASTEST: Duration = Duration::from_millis(50);

/// A packet's bits, for the packets a second.
const PACKET: f64 = 8_000.0;

/// Tells the rates.
pub(crate) async fn run(command: &Command, reply: &Reply) -> Result<(), Gone> {
    if let Some(name) = command.beyond(KNOWN) {
        let message = format!("unknown parameter {}", String::from_utf8_lossy(name));
        return reply.refuse(None, &message).await;
    }
    let Some(list) = command.get("interface").filter(|list| !list.is_empty()) else {
        return reply.refuse(Some(0), "missing =interface=").await;
    };
    let names: Vec<&[u8]> = list.split(|&byte| byte == b',').collect();
    if names.iter().any(|name| rates(&reply.router, name).is_none()) {
        return reply.refuse(Some(1), "input does not match any value of interface").await;
    }
    let proplist = command.get(".proplist").filter(|list| !list.is_empty());
    if command.flag("once") {
        say(&names, proplist, None, reply).await?;
        return reply.done().await;
    }
    let spans = ["interval", "duration"].map(|key| command.get(key).map(span::parse));
    let [every, end] = match spans {
        [Some(None), _] | [_, Some(None)] => return reply.refuse(Some(1), "invalid time value").await,
        spans => spans.map(Option::flatten),
    };
    let mut rounds = interval(every.unwrap_or(Duration::from_secs(1)).max(FASTEST));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Without an end: one that is further away than any session lasts.
    let end = Instant::now() + end.unwrap_or(Duration::from_secs(86_400 * 365)).min(Duration::from_secs(86_400 * 365));
    for section in 0_u64.. {
        tokio::select! {
            biased;
            () = sleep_until(end) => return reply.done().await,
            _ = rounds.tick() => say(&names, proplist, Some(section), reply).await?,
        }
    }
    Ok(())
}

async fn say(names: &[&[u8]], proplist: Option<&[u8]>, section: Option<u64>, reply: &Reply) -> Result<(), Gone> {
    let mut sentences = Vec::new();
    for name in names {
        // One that went meanwhile is passed over.
        let Some((name, rx, tx)) = rates(&reply.router, name) else { continue };
        let numbers = [
            ("rx-packets-per-second", rx / PACKET),
            ("rx-bits-per-second", rx),
            ("fp-rx-packets-per-second", 0.0),
            ("fp-rx-bits-per-second", 0.0),
            ("rx-drops-per-second", 0.0),
            ("rx-errors-per-second", 0.0),
            ("tx-packets-per-second", tx / PACKET),
            ("tx-bits-per-second", tx),
            ("fp-tx-packets-per-second", 0.0),
            ("fp-tx-bits-per-second", 0.0),
            ("tx-drops-per-second", 0.0),
            ("tx-queue-drops-per-second", 0.0),
            ("tx-errors-per-second", 0.0),
        ];
        let mut row = vec![("name", name)];
        row.extend(numbers.map(|(key, number)| (key, format!("{number:.0}").into_bytes())));
        row.extend(section.map(|section| (".section", section.to_string().into_bytes())));
        let asked =
            |key: &str| proplist.is_none_or(|list| list.split(|&byte| byte == b',').any(|name| name == key.as_bytes()));
        let row = row.iter().filter(|(key, _)| asked(key)).map(|(key, value)| (*key, value.as_slice()));
        reply.encode("!re", row, &mut sentences);
    }
    if sentences.is_empty() { Ok(()) } else { reply.send(sentences).await }
}

/// The name and the rates, bit/s, of an interface given by name or id, or of all together.
fn rates(router: &Router, name: &[u8]) -> Option<(Vec<u8>, f64, f64)> {
    let ports = router.ports();
    if name == AGGREGATE {
        let rates = ports.list.iter().map(|port| port.rates());
        let (rx, tx) = rates.fold((0.0, 0.0), |sum, (rx, tx)| (sum.0 + rx, sum.1 + tx));
        return Some((name.to_vec(), rx, tx));
    }
    let by_id = name.starts_with(b"*");
    let named = |port: &&crate::port::Port| port.spec.name == name || by_id && port.id().as_bytes() == name;
    let port = ports.list.iter().find(named)?;
    let (rx, tx) = port.rates();
    Some((port.spec.name.clone(), rx, tx))
}
