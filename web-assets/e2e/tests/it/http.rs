//! Plain HTTP without a browser: one request a connection, and event streams.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest any answer may take.
const LIMIT: Duration = Duration::from_secs(20);

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    /// `Null` where the body is no JSON.
    pub json: Value,
}

impl Answer {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

/// Asks once. HTTP/1.0, so that the body ends with the connection and has no chunks.
pub async fn get(address: &str, path: &str) -> Answer {
    let asked = timeout(LIMIT, async {
        let mut stream = ask(address, path, "1.0").await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    let answer = asked.await.unwrap_or_else(|_| panic!("no answer in {LIMIT:?}: {path}"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not HTTP: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        head: head.to_owned(),
        json: serde_json::from_str(body).unwrap_or_default(),
    }
}

async fn ask(address: &str, path: &str, version: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/{version}\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// A viewer without a page: an open event stream.
pub struct Events {
    lines: Lines<BufReader<TcpStream>>,
}

impl Events {
    pub async fn open(address: &str) -> Self {
        Self { lines: BufReader::new(ask(address, "/api/v1/stream", "1.1").await).lines() }
    }

    /// Reads until the next `tick` and returns its data. The sizes of chunks stand on lines of their own and are
    /// passed over, as all that is not a tick.
    pub async fn tick(&mut self) -> Value {
        let reads = timeout(LIMIT, async {
            let mut tick = false;
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the stream goes on");
                match line.split_once(':') {
                    Some(("event", name)) => tick = name.trim() == "tick",
                    Some(("data", data)) if tick => return serde_json::from_str(data).unwrap(),
                    _ => {}
                }
            }
        });
        reads.await.unwrap_or_else(|_| panic!("no tick in {LIMIT:?}"))
    }
}
