//! An open event stream: a viewer without a page.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, Lines};
use tokio::time::timeout;

use crate::answer::Head;
use crate::client::{Connection, LIMIT};

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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use crate::Client;
    use crate::Request;

    /// Sends these answers, each on a connection of its own.
    async fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            for answer in answers {
                listener.accept().await.unwrap().0.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn bodies_are_read_however_their_length_is_told() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}and more",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n{\"a\": 1}",
            "HTTP/1.1 204 No Content\r\nX-Kind: none\r\n\r\n",
        ])
        .await;
        let client = Client::new(&address);
        for _ in 0..3 {
            assert_eq!(client.get("/").await.json, json!({"a": 1}));
        }
        let empty = client.get("/").await;
        assert_eq!((empty.status, empty.header("x-kind"), empty.text.as_str()), (204, "none", ""));
    }

    #[tokio::test]
    async fn events_are_found_by_their_name() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\nevent: hello\ndata: {\"b\": 2}\n\n\r\nevent: tick\ndata: 1\n\n",
        ])
        .await;
        let mut stream = Client::new(&address).stream(&Request::new("GET", "/")).await;
        assert_eq!((stream.status(), stream.next("tick").await), (200, json!(1)));
    }
}
