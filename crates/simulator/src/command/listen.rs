//! `/interface/listen`, and the part of a followed print that comes after the rows: what appears, changes and goes.
//! Counters that grow are no change; and that a line made by the router itself is gone, a router does not tell.

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::print::keeps;
use super::query::Query;
use super::{Command, Reply};
use crate::outlet::Gone;
use crate::port::Wanted;
use crate::router::Event;

/// Tells what happens from now on.
pub(crate) async fn run(command: &Command, reply: &Reply) -> Result<(), Gone> {
    if command.beyond(&[".proplist"]).is_some() {
        return reply.refuse(None, "unknown parameter").await;
    }
    follow(reply.router.events.subscribe(), command, reply).await
}

/// Tells what these events are, until it is cancelled.
pub(crate) async fn follow(mut events: Receiver<Event>, command: &Command, reply: &Reply) -> Result<(), Gone> {
    let query = Query::of(&command.queries);
    let proplist = command.get(".proplist").filter(|list| !list.is_empty());
    let wanted = proplist.map_or(Wanted::ALL, Wanted::of);
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            // The router itself is gone; the session is about to be.
            Err(RecvError::Closed) => return Ok(()),
        };
        let mut sentence = Vec::new();
        match event {
            Event::Gone(id) => {
                reply.encode("!re", [(".id", id.as_bytes()), (".dead", b"true")], &mut sentence);
            }
            Event::Changed(serial) => {
                let mut ports = reply.router.ports();
                let port = ports.list.iter_mut().find(|port| port.serial == serial);
                if let Some(port) = port
                    && keeps(&query, port)
                {
                    port.sentence(reply.tag(), wanted, &mut sentence);
                }
            }
        }
        if !sentence.is_empty() {
            reply.send(sentence).await?;
        }
    }
}
