//! One interface as it lives: its counters at any instant, its link, its row. A row's words that seldom change are
//! kept encoded, so that a print of thousands of rows copies them and formats four numbers each.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::date_time;
use crate::{InterfaceSpec, wire};

/// The properties of a row, in the router's order.
const PROPERTIES: [&str; 30] = [
    ".id",
    "name",
    "default-name",
    "type",
    "mtu",
    "actual-mtu",
    "l2mtu",
    "max-l2mtu",
    "mac-address",
    "last-link-down-time",
    "last-link-up-time",
    "link-downs",
    "rx-byte",
    "tx-byte",
    "rx-packet",
    "tx-packet",
    "rx-drop",
    "tx-drop",
    "tx-queue-drop",
    "rx-error",
    "tx-error",
    "fp-rx-byte",
    "fp-tx-byte",
    "fp-rx-packet",
    "fp-tx-packet",
    "running",
    "slave",
    "dynamic",
    "disabled",
    "comment",
];

/// Where the four that move stand among them.
const MOVING: Range<usize> = 12..16;
/// Those that always were zero here.
const ZERO: Range<usize> = 16..25;

/// How many bytes a packet has, received and sent.
const PACKET: (u64, u64) = (900, 1_100);

/// Which properties are asked for: a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted(u32);

impl Wanted {
    pub(crate) const ALL: Self = Self(u32::MAX);

    /// Of a `.proplist`; what no interface has is left out.
    pub(crate) fn of(list: &[u8]) -> Self {
        Self(list.split(|&byte| byte == b',').filter_map(position).fold(0, |all, at| all | 1 << at))
    }

    fn has(self, property: usize) -> bool {
        self.0 & 1 << property != 0
    }
}

fn position(name: &[u8]) -> Option<usize> {
    PROPERTIES.iter().position(|property| property.as_bytes() == name)
}

/// One interface.
pub(crate) struct Port {
    /// Its place among all that ever were.
    pub(crate) serial: u32,
    pub(crate) spec: InterfaceSpec,
    /// When the present traffic began, and the counters then.
    begun: Instant,
    base: (u64, u64),
    /// What was last told: a rounding must not look like a counter that fell.
    told: (u64, u64),
    hidden: bool,
    link: Link,
    row: Row,
}

/// What is told of the link; times in seconds since 1970.
#[derive(Default)]
struct Link {
    up: Option<u64>,
    down: Option<u64>,
    downs: u32,
}

/// The encoded words of what seldom changes.
#[derive(Default)]
struct Row {
    bytes: Vec<u8>,
    words: Vec<Word>,
}

struct Word {
    property: usize,
    /// All of it, and the value alone.
    whole: Range<usize>,
    value: Range<usize>,
}

impl Row {
    fn add(&mut self, name: &str, value: &[u8]) {
        let from = self.bytes.len();
        wire::attribute(name, value, &mut self.bytes);
        let to = self.bytes.len();
        if let Some(property) = position(name.as_bytes()) {
            self.words.push(Word { property, whole: from..to, value: to - value.len()..to });
        }
    }
}

impl Port {
    /// One that appears now, `unix` seconds since 1970 by the router's clock.
    pub(crate) fn new(serial: u32, spec: InterfaceSpec, unix: u64, names_months: bool) -> Self {
        let link = Link { up: spec.running.then_some(unix), ..Link::default() };
        let (base, begun) = (spec.base, Instant::now());
        let mut port = Self { serial, spec, begun, base, told: base, hidden: false, link, row: Row::default() };
        port.encode(names_months);
        port
    }

    /// The counters and the link begin anew.
    pub(crate) fn reboot(&mut self, unix: u64, names_months: bool) {
        self.jump(0, 0);
        self.link = Link { up: self.spec.running.then_some(unix), ..Link::default() };
        self.encode(names_months);
    }

    pub(crate) fn id(&self) -> String {
        // What comes and goes has ids of its own range.
        let offset = if self.spec.dynamic { 0xF0_0000 } else { 0 };
        format!("*{:X}", offset + self.serial)
    }

    fn elapsed(&self) -> Option<Duration> {
        (self.spec.running && !self.spec.disabled).then(|| self.begun.elapsed())
    }

    /// Bytes received and sent until now.
    pub(crate) fn counters(&mut self) -> (u64, u64) {
        if let Some(t) = self.elapsed() {
            let rx = self.base.0.saturating_add(self.spec.rx.bytes_until(t));
            let tx = self.base.1.saturating_add(self.spec.tx.bytes_until(t));
            self.told = (self.told.0.max(rx), self.told.1.max(tx));
        }
        self.told
    }

    /// The exact rates now, bit/s received and sent.
    pub(crate) fn rates(&self) -> (f64, f64) {
        self.elapsed().map_or((0.0, 0.0), |t| (self.spec.rx.rate_at(t), self.spec.tx.rate_at(t)))
    }

    /// Changes what flows; the counters go on from where they are.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut InterfaceSpec)) {
        self.base = self.counters();
        self.begun = Instant::now();
        change(&mut self.spec);
    }

    /// The counters go on from other values.
    pub(crate) fn jump(&mut self, rx: u64, tx: u64) {
        (self.base, self.told) = ((rx, tx), (rx, tx));
        self.begun = Instant::now();
    }

    pub(crate) fn set_running(&mut self, running: bool, unix: u64, names_months: bool) {
        if self.spec.running == running {
            return;
        }
        self.change(|spec| spec.running = running);
        if running {
            self.link.up = Some(unix);
        } else {
            self.link.down = Some(unix);
            self.link.downs += 1;
        }
        self.encode(names_months);
    }

    /// Leaves the counters out of the row.
    pub(crate) fn hide(&mut self, hidden: bool, names_months: bool) {
        self.hidden = hidden;
        self.encode(names_months);
    }

    /// Appends the row with what is wanted of it.
    pub(crate) fn sentence(&mut self, tag: Option<&[u8]>, wanted: Wanted, to: &mut Vec<u8>) {
        let counters = self.counters();
        wire::begin("!re", tag, to);
        let (before, after) =
            self.row.words.split_at(self.row.words.partition_point(|word| word.property < MOVING.start));
        let copy = |words: &[Word], to: &mut Vec<u8>| {
            for word in words.iter().filter(|word| wanted.has(word.property)) {
                to.extend_from_slice(&self.row.bytes[word.whole.clone()]);
            }
        };
        copy(before, to);
        if !self.hidden {
            for at in MOVING.filter(|&at| wanted.has(at)) {
                wire::attribute(PROPERTIES[at], moving(at, counters).to_string().as_bytes(), to);
            }
        }
        copy(after, to);
        wire::end(to);
    }

    /// The value of a property, where the row has it.
    pub(crate) fn value(&self, name: &[u8], counters: (u64, u64)) -> Option<Cow<'_, [u8]>> {
        let at = position(name)?;
        if MOVING.contains(&at) {
            return (!self.hidden).then(|| moving(at, counters).to_string().into_bytes().into());
        }
        let word = self.row.words.iter().find(|word| word.property == at)?;
        Some(self.row.bytes[word.value.clone()].into())
    }

    /// What a kind has and another lacks follows rows of RouterOS 7 on a CHR.
    fn encode(&mut self, names_months: bool) {
        let Self { spec, link, serial, .. } = &*self;
        let flag = |flag: bool| if flag { &b"true"[..] } else { b"false" };
        let mut row = Row::default();
        row.add(".id", self.id().as_bytes());
        row.add("name", &spec.name);
        if spec.kind == "ether" {
            let usual = spec.name.strip_prefix(b"ether").is_some_and(|rest| rest.iter().all(u8::is_ascii_digit));
            let default = if usual { spec.name.clone() } else { format!("ether{serial}").into_bytes() };
            row.add("default-name", &default);
        }
        row.add("type", spec.kind.as_bytes());
        let tunnel = spec.kind.ends_with("-in") || spec.kind.ends_with("-out");
        let (mtu, actual) = match spec.kind.as_str() {
            "bridge" => ("auto", "1500"),
            "loopback" => ("65536", "65536"),
            _ if tunnel => ("auto", "1480"),
            _ => ("1500", "1500"),
        };
        row.add("mtu", mtu.as_bytes());
        row.add("actual-mtu", actual.as_bytes());
        if spec.kind == "bridge" {
            row.add("l2mtu", b"65535");
        }
        if !tunnel {
            let [.., high, low] = serial.to_be_bytes();
            row.add("mac-address", format!("0C:00:E6:1F:{high:02X}:{low:02X}").as_bytes());
        }
        for (name, time) in [("last-link-down-time", link.down), ("last-link-up-time", link.up)] {
            if let Some(unix) = time {
                row.add(name, date_time(unix, names_months).as_bytes());
            }
        }
        row.add("link-downs", link.downs.to_string().as_bytes());
        if !self.hidden {
            for at in ZERO {
                row.add(PROPERTIES[at], b"0");
            }
        }
        row.add("running", flag(spec.running));
        if spec.slave {
            row.add("slave", flag(true));
        }
        if spec.dynamic || spec.kind == "bridge" {
            row.add("dynamic", flag(spec.dynamic));
        }
        row.add("disabled", flag(spec.disabled));
        if let Some(comment) = &spec.comment {
            row.add("comment", comment);
        }
        self.row = row;
    }
}

/// One of the four, of bytes received and sent.
fn moving(property: usize, (rx, tx): (u64, u64)) -> u64 {
    match property - MOVING.start {
        0 => rx,
        1 => tx,
        2 => rx / PACKET.0,
        _ => tx / PACKET.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(spec: InterfaceSpec) -> Vec<&'static str> {
        let mut port = Port::new(7, spec, 1_637_356_373, false);
        let counters = port.counters();
        PROPERTIES.into_iter().filter(|name| port.value(name.as_bytes(), counters).is_some()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_port_of_a_chr_has_what_the_recorded_one_has() {
        let all: Vec<_> = PROPERTIES
            .into_iter()
            .filter(|name| !["l2mtu", "max-l2mtu", "last-link-down-time", "slave", "dynamic"].contains(name))
            .collect();
        assert_eq!(keys(InterfaceSpec::ether("ether7").comment("TO-R18M")), all);
    }

    #[tokio::test(start_paused = true)]
    async fn a_customers_line_has_neither_address_nor_default_name() {
        let keys = keys(InterfaceSpec::pppoe("budi"));
        assert!(!keys.contains(&"mac-address") && !keys.contains(&"default-name") && keys.contains(&"dynamic"));
    }

    #[tokio::test(start_paused = true)]
    async fn words_are_encoded_in_the_order_of_the_properties() {
        let mut spec = InterfaceSpec::ether("x").comment("y").slave();
        spec.dynamic = true;
        let mut port = Port::new(1, spec, 0, true);
        port.set_running(false, 9, true);
        let order: Vec<_> = port.row.words.iter().map(|word| word.property).collect();
        assert!(order.is_sorted(), "{order:?}");
        assert_eq!(port.value(b"last-link-down-time", (0, 0)).as_deref(), Some(&b"jan/01/1970 00:00:09"[..]));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_wanted_is_left_out_even_to_a_bare_row() {
        let mut port = Port::new(1, InterfaceSpec::ether("a"), 0, false);
        let mut to = Vec::new();
        port.sentence(None, Wanted::of(b"rx-byte,name,unheard-of"), &mut to);
        assert_eq!(to, b"\x03!re\x07=name=a\x0A=rx-byte=0\x00");
        to.clear();
        port.sentence(Some(b"1"), Wanted::of(b"unheard-of"), &mut to);
        assert_eq!(to, b"\x03!re\x06.tag=1\x00");
    }
}
