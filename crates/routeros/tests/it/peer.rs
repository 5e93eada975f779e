//! The other end of a connection: reads sentences, writes whatever a test wants.

use std::time::Duration;

use routeros::{Client, Credentials, Error, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

/// A router played by a test.
pub struct Peer {
    stream: DuplexStream,
}

/// One sentence as bytes; words here are shorter than 128 bytes.
pub fn sentence(words: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in words {
        assert!(word.len() < 128);
        bytes.push(word.len() as u8);
        bytes.extend_from_slice(word.as_bytes());
    }
    bytes.push(0);
    bytes
}

impl Peer {
    /// Both ends of a connection.
    pub fn pair() -> (DuplexStream, Self) {
        let (ours, stream) = tokio::io::duplex(1 << 20);
        (ours, Self { stream })
    }

    /// A client that has logged in, and its router.
    pub async fn logged_in(options: Options) -> (Client, Self) {
        let (stream, mut peer) = Self::pair();
        let client = tokio::spawn(async move { login(stream, options).await });
        let login = peer.hears().await;
        assert_eq!(&login[..3], ["/login", "=name=admin", "=password=rahasia"]);
        peer.answers(&login, &["!done"]).await;
        (client.await.unwrap().unwrap(), peer)
    }

    /// The next sentence that the client sends.
    pub async fn hears(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        loop {
            let first = usize::from(timeout(Duration::from_secs(60), self.stream.read_u8()).await.unwrap().unwrap());
            let length = match first {
                0 => return words,
                1..=0x7F => first,
                _ => (first & 0x3F) << 8 | usize::from(self.stream.read_u8().await.unwrap()),
            };
            let mut word = vec![0; length];
            self.stream.read_exact(&mut word).await.unwrap();
            words.push(String::from_utf8_lossy(&word).into_owned());
        }
    }

    /// Writes bytes as they are.
    pub async fn writes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Writes one sentence.
    pub async fn says(&mut self, words: &[&str]) {
        self.writes(&sentence(words)).await;
    }

    /// Answers a command: its tag follows the first word.
    pub async fn answers(&mut self, command: &[String], words: &[&str]) {
        let tag = tag(command);
        let mut all = vec![words[0], &tag];
        all.extend(&words[1..]);
        self.says(&all).await;
    }

    /// Whether the client has closed its end.
    pub async fn is_left(&mut self) -> bool {
        matches!(timeout(Duration::from_secs(60), self.stream.read(&mut [0])).await, Ok(Ok(0)))
    }
}

/// The tag word of a command.
pub fn tag(command: &[String]) -> String {
    command.iter().find(|word| word.starts_with(".tag=")).unwrap().clone()
}

pub async fn login(stream: DuplexStream, options: Options) -> Result<Client, Error> {
    Client::login(stream, &Credentials::new("admin", "rahasia"), &options).await
}

/// Runs a command in a task of its own.
pub fn run(client: &Client, command: routeros::Command) -> tokio::task::JoinHandle<Result<routeros::Reply, Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.run(command).await })
}
