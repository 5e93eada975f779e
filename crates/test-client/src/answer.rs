//! One answer, read whole.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _};

use crate::connection::Connection;

/// Status line and headers.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Head {
    pub(crate) async fn read(connection: &mut Connection) -> Self {
        let mut text = String::new();
        while !text.ends_with("\r\n\r\n") {
            assert!(connection.read_line(&mut text).await.unwrap() > 0, "not HTTP: {text:?}");
        }
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self { status: status.unwrap_or_else(|| panic!("no status: {text}")), text }
    }

    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.text.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub text: String,
    /// The body as JSON; `Null` where it is none.
    pub json: Value,
    head: Head,
}

impl Answer {
    pub(crate) async fn read(head: Head, mut connection: Connection, is_head: bool) -> Self {
        let mut body = Vec::new();
        if is_head || matches!(head.status, 204 | 304) {
        } else if head.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
            read_chunks(&mut connection, &mut body).await;
        } else if let Ok(length) = head.header("content-length").parse() {
            body.resize(length, 0);
            connection.read_exact(&mut body).await.unwrap();
        } else {
            // A proxy may end the connection without ending TLS.
            let _ = connection.read_to_end(&mut body).await;
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        Self { status: head.status, json: serde_json::from_str(&text).unwrap_or_default(), text, head }
    }

    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.head.header(name)
    }

    /// Status line and headers as they came.
    pub fn head(&self) -> &str {
        &self.head.text
    }
}

/// Reads a body in chunks: each has its size on a line before it, and the last one is empty.
async fn read_chunks(connection: &mut Connection, body: &mut Vec<u8>) {
    loop {
        let mut size = String::new();
        connection.read_line(&mut size).await.unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or_else(|_| panic!("no chunk: {size:?}"));
        let mut chunk = vec![0; size + 2];
        connection.read_exact(&mut chunk).await.unwrap();
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return;
        }
    }
}
