//! Samples of weeks into a store at once: remote write sends a moment of a router a request, which is right for what is
//! live, and takes an hour for what a test makes up.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lalin_history::{LineSamples, SampleSink, SinkCounts};
use lalin_stats::RouterId;
use prost::Message;
use tokio::runtime::Handle;

#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    series: Vec<Series>,
}

#[derive(Clone, PartialEq, Message)]
struct Series {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    at_ms: i64,
}

/// So many samples are one request: Prometheus takes nothing that is an hour older than what it has, and the series of a
/// request follow each other.
const BATCH: usize = 2_000;

type Waiting = BTreeMap<Vec<(String, String)>, Vec<Sample>>;

/// Takes samples and sends them by version 1.0 of remote write, many moments of a series in one request.
#[derive(Debug)]
pub struct Batch {
    address: String,
    runtime: Handle,
    http: reqwest::Client,
    waiting: Mutex<(usize, Waiting)>,
}

impl Batch {
    pub fn new(address: String, runtime: Handle) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { address, runtime, http: reqwest::Client::new(), waiting: Mutex::default() }
    }

    /// Sends what waits.
    pub fn send(&self) {
        let (_, waiting) = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.is_empty() {
            return;
        }
        let series = waiting.into_iter().map(|(labels, samples)| {
            let labels = labels.into_iter().map(|(name, value)| Label { name, value }).collect();
            Series { labels, samples }
        });
        let plain = Request { series: series.collect() }.encode_to_vec();
        let body = snap::raw::Encoder::new().compress_vec(&plain).unwrap();
        let request = self
            .http
            .post(&self.address)
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
            .body(body);
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let (status, said) = (answer.status(), answer.text().await.unwrap_or_default());
            assert!(status.is_success(), "{status} {said}");
        });
    }
}

impl SampleSink for Batch {
    fn push(&self, router: &RouterId, at_ms: i64, samples: Vec<LineSamples>) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for line in samples {
            for (metric, value) in line.values {
                let mut labels = vec![("__name__".to_owned(), metric.name().to_owned())];
                if let Some(name) = &line.line {
                    labels.push(("interface".to_owned(), name.name.to_string()));
                }
                labels.push(("job".to_owned(), "lalin".to_owned()));
                if let Some(shown) = &line.shown {
                    labels.push(("name".to_owned(), shown.to_string()));
                }
                if let Some(of) = metric.of() {
                    labels.push(("of".to_owned(), of.to_owned()));
                }
                labels.push(("router".to_owned(), router.to_string()));
                waiting.1.entry(labels).or_default().push(Sample { value, at_ms });
                waiting.0 += 1;
            }
        }
        let full = waiting.0 >= BATCH;
        drop(waiting);
        if full {
            self.send();
        }
        true
    }

    fn flush(&self) {}

    fn counts(&self) -> SinkCounts {
        SinkCounts::default()
    }
}
