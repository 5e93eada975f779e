//! A receiver whose answers are known, over a socket: it decodes what is sent and keeps it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

#[derive(Clone, PartialEq, Message)]
pub struct First {
    #[prost(message, repeated, tag = "1")]
    series: Vec<FirstSeries>,
}

#[derive(Clone, PartialEq, Message)]
pub struct FirstSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Value {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    at_ms: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Second {
    #[prost(string, repeated, tag = "4")]
    symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    series: Vec<SecondSeries>,
}

#[derive(Clone, PartialEq, Message)]
pub struct SecondSeries {
    #[prost(uint32, repeated, tag = "1")]
    labels: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Value>,
}

/// A series' labels as text, and a moment; the bits of the value.
pub type Stored = BTreeMap<(String, i64), u64>;

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// It knows 1.0 alone, and says so.
    #[default]
    First,
    /// It knows 1.0 alone, and answers 204 to whatever it does not understand.
    Polite,
    /// It knows both.
    Second,
    /// It is overloaded.
    Away,
    /// It stores, and breaks off before it answers.
    Mute,
    /// It refuses a request in which this line is.
    Refusing(&'static str),
}

#[derive(Default)]
struct State {
    manner: Manner,
    stored: Stored,
    /// Samples that were there already with the same value; and with another one, or older than what is there.
    again: usize,
    wrong: usize,
    requests: usize,
    versions: Vec<String>,
}

/// A running receiver.
pub struct Receiver {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    _task: AbortOnDropHandle<()>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { manner, ..State::default() }));
        let changed = Arc::new(Notify::new());
        let (shared, told) = (state.clone(), changed.clone());
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (state, told) = (shared.clone(), told.clone());
                open.spawn(async move {
                    serve(stream, &state, &told).await;
                });
            }
        });
        Self { address, state, changed, _task: AbortOnDropHandle::new(task) }
    }

    pub fn be(&self, manner: Manner) {
        self.state.lock().unwrap().manner = manner;
    }

    /// Waits until what was stored is as wanted.
    pub async fn until(&self, wanted: impl Fn(&Stored) -> bool) {
        loop {
            let notified = self.changed.notified();
            if wanted(&self.state.lock().unwrap().stored) {
                return;
            }
            notified.await;
        }
    }

    /// Waits for so many requests in all.
    pub async fn until_asked(&self, requests: usize) {
        loop {
            let notified = self.changed.notified();
            if self.state.lock().unwrap().requests >= requests {
                return;
            }
            notified.await;
        }
    }

    pub fn stored(&self) -> Stored {
        self.state.lock().unwrap().stored.clone()
    }

    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }

    pub fn wrong(&self) -> usize {
        self.state.lock().unwrap().wrong
    }

    pub fn again(&self) -> usize {
        self.state.lock().unwrap().again
    }

    /// The versions of the requests, in their order.
    pub fn versions(&self) -> Vec<String> {
        self.state.lock().unwrap().versions.clone()
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>, changed: &Notify) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let length: usize = header("content-length")?.parse().ok()?;
        while bytes.len() < end + length {
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
        assert_eq!(header("content-encoding"), Some("snappy"));
        let version = header("x-prometheus-remote-write-version")?.to_owned();
        let body = snap::raw::Decoder::new().decompress_vec(&bytes[end..end + length]).unwrap();
        bytes.drain(..end + length);
        let answer = answer(&mut state.lock().unwrap(), &version, &body);
        changed.notify_waiters();
        stream.write_all(answer?.as_bytes()).await.ok()?;
    }
}

/// The answer; `None`: it breaks off.
fn answer(state: &mut State, version: &str, body: &[u8]) -> Option<String> {
    state.requests += 1;
    state.versions.push(version.to_owned());
    let plain = |status: &str| Some(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"));
    let samples = if version == "2.0.0" { second(body) } else { first(body) };
    match state.manner {
        Manner::Away => return plain("503 Service Unavailable"),
        Manner::First | Manner::Refusing(_) if version == "2.0.0" => return plain("415 Unsupported Media Type"),
        Manner::Polite if version == "2.0.0" => return plain("204 No Content"),
        Manner::Refusing(line) if samples.iter().any(|((labels, _), _)| labels.contains(line)) => {
            return plain("400 Bad Request");
        }
        _ => {}
    }
    let count = samples.len();
    for ((labels, at_ms), value) in samples {
        // As Prometheus: what is not newer than the newest of its series is wrong, unless it is the very same.
        let newest = state.stored.range((labels.clone(), i64::MIN)..=(labels.clone(), i64::MAX)).next_back();
        match newest {
            Some(((_, newest), bits)) if *newest == at_ms && *bits == value => state.again += 1,
            Some(((_, newest), _)) if *newest >= at_ms => state.wrong += 1,
            _ => drop(state.stored.insert((labels, at_ms), value)),
        }
    }
    match state.manner {
        Manner::Mute => None,
        Manner::Second if version == "2.0.0" => Some(format!(
            "HTTP/1.1 204 No Content\r\nX-Prometheus-Remote-Write-Samples-Written: {count}\r\nContent-Length: 0\r\n\r\n"
        )),
        _ => plain("204 No Content"),
    }
}

fn first(body: &[u8]) -> Vec<((String, i64), u64)> {
    let request = First::decode(body).unwrap();
    let series = request.series.into_iter().flat_map(|series| {
        let labels: Vec<String> = series.labels.iter().map(|label| format!("{}={}", label.name, label.value)).collect();
        let labels = labels.join(",");
        series.samples.into_iter().map(move |sample| ((labels.clone(), sample.at_ms), sample.value.to_bits()))
    });
    series.collect()
}

fn second(body: &[u8]) -> Vec<((String, i64), u64)> {
    let request = Second::decode(body).unwrap();
    let text = |at: &u32| request.symbols[*at as usize].clone();
    let series = request.series.iter().flat_map(|series| {
        let pairs = series.labels.chunks(2).map(|pair| format!("{}={}", text(&pair[0]), text(&pair[1])));
        let labels = pairs.collect::<Vec<_>>().join(",");
        series.samples.iter().map(move |sample| ((labels.clone(), sample.at_ms), sample.value.to_bits()))
    });
    series.collect()
}
