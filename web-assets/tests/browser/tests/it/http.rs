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

/// Asks once, as a program on this machine does: what asks for the end of the connection may be a proxy.
pub async fn get(address: &str, path: &str) -> Answer {
    let asked = timeout(LIMIT, async {
        let mut stream = BufReader::new(ask(address, path).await);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).await.unwrap() > 0, "not HTTP: {head:?}");
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status: {head}"));
        let mut answer = Answer { status, head, json: Value::Null };
        let mut body = Vec::new();
        if answer.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
            chunks(&mut stream, &mut body).await;
        } else {
            body.resize(answer.header("content-length").parse().unwrap_or(0), 0);
            stream.read_exact(&mut body).await.unwrap();
        }
        answer.json = serde_json::from_slice(&body).unwrap_or_default();
        answer
    });
    asked.await.unwrap_or_else(|_| panic!("no answer in {LIMIT:?}: {path}"))
}

/// A body in chunks, each with its size before it; the last one is empty.
async fn chunks(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) {
    loop {
        let mut size = String::new();
        stream.read_line(&mut size).await.unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or_else(|_| panic!("no chunk: {size:?}"));
        let mut chunk = vec![0; size + 2];
        stream.read_exact(&mut chunk).await.unwrap();
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return;
        }
    }
}

async fn ask(address: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// A viewer without a page: an open event stream.
pub struct Events {
    lines: Lines<BufReader<TcpStream>>,
}

impl Events {
    pub async fn open(address: &str) -> Self {
        Self { lines: BufReader::new(ask(address, "/api/v1/stream").await).lines() }
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
