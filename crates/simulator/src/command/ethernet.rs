//! `/interface/ethernet/monitor =once=`: the link of each port that was asked for. All links are of one speed.

use super::menus::Row;
use super::{Command, Reply};
use crate::outlet::Gone;
use crate::port::Port;
use crate::router::Router;

const KNOWN: &[&str] = &[".proplist", "numbers", "once"];

/// Tells the links, once: the endless form is nobody's need.
pub(crate) async fn run(command: &Command, reply: &Reply) -> Result<(), Gone> {
    if let Some(name) = command.beyond(KNOWN) {
        let message = format!("unknown parameter {}", String::from_utf8_lossy(name));
        return reply.refuse(None, &message).await;
    }
    let Some(list) = command.get("numbers").filter(|list| !list.is_empty()) else {
        return reply.refuse(Some(0), "missing =numbers=").await;
    };
    let proplist = command.get(".proplist").filter(|list| !list.is_empty());
    let asked =
        |key: &str| proplist.is_none_or(|list| list.split(|&byte| byte == b',').any(|name| name == key.as_bytes()));
    let mut sentences = Vec::new();
    for wanted in list.split(|&byte| byte == b',') {
        let Some(row) = link(&reply.router, wanted) else { return reply.refuse(None, "no such item").await };
        let row = row.iter().filter(|(key, _)| asked(key)).map(|(key, value)| (*key, value.as_slice()));
        reply.encode("!re", row, &mut sentences);
    }
    reply.send(sentences).await?;
    reply.done().await
}

/// The link of a port, by its id or its name.
fn link(router: &Router, wanted: &[u8]) -> Option<Row> {
    let ports = router.ports();
    let named = |port: &&Port| port.id().as_bytes() == wanted || port.spec.name == wanted;
    let port = ports.list.iter().find(named).filter(|port| port.spec.kind == "ether")?;
    let name = ("name", port.spec.name.clone());
    Some(if port.spec.running {
        vec![name, ("status", b"link-ok".to_vec()), ("rate", b"1Gbps".to_vec()), ("full-duplex", b"true".to_vec())]
    } else {
        vec![name, ("status", b"no-link".to_vec())]
    })
}
