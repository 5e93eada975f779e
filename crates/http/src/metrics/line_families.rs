//! The metrics of a line. The set is fixed, and a counter's labels are the router and the interface alone: whatever can
//! change about a line (its comment, its type) is a label of the one metric of facts.

use std::fmt::Write;
use std::sync::Arc;

use lalin_monitor::Router;
use lalin_stats::{Counters, Frame, Interface};
use tokio::time::Instant;

use crate::auth::Visibility;

use super::exposition::{Family, Format, Kind, Label, escaped};
use super::metrics_settings::MetricsSettings;

/// A metric of a line, and its value where there is one.
type LineFamily = (Family, fn(&Interface, &Counters) -> Option<u64>);

const fn counter(name: &'static str, help: &'static str) -> Family {
    Family { name, kind: Kind::Counter, help }
}

const fn gauge(name: &'static str, help: &'static str) -> Family {
    Family { name, kind: Kind::Gauge, help }
}

/// The metrics of a line, but for its facts.
pub(super) const FAMILIES: [LineFamily; 12] = [
    (counter("lalin_interface_rx_bytes", "Bytes that the router received on the interface."), |_, c| c.rx_bytes),
    (counter("lalin_interface_tx_bytes", "Bytes that the router sent on the interface."), |_, c| c.tx_bytes),
    (counter("lalin_interface_rx_packets", "Packets received."), |_, c| c.rx_packets),
    (counter("lalin_interface_tx_packets", "Packets sent."), |_, c| c.tx_packets),
    (counter("lalin_interface_rx_errors", "Packets received with errors."), |_, c| c.rx_errors),
    (counter("lalin_interface_tx_errors", "Packets sent with errors."), |_, c| c.tx_errors),
    (counter("lalin_interface_rx_drops", "Received packets dropped."), |_, c| c.rx_drops),
    (counter("lalin_interface_tx_drops", "Packets to send that were dropped, by the queue too."), |_, c| {
        match (c.tx_drops, c.tx_queue_drops) {
            (None, None) => None,
            (drops, queue) => Some(drops.unwrap_or(0).saturating_add(queue.unwrap_or(0))),
        }
    }),
    (counter("lalin_interface_link_downs", "How often the link went down."), |i, _| i.link_downs),
    (gauge("lalin_interface_running", "1 while the link is up."), |i, _| Some(u64::from(i.running))),
    (gauge("lalin_interface_disabled", "1 while an operator has switched it off."), |i, _| Some(u64::from(i.disabled))),
    (gauge("lalin_interface_speed_bytes_per_second", "The speed of the link."), |i, _| i.link_bps.map(|bps| bps / 8)),
];

/// What does not count, and may change.
pub(super) const FACTS: Family =
    Family { name: "lalin_interface", kind: Kind::Info, help: "Facts about the interface, as labels." };

/// One router's lines in a scrape.
#[derive(Debug)]
pub(super) struct RouterLines {
    frame: Arc<Frame>,
    /// The places of the lines in the frame. What they are called is written anew for each family: fifty thousand lines'
    /// labels would be megabytes for as long as the scraper takes.
    lines: Vec<u32>,
    /// The labels of all lines up to the interface's own.
    begin: String,
    /// Whether addresses are shown.
    details: bool,
    /// How many lines were left out.
    pub(super) left_out: usize,
}

/// How a part of a scrape is written, and how far it may go.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub(super) format: Format,
    pub(super) timestamps: bool,
    /// No line is begun beyond so many bytes, but for one.
    pub(super) until: usize,
}

impl RouterLines {
    /// The lines to show of a router; `None` if its newest sample is older than three intervals, so that a scraper learns
    /// that there is nothing new. `room` is how many lines there may be.
    pub(super) fn of(
        router: &Router,
        visibility: &Visibility,
        settings: &MetricsSettings,
        room: usize,
    ) -> Option<Self> {
        let (frame, status) = (router.newest()?, router.status());
        let old = Instant::now().saturating_duration_since(frame.at);
        if old > (status.interval * 3).max(router.settings().fresh_for) {
            return None;
        }
        let (mut lines, mut left_out) = (Vec::new(), 0);
        for (place, interface) in (0_u32..).zip(frame.interfaces.iter()) {
            if !visibility.sees_interface(router.id(), &interface.name) {
                continue;
            }
            if (interface.dynamic && !settings.dynamic) || lines.len() >= room {
                left_out += 1;
                continue;
            }
            lines.push(place);
        }
        lines.shrink_to_fit();
        let begin = format!("{},interface=\"", Label("router", router.id().as_str()));
        Some(Self { frame, lines, begin, details: visibility.sees_details(), left_out })
    }

    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// Gives `write` each line from the one at `from` on with its labels, while there is room; the one to go on with.
    fn each(
        &self,
        from: usize,
        until: usize,
        to: &mut String,
        mut write: impl FnMut(usize, &str, &mut String),
    ) -> Option<usize> {
        let mut labels = self.begin.clone();
        for (at, place) in self.lines.iter().enumerate().skip(from) {
            if at > from && to.len() >= until {
                return Some(at);
            }
            let place = *place as usize;
            let Some(identity) = self.frame.identities.get(place) else { continue };
            labels.truncate(self.begin.len());
            escaped(&identity.key, |part| labels.push_str(part));
            labels.push('"');
            write(place, &labels, to);
        }
        None
    }

    /// The samples of a family from the line at `from` on; the one to go on with, where there was no room for all.
    pub(super) fn samples(&self, family: &LineFamily, from: usize, writing: Writing, to: &mut String) -> Option<usize> {
        let at_ms = writing.timestamps.then_some(self.frame.unix_ms);
        self.each(from, writing.until, to, |place, labels, to| {
            if let Some(value) = (family.1)(&self.frame.interfaces[place], &self.frame.counters[place]) {
                family.0.sample(writing.format, labels, value, at_ms, to);
            }
        })
    }

    /// The samples of [`FACTS`], likewise.
    pub(super) fn facts(&self, from: usize, writing: Writing, to: &mut String) -> Option<usize> {
        let mut all = String::new();
        self.each(from, writing.until, to, |place, labels, to| {
            let interface = &self.frame.interfaces[place];
            all.clear();
            let _ = write!(all, "{labels},{}", Label("interface_type", &interface.kind));
            for (name, value) in [
                ("comment", interface.comment.as_deref()),
                ("default_name", interface.default_name.as_deref()),
                ("mac_address", interface.mac_address.as_deref().filter(|_| self.details)),
            ] {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    let _ = write!(all, ",{}", Label(name, value));
                }
            }
            FACTS.sample(writing.format, &all, 1, None, to);
        })
    }
}
