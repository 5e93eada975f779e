//! `/interface/ethernet/monitor`: the links of physical ports, once or every second.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::{Command, Reply};
use crate::router::Interface;
use crate::session::Disconnected;

const KNOWN: &[&str] = &[".id", ".proplist", "numbers", "once"];

/// How often it repeats.
const EVERY: Duration = Duration::from_secs(1);

/// Sends the state of the links.
pub(crate) async fn run(command: &Command, reply: &Reply) -> Result<(), Disconnected> {
    if let Some(name) = command.unknown_attribute(KNOWN) {
        let message = format!("unknown parameter {}", String::from_utf8_lossy(name));
        return reply.refuse(None, &message).await;
    }
    let list = command.get("numbers").or_else(|| command.get(".id")).filter(|list| !list.is_empty());
    let Some(list) = list else { return reply.refuse(Some(0), "missing =numbers=").await };
    let asked: Vec<&[u8]> = list.split(|&byte| byte == b',').collect();
    let missing = {
        let interfaces = reply.router.interfaces();
        asked.iter().any(|asked| !interfaces.list.iter().any(|interface| is(interface, asked)))
    };
    if missing {
        return reply.refuse(Some(0), "no such item").await;
    }
    let proplist = command.get(".proplist").filter(|list| !list.is_empty());
    if command.flag("once") {
        send(&asked, proplist, reply).await?;
        return reply.done().await;
    }
    let mut rounds = interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        send(&asked, proplist, reply).await?;
    }
}

/// Whether an interface is the physical port of this name or id.
fn is(interface: &Interface, asked: &[u8]) -> bool {
    interface.spec.kind == "ether" && (interface.spec.name == asked || interface.id().as_bytes() == asked)
}

async fn send(asked: &[&[u8]], proplist: Option<&[u8]>, reply: &Reply) -> Result<(), Disconnected> {
    let mut sentences = Vec::new();
    {
        let interfaces = reply.router.interfaces();
        // One that has gone meanwhile is skipped.
        for interface in asked.iter().filter_map(|asked| interfaces.list.iter().find(|interface| is(interface, asked)))
        {
            let wanted = |key: &str| {
                proplist.is_none_or(|list| list.split(|&byte| byte == b',').any(|name| name == key.as_bytes()))
            };
            let row = row(interface).into_iter().filter(|(key, _)| wanted(key));
            reply.encode("!re", row, &mut sentences);
        }
    }
    if sentences.is_empty() { Ok(()) } else { reply.send(sentences).await }
}

/// Without a link there is no rate.
fn row(interface: &Interface) -> Vec<(&'static str, &[u8])> {
    let name = ("name", interface.spec.name.as_slice());
    if !interface.spec.running || interface.spec.disabled {
        return vec![name, ("status", b"no-link")];
    }
    vec![
        name,
        ("status", b"link-ok"),
        ("auto-negotiation", b"done"),
        ("rate", interface.spec.link.as_bytes()),
        ("full-duplex", b"true"),
    ]
}
