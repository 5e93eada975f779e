//! Version 1.0: every series with its labels in full.
//! Source: prometheus.io/docs/specs/prw/remote_write_spec.

use std::collections::BTreeMap;

use prost::Message;

use super::sample::Sample;

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    at_ms: i64,
}

pub(super) fn encode(samples: &[Sample], more: &BTreeMap<String, String>) -> Vec<u8> {
    let series = samples.iter().map(|sample| TimeSeries {
        labels: sample
            .labels(more)
            .into_iter()
            .map(|(name, value)| Label { name: name.to_owned(), value: value.to_owned() })
            .collect(),
        samples: vec![Value { value: sample.value, at_ms: sample.at_ms }],
    });
    WriteRequest { timeseries: series.collect() }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::METRICS;
    use crate::tick::STALE;

    #[test]
    fn labels_are_sorted_and_a_marker_keeps_its_bits() {
        let sample = Sample { value: STALE, at_ms: 7, ..Sample::of(&METRICS[0], "a", "<pppoe-x>") };
        let more = [("job".to_owned(), "lalin".to_owned()), ("empty".to_owned(), String::new())].into();
        let request = WriteRequest::decode(&*encode(&[sample], &more)).unwrap();
        let [series] = &request.timeseries[..] else { panic!("{request:?}") };
        let labels: Vec<(&str, &str)> = series.labels.iter().map(|label| (&*label.name, &*label.value)).collect();
        let wanted = [
            ("__name__", "lalin_interface_rx_bytes_total"),
            ("interface", "<pppoe-x>"),
            ("job", "lalin"),
            ("router", "a"),
        ];
        assert_eq!(labels, wanted);
        assert_eq!((series.samples[0].value.to_bits(), series.samples[0].at_ms), (STALE.to_bits(), 7));
    }
}
