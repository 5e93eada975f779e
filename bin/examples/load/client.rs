//! A client that costs as little as can be: ten thousand of them watch one server from two cores.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The code of the status line.
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }
}

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Asks once; `more` are header lines, each with its end.
pub(crate) async fn ask(address: &str, method: &str, path: &str, more: &str, body: &str) -> Answer {
    try_ask(address, method, path, more, body).await.unwrap_or_else(|| panic!("{path}: no answer"))
}

/// Asks once who may be gone.
pub(crate) async fn try_ask(address: &str, method: &str, path: &str, more: &str, body: &str) -> Option<Answer> {
    let asked = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let head = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\n{more}{length}\r\n{body}");
        stream.write_all(head.as_bytes()).await.ok()?;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        Some(bytes)
    };
    let bytes = timeout(LIMIT, asked).await.ok()??;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    Some(Answer { head, body: bytes[end + 4..].to_vec() })
}

/// Logs in; the header lines with which changes are sent from then on.
pub(crate) async fn log_in(address: &str, name: &str, password: &str) -> String {
    let body = serde_json::json!({ "name": name, "password": password }).to_string();
    let more = format!("Content-Type: application/json\r\nOrigin: http://{address}\r\n");
    let answer = ask(address, "POST", "/api/v1/login", &more, &body).await;
    let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
    let cookie = cookie.unwrap_or_else(|| panic!("no session: {}", answer.head));
    let me: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let guard = me["guard"].as_str().unwrap_or_else(|| panic!("no guard: {me}"));
    format!("{more}Cookie: {cookie}\r\nX-Lalin-Guard: {guard}\r\n")
}

pub(crate) async fn get(address: &str, path: &str) -> Answer {
    ask(address, "GET", path, "", "").await
}

/// An event of a stream: what it is, and its data.
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
    /// What to come back with; empty where the event has no number.
    #[allow(dead_code, reason = "tests of clusters come back")]
    pub(crate) id: String,
    pub(crate) at: Instant,
}

impl Event {
    /// A whole number among its data.
    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        let rest = self.data.split_once(&format!("\"{key}\":"))?.1;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    }
}

/// An open event stream.
pub(crate) struct EventStream {
    stream: TcpStream,
    bytes: Vec<u8>,
    /// How much came in all.
    pub(crate) received: u64,
}

impl EventStream {
    /// Opens it. HTTP/1.0, so that the body is not in chunks.
    pub(crate) async fn open(address: &str, path: &str) -> Result<Self, String> {
        Self::open_again(address, path, None).await
    }

    /// Opens it behind the event with this number.
    pub(crate) async fn open_again(address: &str, path: &str, last: Option<&str>) -> Result<Self, String> {
        let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        let last = last.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let head = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: text/event-stream\r\n{last}\r\n");
        stream.write_all(head.as_bytes()).await.map_err(|error| error.to_string())?;
        let mut opened = Self { stream, bytes: Vec::new(), received: 0 };
        let head = timeout(LIMIT, opened.until(b"\r\n\r\n")).await.map_err(|_| "no head in time")?;
        let head = head.ok_or("it ended before its head")?;
        let first = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
        if !first.contains(" 200 ") {
            return Err(first);
        }
        opened.received = 0;
        Ok(opened)
    }

    /// The next event; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let text = self.until(b"\n\n").await?;
            let text = String::from_utf8_lossy(&text);
            let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
            // A comment has no name.
            if let Some(name) = of("event: ") {
                let (data, id) = (of("data: ").unwrap_or_default(), of("id: ").unwrap_or_default());
                return Some(Event { name, data, id, at: Instant::now() });
            }
        }
    }

    /// The next tick; `None` at the end.
    pub(crate) async fn tick(&mut self) -> Option<Event> {
        loop {
            let event = self.next().await?;
            if event.name == "tick" {
                return Some(event);
            }
        }
    }

    async fn until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        let mut looked = 0;
        loop {
            let from = looked.min(self.bytes.len());
            if let Some(at) = self.bytes[from..].windows(end.len()).position(|bytes| bytes == end) {
                let rest = self.bytes.split_off(from + at + end.len());
                return Some(std::mem::replace(&mut self.bytes, rest));
            }
            looked = self.bytes.len().saturating_sub(end.len());
            let before = self.bytes.len();
            self.bytes.reserve(2_048);
            if self.stream.read_buf(&mut self.bytes).await.unwrap_or(0) == 0 {
                return None;
            }
            self.received += (self.bytes.len() - before) as u64;
        }
    }
}
