//! The other end of the wire: a router that says what a test tells it to, byte by byte, with an encoder of its own.

use std::time::Duration;

use routeros::{Client, Command, Credentials, Error, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;

/// Longer than any limit that a test leaves at its default.
const PATIENCE: Duration = Duration::from_secs(60);

/// A scripted router.
pub struct Peer {
    pub stream: DuplexStream,
}

/// A command as it arrived.
#[derive(Debug)]
pub struct Heard {
    pub words: Vec<Vec<u8>>,
}

impl Heard {
    /// The words as text, without the tag.
    pub fn said(&self) -> Vec<String> {
        let untagged = self.words.iter().filter(|word| !word.starts_with(b".tag="));
        untagged.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    /// The tag as a word, to be sent back.
    pub fn tag(&self) -> String {
        let tag = self.words.iter().find(|word| word.starts_with(b".tag=")).expect("a tag");
        String::from_utf8(tag.clone()).expect("our own tag")
    }

    /// What `/cancel` of this command says.
    pub fn cancel(&self) -> Vec<String> {
        vec!["/cancel".into(), self.tag().replace(".tag", "=tag")]
    }
}

/// A word and its length, as short as it goes.
pub fn word(word: &[u8], to: &mut Vec<u8>) {
    let length = word.len();
    match length {
        0..=0x7F => to.push(length as u8),
        0x80..=0x3FFF => to.extend([(length >> 8) as u8 | 0x80, length as u8]),
        0x4000..=0x1F_FFFF => to.extend([(length >> 16) as u8 | 0xC0, (length >> 8) as u8, length as u8]),
        _ => panic!("no test sends that much"),
    }
    to.extend_from_slice(word);
}

/// A whole sentence.
pub fn sentence<W: AsRef<[u8]>>(words: &[W]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for each in words {
        word(each.as_ref(), &mut bytes);
    }
    bytes.push(0);
    bytes
}

impl Peer {
    /// Waits for the next command.
    pub async fn hears(&mut self) -> Heard {
        timeout(PATIENCE, self.try_hear()).await.expect("a command in time").expect("a command, not the end")
    }

    /// The next command, or `None` when the client ended the connection.
    pub async fn try_hear(&mut self) -> Option<Heard> {
        let mut words = Vec::new();
        loop {
            let length = match self.stream.read_u8().await.ok()? {
                byte @ 0..=0x7F => usize::from(byte),
                byte @ 0x80..=0xBF => usize::from(byte & 0x3F) << 8 | usize::from(self.stream.read_u8().await.ok()?),
                byte => panic!("no test hears a word with the prefix {byte:#x}"),
            };
            if length == 0 {
                return Some(Heard { words });
            }
            let mut word = vec![0; length];
            self.stream.read_exact(&mut word).await.ok()?;
            words.push(word);
        }
    }

    /// Hears nothing for that long.
    pub async fn hears_nothing_for(&mut self, time: Duration) {
        if let Ok(heard) = timeout(time, self.try_hear()).await {
            panic!("heard {heard:?}");
        }
    }

    /// Says a sentence. A client that has gone does not hear it.
    pub async fn says<W: AsRef<[u8]>>(&mut self, words: &[W]) {
        self.sends(&sentence(words)).await;
    }

    /// Sends bytes.
    pub async fn sends(&mut self, bytes: &[u8]) {
        let _ = timeout(PATIENCE, self.stream.write_all(bytes)).await.expect("bytes taken in time");
    }

    /// Ends a command.
    pub async fn done(&mut self, heard: &Heard) {
        self.says(&["!done", &heard.tag()]).await;
    }

    /// Answers a plain login.
    pub async fn lets_in(&mut self) {
        let login = self.hears().await;
        assert_eq!(login.said(), ["/login", "=name=admin", "=password=rahasia"]);
        self.done(&login).await;
    }
}

/// The one that every test logs in as.
pub fn credentials() -> Credentials {
    Credentials::new("admin", "rahasia")
}

/// Both ends of a wire.
pub fn wire() -> (DuplexStream, Peer) {
    let (near, far) = duplex(64 << 10);
    (near, Peer { stream: far })
}

/// A client that is logged in, and its router.
pub async fn connected(options: &Options) -> (Client, Peer) {
    let (near, mut peer) = wire();
    let (near_credentials, login) = (credentials(), options.clone());
    let (client, ()) = tokio::join!(Client::login(near, &near_credentials, &login), peer.lets_in());
    (client.expect("a login"), peer)
}

/// A client with default limits.
pub async fn client() -> (Client, Peer) {
    connected(&Options::default()).await
}

/// A command that needs no more than a path.
pub fn command(path: &str) -> Command {
    Command::new(path)
}

/// Runs a command in a task of its own.
pub fn spawned(client: &Client, command: Command) -> tokio::task::JoinHandle<Result<routeros::Reply, Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.run(command).await })
}
