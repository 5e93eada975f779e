//! The metrics of a line, named as `/metrics` names them.

use lalin_stats::{Counters, Interface};

/// A metric of a line: its name, whether it is a counter, what it is, its unit, and its value where there is one.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
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
    Metric { name, counter: true, help, unit, value }
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
        counter: false,
        help: "1 while the link is up.",
        unit: "",
        value: |interface, _| Some(u64::from(interface.running)),
    },
];
