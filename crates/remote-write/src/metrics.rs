//! The metrics of a line, named as `/metrics` names them; and those of a history that is kept in a store.

use lalin_stats::{Counters, Interface};

/// A metric of a line: its name, whether it is a counter, what it is, its unit, and its value where there is one.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    /// The value of its label `of`, where one metric has several series.
    pub(crate) of: &'static str,
    pub(crate) counter: bool,
    pub(crate) help: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) value: fn(&Interface, &Counters) -> Option<u64>,
}

const fn counter(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    value: fn(&Interface, &Counters) -> Option<u64>,
) -> Metric {
    Metric { name, of: "", counter: true, help, unit, value }
}

/// Every metric of a line. Records on the disk hold places in this list: it only grows at its end.
pub(crate) const METRICS: [Metric; 9] = [
    counter("lalin_interface_rx_bytes_total", "bytes", "Bytes that the router received on the interface.", |_, c| {
        c.rx_bytes
    }),
    counter("lalin_interface_tx_bytes_total", "bytes", "Bytes that the router sent on the interface.", |_, c| {
        c.tx_bytes
    }),
    counter("lalin_interface_rx_packets_total", "", "Packets received.", |_, c| c.rx_packets),
    counter("lalin_interface_tx_packets_total", "", "Packets sent.", |_, c| c.tx_packets),
    counter("lalin_interface_rx_errors_total", "", "Packets received with errors.", |_, c| c.rx_errors),
    counter("lalin_interface_tx_errors_total", "", "Packets sent with errors.", |_, c| c.tx_errors),
    counter("lalin_interface_rx_drops_total", "", "Received packets dropped.", |_, c| c.rx_drops),
    counter(
        "lalin_interface_tx_drops_total",
        "",
        "Packets to send that were dropped, by the queue too.",
        |_, c| match (c.tx_drops, c.tx_queue_drops) {
            (None, None) => None,
            (drops, queue) => Some(drops.unwrap_or(0).saturating_add(queue.unwrap_or(0))),
        },
    ),
    Metric {
        name: "lalin_interface_running",
        of: "",
        counter: false,
        help: "1 while the link is up.",
        unit: "",
        value: |interface, _| Some(u64::from(interface.running)),
    },
];

/// The place of the first metric of a history; those of lines have room before it.
const HISTORY_AT: u32 = 1_000;

const fn passed(name: &'static str, of: &'static str) -> Metric {
    const HELP: &str = "What passed on the line since the sample before, or in five minutes, by what it is.";
    Metric { name, of, counter: false, help: HELP, unit: "", value: |_, _| None }
}

const fn other(name: &'static str, of: &'static str, help: &'static str) -> Metric {
    Metric { name, of, counter: false, help, unit: "", value: |_, _| None }
}

const GAP: &str =
    "A stretch without measured time is over: how long ago the line was seen before, and how long it was.";
const RATE: &str = "The highest and the lowest average over 10 s in five minutes, bit/s.";
const SAMPLES: &str = "lalin_line_passed";
const ROWS: &str = "lalin_line_passed_5m";

/// Every metric of a history that is kept in a store. Records on the disk hold places in this list too.
const HISTORY: [Metric; 29] = [
    passed(SAMPLES, "rx_bytes"),
    passed(SAMPLES, "tx_bytes"),
    passed(SAMPLES, "rx_packets"),
    passed(SAMPLES, "tx_packets"),
    passed(SAMPLES, "errors"),
    passed(SAMPLES, "drops"),
    passed(SAMPLES, "unmeasured_rx_bytes"),
    passed(SAMPLES, "unmeasured_tx_bytes"),
    passed(SAMPLES, "milliseconds"),
    passed(SAMPLES, "resets"),
    passed(ROWS, "rx_bytes"),
    passed(ROWS, "tx_bytes"),
    passed(ROWS, "rx_packets"),
    passed(ROWS, "tx_packets"),
    passed(ROWS, "errors"),
    passed(ROWS, "drops"),
    passed(ROWS, "unmeasured_rx_bytes"),
    passed(ROWS, "unmeasured_tx_bytes"),
    passed(ROWS, "milliseconds"),
    passed(ROWS, "resets"),
    other("lalin_line_rate_5m", "rx_max", RATE),
    other("lalin_line_rate_5m", "tx_max", RATE),
    other("lalin_line_rate_5m", "rx_min", RATE),
    other("lalin_line_rate_5m", "tx_min", RATE),
    other("lalin_line_gap", "age_ms", GAP),
    other("lalin_line_gap", "length_ms", GAP),
    other("lalin_line_seen_ms", "", "When the line was seen, ms since 1970, and under which name."),
    other("lalin_router_read_ms", "", "How long the router was read since the sample before, ms."),
    other("lalin_router_booked", "", "The five minutes that end here were recorded whole: their rows are there."),
];

/// The metric of a place in the records.
pub(crate) fn metric(at: u32) -> Option<&'static Metric> {
    match at.checked_sub(HISTORY_AT) {
        Some(place) => HISTORY.get(place as usize),
        None => METRICS.get(at as usize),
    }
}

/// The place of a metric of a history in the records.
pub(crate) fn place(name: &str, of: &str) -> Option<u32> {
    let found = HISTORY.iter().position(|metric| metric.name == name && metric.of == of)?;
    Some(HISTORY_AT + found as u32)
}
