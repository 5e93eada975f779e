//! An open event stream: a viewer without a page.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, Lines};
use tokio::time::timeout;

use crate::answer::Head;
use crate::connection::{Connection, LIMIT};

/// A stream of server-sent events.
pub struct EventStream {
    head: Head,
    lines: Lines<Connection>,
}

impl EventStream {
    pub(crate) fn new(head: Head, connection: Connection) -> Self {
        Self { head, lines: connection.lines() }
    }

    /// The status code of the answer.
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// Status line and headers as they came.
    pub fn head(&self) -> &str {
        &self.head.text
    }

    /// Reads until the next event of this name, and returns its data. All other lines are skipped, also those with the sizes
    /// of chunks.
    pub async fn next(&mut self, name: &str) -> Value {
        let reads = timeout(LIMIT, async {
            let mut found = false;
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the stream goes on");
                match line.split_once(':') {
                    Some(("event", event)) => found = event.trim() == name,
                    Some(("data", data)) if found => return serde_json::from_str(data).unwrap(),
                    _ => {}
                }
            }
        });
        reads.await.unwrap_or_else(|_| panic!("no {name} in {LIMIT:?}"))
    }
}
