//! The thread that takes what is recorded, where it goes into a store.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::engine::Engine;
use crate::Error;
use crate::recorder::{Message, Waiting};

/// The thread. It ends when it is told to, or when nobody records any more.
pub(crate) struct RemoteWriter {
    pub(crate) engine: Engine,
    pub(crate) messages: Receiver<Message>,
    pub(crate) waiting: Arc<Waiting>,
    /// Held for as long as the history is open.
    pub(crate) _lock: File,
}

impl RemoteWriter {
    pub(crate) fn run(mut self) {
        while let Ok(message) = self.messages.recv() {
            match message {
                Message::Tick(tick) => {
                    for router in self.waiting.lost().drain() {
                        self.engine.lost(&router);
                    }
                    self.waiting.gone(&tick);
                    if let Err(error) = self.engine.tick(&tick) {
                        tracing::error!(%error, "a sample of the history is lost");
                        self.engine.lost(&tick.router);
                    }
                }
                Message::Event(event) => {
                    if let Err(error) = self.engine.event(&event) {
                        tracing::warn!(%error, "an event of the history is lost");
                    }
                }
                Message::Flush(answer) => {
                    self.engine.flush();
                    drop(answer.try_send(Ok(())));
                }
                // The store keeps as long as it is told to.
                Message::Compact(answer) => drop(answer.try_send(Ok(()))),
                // A store that all nodes write to needs no handing over.
                Message::Append(_, answer) => drop(answer.try_send(Err(Error::Closed))),
                Message::Cursors(_, answer) => drop(answer.try_send(Err(Error::Closed))),
                // Days and months are made as they are asked for.
                Message::BeginsAnew(_) | Message::Configure(_) => {}
                Message::End => break,
            }
        }
        self.engine.flush();
        if let Err(error) = self.engine.end() {
            tracing::warn!(%error, "when routers were read last is not written down");
        }
    }
}
