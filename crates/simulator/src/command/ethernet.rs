//! `/interface/ethernet/monitor`: the links of the physical ports asked for, once or every second.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::{Command, Reply};
use crate::outlet::Gone;
use crate::port::Port;

const KNOWN: &[&str] = &[".id", ".proplist", "numbers", "once"];

/// So often is it repeated.
const EVERY: Duration = Duration::from_secs(1);

/// Tells how the links are.
pub(crate) async fn run(command: &Command, reply: &Reply) -> Result<(), Gone> {
    if let Some(name) = command.beyond(KNOWN) {
        let message = format!("unknown parameter {}", String::from_utf8_lossy(name));
        return reply.refuse(None, &message).await;
    }
    let list = command.get("numbers").or_else(|| command.get(".id")).filter(|list| !list.is_empty());
    let Some(list) = list else { return reply.refuse(Some(0), "missing =numbers=").await };
    let asked: Vec<&[u8]> = list.split(|&byte| byte == b',').collect();
    let missing = {
        let ports = reply.router.ports();
        asked.iter().any(|asked| !ports.list.iter().any(|port| is(port, asked)))
    };
    if missing {
        return reply.refuse(Some(0), "no such item").await;
    }
    let proplist = command.get(".proplist").filter(|list| !list.is_empty());
    if command.flag("once") {
        say(&asked, proplist, reply).await?;
        return reply.done().await;
    }
    let mut rounds = interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        say(&asked, proplist, reply).await?;
    }
}

/// Whether a port is the physical one of this name or id.
fn is(port: &Port, asked: &[u8]) -> bool {
    port.spec.kind == "ether" && (port.spec.name == asked || port.id().as_bytes() == asked)
}

async fn say(asked: &[&[u8]], proplist: Option<&[u8]>, reply: &Reply) -> Result<(), Gone> {
    let mut sentences = Vec::new();
    {
        let ports = reply.router.ports();
        // One that went meanwhile is passed over.
        for port in asked.iter().filter_map(|asked| ports.list.iter().find(|port| is(port, asked))) {
            let wanted = |key: &str| {
                proplist.is_none_or(|list| list.split(|&byte| byte == b',').any(|name| name == key.as_bytes()))
            };
            let row = row(port).into_iter().filter(|(key, _)| wanted(key));
            reply.encode("!re", row, &mut sentences);
        }
    }
    if sentences.is_empty() { Ok(()) } else { reply.send(sentences).await }
}

/// Without a link there is no rate to tell.
fn row(port: &Port) -> Vec<(&'static str, &[u8])> {
    let name = ("name", port.spec.name.as_slice());
    if !port.spec.running || port.spec.disabled {
        return vec![name, ("status", b"no-link")];
    }
    vec![
        name,
        ("status", b"link-ok"),
        ("auto-negotiation", b"done"),
        ("rate", port.spec.link.as_bytes()),
        ("full-duplex", b"true"),
    ]
}
