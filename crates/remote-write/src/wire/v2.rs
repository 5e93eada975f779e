//! Version 2.0: labels as places in a table of texts, and with each series what it is.
//! Source: prometheus.io/docs/specs/prw/remote_write_spec_2_0.

use std::collections::{BTreeMap, HashMap};

use prost::Message;

use super::sample::Sample;

const COUNTER: i32 = 1;
const GAUGE: i32 = 2;

#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(string, repeated, tag = "4")]
    symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(uint32, repeated, tag = "1")]
    labels: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Value>,
    #[prost(message, optional, tag = "5")]
    metadata: Option<Metadata>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    at_ms: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(uint32, tag = "3")]
    help: u32,
    #[prost(uint32, tag = "4")]
    unit: u32,
}

/// The texts of a request, each once; the first one is empty.
struct Symbols<'a> {
    texts: Vec<&'a str>,
    places: HashMap<&'a str, u32>,
}

impl<'a> Symbols<'a> {
    fn new() -> Self {
        Self { texts: vec![""], places: HashMap::from([("", 0)]) }
    }

    fn place(&mut self, text: &'a str) -> u32 {
        *self.places.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u32 - 1
        })
    }
}

pub(super) fn encode(samples: &[Sample], more: &BTreeMap<String, String>) -> Vec<u8> {
    let mut symbols = Symbols::new();
    let mut timeseries = Vec::with_capacity(samples.len());
    for sample in samples {
        let labels = sample.labels(more).into_iter().flat_map(|(name, value)| [name, value]);
        let labels = labels.map(|text| symbols.place(text)).collect();
        let metric = sample.metric;
        let (help, unit) = (symbols.place(metric.help), symbols.place(metric.unit));
        let kind = if metric.counter { COUNTER } else { GAUGE };
        timeseries.push(TimeSeries {
            labels,
            samples: vec![Value { value: sample.value, at_ms: sample.at_ms }],
            metadata: Some(Metadata { kind, help, unit }),
        });
    }
    let symbols = symbols.texts.into_iter().map(str::to_owned).collect();
    Request { symbols, timeseries }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::METRICS;

    #[test]
    fn each_text_is_there_once_and_the_labels_are_sorted() {
        let sample = |interface: &str| Sample { value: 5.0, at_ms: 9, ..Sample::of(&METRICS[0], "a", interface) };
        let request = Request::decode(&*encode(&[sample("x"), sample("y")], &BTreeMap::new())).unwrap();
        assert_eq!(request.symbols[0], "");
        let mut once = request.symbols.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), request.symbols.len());
        let texts = |series: &TimeSeries| -> Vec<String> {
            series.labels.iter().map(|at| request.symbols[*at as usize].clone()).collect()
        };
        let name = "lalin_interface_rx_bytes_total";
        assert_eq!(texts(&request.timeseries[1]), ["__name__", name, "interface", "y", "router", "a"]);
        let metadata = request.timeseries[0].metadata.as_ref().unwrap();
        assert_eq!((metadata.kind, &*request.symbols[metadata.unit as usize]), (COUNTER, "bytes"));
    }
}
