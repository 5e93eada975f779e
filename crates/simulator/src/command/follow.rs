//! `/interface/listen`, and what a followed print sends after its rows: interfaces that appear, change or go. As on a
//! real router, growing counters are not a change, and nothing tells that a dynamic interface is gone.

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::query::Query;
use super::{Command, Reply};
use crate::router::Event;
use crate::router::Wanted;
use crate::session::Disconnected;

/// Sends what happens from now on.
pub(crate) async fn listen(command: &Command, reply: &Reply) -> Result<(), Disconnected> {
    if command.unknown_attribute(&[".proplist"]).is_some() {
        return reply.refuse(None, "unknown parameter").await;
    }
    follow(reply.router.events.subscribe(), command, reply).await
}

/// Sends these events until the command is cancelled.
pub(crate) async fn follow(mut events: Receiver<Event>, command: &Command, reply: &Reply) -> Result<(), Disconnected> {
    let query = Query::of(&command.queries);
    let proplist = command.get(".proplist").filter(|list| !list.is_empty());
    let wanted = proplist.map_or(Wanted::ALL, Wanted::of);
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            // The router itself is gone, and this session ends with it.
            Err(RecvError::Closed) => return Ok(()),
        };
        let mut sentence = Vec::new();
        match event {
            Event::Removed(id) => {
                reply.encode("!re", [(".id", id.as_bytes()), (".dead", b"true")], &mut sentence);
            }
            Event::Changed(serial) => {
                let mut interfaces = reply.router.interfaces();
                let interface = interfaces.list.iter_mut().find(|interface| interface.serial == serial);
                if let Some(interface) = interface
                    && query.keeps_interface(interface)
                {
                    interface.sentence(reply.tag(), wanted, &mut sentence);
                }
            }
        }
        if !sentence.is_empty() {
            reply.send(sentence).await?;
        }
    }
}
