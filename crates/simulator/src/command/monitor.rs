//! `/interface/monitor-traffic`: the rates of interfaces, once or every second. They are the rates of that moment,
//! whereas a real router sends means of about the last second.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::{Command, Reply, duration};
use crate::LossRates;
use crate::router::{Interface, Router};
use crate::session::Disconnected;

const KNOWN: &[&str] = &[".proplist", "duration", "interface", "interval", "once"];

/// The name that stands for all interfaces together.
const AGGREGATE: &[u8] = b"aggregate";

/// The rates are repeated no faster than this.
const FASTEST: Duration = Duration::from_millis(50);

/// Bits of a packet, to compute packets per second.
const PACKET: f64 = 8_000.0;

/// Sends the rates.
pub(crate) async fn run(command: &Command, reply: &Reply) -> Result<(), Disconnected> {
    if let Some(name) = command.unknown_attribute(KNOWN) {
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
        send(&names, proplist, None, reply).await?;
        return reply.done().await;
    }
    let spans = ["interval", "duration"].map(|key| command.get(key).map(duration::parse));
    let [every, end] = match spans {
        [Some(None), _] | [_, Some(None)] => return reply.refuse(Some(1), "invalid time value").await,
        spans => spans.map(Option::flatten),
    };
    let mut rounds = interval(every.unwrap_or(Duration::from_secs(1)).max(FASTEST));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Without a duration, a year is longer than any session lasts.
    let end = Instant::now() + end.unwrap_or(Duration::from_secs(86_400 * 365)).min(Duration::from_secs(86_400 * 365));
    for section in 0_u64.. {
        tokio::select! {
            biased;
            () = sleep_until(end) => return reply.done().await,
            _ = rounds.tick() => send(&names, proplist, Some(section), reply).await?,
        }
    }
    Ok(())
}

async fn send(
    names: &[&[u8]],
    proplist: Option<&[u8]>,
    section: Option<u64>,
    reply: &Reply,
) -> Result<(), Disconnected> {
    let mut sentences = Vec::new();
    for name in names {
        // One that has gone meanwhile is skipped.
        let Some((name, rx, tx, losses)) = rates(&reply.router, name) else { continue };
        let numbers = [
            ("rx-packets-per-second", rx / PACKET),
            ("rx-bits-per-second", rx),
            ("fp-rx-packets-per-second", 0.0),
            ("fp-rx-bits-per-second", 0.0),
            ("rx-drops-per-second", losses.rx_drops),
            ("rx-errors-per-second", losses.rx_errors),
            ("tx-packets-per-second", tx / PACKET),
            ("tx-bits-per-second", tx),
            ("fp-tx-packets-per-second", 0.0),
            ("fp-tx-bits-per-second", 0.0),
            ("tx-drops-per-second", losses.tx_drops),
            ("tx-queue-drops-per-second", losses.tx_queue_drops),
            ("tx-errors-per-second", losses.tx_errors),
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

/// The name, the rates in bit/s and the losses of an interface given by name or id, or of all together.
fn rates(router: &Router, name: &[u8]) -> Option<(Vec<u8>, f64, f64, LossRates)> {
    let interfaces = router.interfaces();
    if name == AGGREGATE {
        let rates = interfaces.list.iter().map(|interface| (interface.rates(), interface.loss_rates()));
        let sum = ((0.0, 0.0), LossRates::default());
        let ((rx, tx), losses) =
            rates.fold(sum, |sum, ((rx, tx), losses)| ((sum.0.0 + rx, sum.0.1 + tx), sum.1.plus(&losses)));
        return Some((name.to_vec(), rx, tx, losses));
    }
    let by_id = name.starts_with(b"*");
    let named = |interface: &&Interface| interface.spec.name == name || by_id && interface.id().as_bytes() == name;
    let interface = interfaces.list.iter().find(named)?;
    let (rx, tx) = interface.rates();
    Some((interface.spec.name.clone(), rx, tx, interface.loss_rates()))
}
