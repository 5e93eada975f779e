//! A proxy between browser and server: one that does not get along with event streams, or in whose streams time jumps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What it does with a stream's request.
#[derive(Clone, Copy)]
pub enum Habit {
    /// Answers that there is no such gateway.
    Refuse,
    /// Takes it and never says a word.
    Swallow,
    /// Passes it on; the times in it may be changed.
    Pass,
    /// Shows the server under this path alone, which it takes away; whatever is asked beside it is somebody else's.
    Below(&'static str),
}

/// By how much a clock is set back, ms.
const BACK: u64 = 3_600_000;

/// A running proxy, ended with all its connections when dropped.
pub struct Proxy {
    pub address: String,
    beside: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
    clock: Arc<Clock>,
    _accepting: JoinSet<()>,
}

/// What streams that pass have in common.
#[derive(Default)]
struct Clock {
    is_back: AtomicBool,
    turned: Notify,
}

impl Proxy {
    pub async fn start(server: &str, habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = server.to_owned();
        let clock = Arc::new(Clock::default());
        let mut accepting = JoinSet::new();
        let streams = Arc::clone(&clock);
        let beside = Arc::new(Mutex::new(Vec::new()));
        let stray = Arc::clone(&beside);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let paths = Arc::clone(&asked);
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((browser, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                let server = server.clone();
                let clock = Arc::clone(&streams);
                let (stray, paths) = (Arc::clone(&stray), Arc::clone(&paths));
                connections.spawn(async move {
                    let _ = pass(browser, &server, habit, &clock, &stray, &paths).await;
                });
            }
        });
        Self { address, beside, asked, clock, _accepting: accepting }
    }

    /// What was asked for beside the path of [`Habit::Below`].
    pub fn beside(&self) -> Vec<String> {
        self.beside.lock().unwrap().clone()
    }

    /// The paths of all requests so far, whoever in the browser asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// From now on the server's clock is an hour behind; streams that are open break, as when a server is started anew.
    pub fn set_clock_back(&self) {
        self.clock.is_back.store(true, Ordering::SeqCst);
        self.cut();
    }

    /// Ends the streams that are open.
    pub fn cut(&self) {
        self.clock.turned.notify_waiters();
    }
}

/// One request: more on the same connection are not wanted, so that each shows its path.
async fn pass(
    mut browser: TcpStream,
    server: &str,
    habit: Habit,
    clock: &Clock,
    beside: &Mutex<Vec<String>>,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 64 << 10 {
        head.push(browser.read_u8().await?);
    }
    let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(path);
    let stream = head.starts_with(b"GET /api/v1/stream");
    if stream {
        match habit {
            Habit::Refuse => {
                let answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                return browser.write_all(answer).await;
            }
            // Until the browser gives up.
            Habit::Swallow => return browser.read_u8().await.map(drop),
            Habit::Pass | Habit::Below(_) => {}
        }
    }
    let mut text = String::from_utf8_lossy(&head).into_owned();
    if let Habit::Below(path) = habit {
        let asked = text.split(' ').nth(1).unwrap_or_default().to_owned();
        let Some(inner) = asked.strip_prefix(path).filter(|inner| inner.starts_with('/')) else {
            beside.lock().unwrap().push(asked);
            let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            return browser.write_all(answer).await;
        };
        text = text.replacen(&asked, inner, 1);
    }
    // Moments can only be retold where they are plain.
    let retells = !matches!(habit, Habit::Below(_)) && (stream || head.starts_with(b"GET /api/v1/window"));
    let dropped = |line: &str| {
        let line = line.to_ascii_lowercase();
        line.starts_with("connection:") || retells && line.starts_with("accept-encoding:")
    };
    let others = text.split("\r\n").filter(|line| !dropped(line));
    let request = others.collect::<Vec<_>>().join("\r\n");
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(request.as_bytes()).await?;
    let mut lengths = request.lines().filter_map(|line| line.split_once(':'));
    let length = lengths.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0);
    copy(&mut (&mut browser).take(length), &mut upstream).await?;
    // It is the browser that is told that there will be no further answer: nothing shall show the server that a proxy asks.
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(upstream.read_u8().await?);
    }
    line.extend(b"Connection: close\r\n");
    browser.write_all(&line).await?;
    if retells {
        return retold(&mut browser, &mut upstream, clock).await;
    }
    copy_bidirectional(&mut browser, &mut upstream).await?;
    Ok(())
}

/// Passes on what the server says, its times changed if its clock is back; until the clock is turned.
async fn retold(browser: &mut TcpStream, upstream: &mut TcpStream, clock: &Clock) -> std::io::Result<()> {
    let turned = clock.turned.notified();
    tokio::pin!(turned);
    turned.as_mut().enable();
    let is_back = clock.is_back.load(Ordering::SeqCst);
    let mut digits = Vec::new();
    let mut bytes = vec![0; 16 << 10];
    loop {
        let read = tokio::select! {
            read = upstream.read(&mut bytes) => read?,
            gone = browser.read_u8() => return gone.map(drop),
            () = &mut turned => return Ok(()),
        };
        if read == 0 {
            return Ok(());
        }
        let mut told = Vec::with_capacity(read);
        for &byte in &bytes[..read] {
            if is_back && byte.is_ascii_digit() {
                digits.push(byte);
                continue;
            }
            tell(&mut told, &mut digits);
            told.push(byte);
        }
        browser.write_all(&told).await?;
    }
}

/// A number of thirteen digits is a moment, ms since 1970; an hour earlier it is just as long.
fn tell(told: &mut Vec<u8>, digits: &mut Vec<u8>) {
    let number = String::from_utf8_lossy(digits).parse::<u64>();
    match number {
        Ok(moment) if digits.len() == 13 => told.extend((moment - BACK).to_string().bytes()),
        _ => told.extend_from_slice(digits),
    }
    digits.clear();
}
