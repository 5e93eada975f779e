//! A client of a few lines, which knows the framing and nothing else. Words in other code pages are read as Latin-1.

use std::time::Duration;

use routeros_simulator::{Config, InterfaceSpec, Simulator, Traffic};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

pub const SECOND: Duration = Duration::from_secs(1);

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(3_600);

pub struct Client<S = DuplexStream>(pub S);

/// `ether1` with 8 Mbit/s in and 800 kbit/s out, and an idle customer.
pub fn config() -> Config {
    let flow = |bps| Traffic::Constant { bps };
    let ether1 = InterfaceSpec::ether("ether1").comment("WAN").traffic(flow(8e6), flow(8e5));
    Config::default().interfaces([ether1, InterfaceSpec::pppoe("budi")])
}

/// A router and a client that is logged in.
pub async fn logged_in(config: Config) -> (Simulator, Client) {
    let router = Simulator::in_memory(config);
    let mut client = Client(router.connect());
    client.login().await;
    (router, client)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub async fn login(&mut self) {
        let answer = self.ask(&["/login", "=name=admin", "=password="]).await;
        assert_eq!(answer, ["!done"]);
    }

    pub async fn send(&mut self, words: &[&str]) {
        let mut bytes = Vec::new();
        for word in words {
            let length = u16::try_from(word.len()).unwrap();
            if length < 0x80 {
                bytes.push(length as u8);
            } else {
                bytes.extend((0x8000 | length).to_be_bytes());
            }
            bytes.extend(word.as_bytes());
        }
        bytes.push(0);
        self.0.write_all(&bytes).await.unwrap();
    }

    /// The next sentence, its words joined by a blank.
    pub async fn receive(&mut self) -> String {
        let mut words: Vec<String> = Vec::new();
        loop {
            let word = timeout(LIMIT, self.word()).await.expect("nothing came").expect("it closed the connection");
            if word.is_empty() {
                return words.join(" ");
            }
            words.push(word);
        }
    }

    /// The sentences up to the first `!done` or `!fatal`.
    pub async fn answer(&mut self) -> Vec<String> {
        let mut sentences = Vec::new();
        loop {
            let sentence = self.receive().await;
            let last = sentence.starts_with("!done") || sentence.starts_with("!fatal");
            sentences.push(sentence);
            if last {
                return sentences;
            }
        }
    }

    pub async fn ask(&mut self, words: &[&str]) -> Vec<String> {
        self.send(words).await;
        self.answer().await
    }

    /// What comes until the connection ends.
    pub async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = timeout(LIMIT, self.0.read_to_end(&mut rest)).await.expect("it closes the connection");
        rest
    }

    /// What comes within an hour from a connection that stays open.
    pub async fn until_silence(&mut self) -> Vec<u8> {
        let (mut rest, mut piece) = (Vec::new(), [0; 4_096]);
        while let Ok(read) = timeout(LIMIT, self.0.read(&mut piece)).await {
            let read = read.unwrap();
            assert!(read > 0, "it closed the connection after {rest:?}");
            rest.extend_from_slice(&piece[..read]);
        }
        rest
    }

    async fn word(&mut self) -> std::io::Result<String> {
        let first = self.0.read_u8().await?;
        let (more, mut length) = match first {
            0x00..0x80 => (0, usize::from(first)),
            0x80..0xC0 => (1, usize::from(first & 0x3F)),
            0xC0..0xE0 => (2, usize::from(first & 0x1F)),
            _ => panic!("no word of a test is so long: {first:X}"),
        };
        for _ in 0..more {
            length = length * 256 + usize::from(self.0.read_u8().await?);
        }
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await?;
        Ok(bytes.into_iter().map(char::from).collect())
    }
}

/// The value of an attribute in a sentence whose values hold no blanks.
pub fn value<'a>(sentence: &'a str, key: &str) -> Option<&'a str> {
    sentence.split(' ').find_map(|word| word.strip_prefix('=')?.strip_prefix(key)?.strip_prefix('='))
}

pub fn number(sentence: &str, key: &str) -> u64 {
    value(sentence, key).expect(key).parse().expect(key)
}
