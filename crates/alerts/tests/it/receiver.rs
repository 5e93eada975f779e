//! A small HTTP server for the tests: keeps what it was asked, and answers as it is told to.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// `POST /path?query`.
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The connection is closed without an answer.
    pub breaks: bool,
    /// Nothing is answered, for as long as who asked waits.
    pub hangs: bool,
}

impl From<(u16, String)> for Reply {
    fn from((status, body): (u16, String)) -> Self {
        Self { status, headers: Vec::new(), body, breaks: false, hangs: false }
    }
}

#[allow(dead_code)]
impl Reply {
    pub fn breaking() -> Self {
        Self { breaks: true, ..(0, String::new()).into() }
    }

    pub fn hanging() -> Self {
        Self { hangs: true, ..(0, String::new()).into() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub struct Receiver {
    address: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
    count: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

#[allow(dead_code)]
impl Receiver {
    pub async fn start<R: Into<Reply>>(answer: impl Fn(&Request) -> R + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Request>>>::default();
        let (counted, count) = watch::channel(0);
        let answer = Arc::new(move |request: &Request| answer(request).into());
        let kept = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, answer, counted) = (kept.clone(), answer.clone(), counted.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, &kept, &*answer, &counted).await;
                });
            }
        });
        Self { address, asked, count, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many were asked.
    pub async fn wait_for(&self, least: usize) {
        let mut count = self.count.clone();
        let waited = tokio::time::timeout(Duration::from_secs(60), count.wait_for(|count| *count >= least)).await;
        assert!(waited.is_ok(), "{} of {least} requests: {:?}", *self.count.borrow(), self.requests());
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Of two at once the one that was counted first may say so last.
fn raise(counted: &watch::Sender<usize>, count: usize) {
    counted.send_if_modified(|known| {
        let more = count > *known;
        *known = count.max(*known);
        more
    });
}

async fn serve(
    mut stream: TcpStream,
    kept: &Mutex<Vec<Request>>,
    answer: &(impl Fn(&Request) -> Reply + ?Sized),
    counted: &watch::Sender<usize>,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let whole = head + length.unwrap_or(0);
    while bytes.len() < whole {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    let body = String::from_utf8_lossy(&bytes[head..whole]).into_owned();
    let request = Request { line, headers, body };
    let reply = answer(&request);
    let count = {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(request);
        kept.len()
    };
    if reply.hangs {
        raise(counted, count);
        while stream.read_buf(&mut bytes).await? > 0 {}
        return Ok(());
    }
    if !reply.breaks {
        let mut text = format!("HTTP/1.1 {} Answer\r\nconnection: close\r\n", reply.status);
        for (name, value) in &reply.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n{}", reply.body.len(), reply.body));
        stream.write_all(text.as_bytes()).await?;
        stream.shutdown().await?;
    }
    raise(counted, count);
    Ok(())
}
