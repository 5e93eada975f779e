//! A proxy between browser and server that does not get along with event streams.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What it does with a stream's request.
#[derive(Clone, Copy)]
pub enum Habit {
    /// Answers that there is no such gateway.
    Refuse,
    /// Takes it and never says a word.
    Swallow,
}

/// A running proxy, ended with all its connections when dropped.
pub struct Proxy {
    pub address: String,
    _accepting: JoinSet<()>,
}

impl Proxy {
    pub async fn start(server: &str, habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = server.to_owned();
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((browser, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                let server = server.clone();
                connections.spawn(async move {
                    let _ = pass(browser, &server, habit).await;
                });
            }
        });
        Self { address, _accepting: accepting }
    }
}

/// One request: more on the same connection are not wanted, so that each shows its path.
async fn pass(mut browser: TcpStream, server: &str, habit: Habit) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 64 << 10 {
        head.push(browser.read_u8().await?);
    }
    if head.starts_with(b"GET /api/v1/stream") {
        match habit {
            Habit::Refuse => {
                let answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                return browser.write_all(answer).await;
            }
            // Until the browser gives up.
            Habit::Swallow => return browser.read_u8().await.map(drop),
        }
    }
    let text = String::from_utf8_lossy(&head);
    let others = text.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let request = others.collect::<Vec<_>>().join("\r\n");
    let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(request.as_bytes()).await?;
    copy_bidirectional(&mut browser, &mut upstream).await?;
    Ok(())
}
