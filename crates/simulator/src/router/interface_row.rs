//! The row of an interface: which properties it has, in which order, and their encoded words. Words that seldom change
//! are kept encoded, so that a print of thousands of rows copies them and formats only the counters.

use std::ops::Range;

use super::clock::date_time;
use crate::session::codec;
use crate::{InterfaceSpec, LossCounters};

/// The properties of a row, in the order of a router.
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

/// The counters among them that traffic moves.
const TRAFFIC: Range<usize> = 12..16;
/// The counters of errors and drops.
const LOSSES: Range<usize> = 16..21;
/// The counters that are always zero here.
const ZERO: Range<usize> = 21..25;

/// Bytes of a packet, received and sent.
const PACKET: (u64, u64) = (900, 1_100);

/// The properties that a client asked for, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted(u32);

impl Wanted {
    pub(crate) const ALL: Self = Self(u32::MAX);

    /// Those of a `.proplist`; names that no interface has are skipped.
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

/// The counters of an interface at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Received and sent.
    pub(crate) bytes: (u64, u64),
    pub(crate) losses: LossCounters,
}

impl Counters {
    /// The counter that is this property, if it is one that moves.
    fn get(&self, property: usize) -> Option<u64> {
        let Self { bytes: (rx, tx), losses } = *self;
        let all = [
            rx,
            tx,
            rx / PACKET.0,
            tx / PACKET.1,
            losses.rx_drops,
            losses.tx_drops,
            losses.tx_queue_drops,
            losses.rx_errors,
            losses.tx_errors,
        ];
        property.checked_sub(TRAFFIC.start).and_then(|at| all.get(at).copied())
    }
}

/// What the row shows of the link; times in seconds since 1970.
#[derive(Default)]
pub(crate) struct Link {
    pub(crate) up: Option<u64>,
    pub(crate) down: Option<u64>,
    pub(crate) downs: u32,
}

/// The encoded words of the properties that seldom change.
#[derive(Default)]
pub(crate) struct Row {
    bytes: Vec<u8>,
    words: Vec<Word>,
    counters: Moving,
}

/// The counters that are formatted for each row.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Moving {
    /// None: they are hidden.
    #[default]
    None,
    /// Those of traffic; errors and drops are all zero and among the encoded words.
    Traffic,
    /// Those of errors and drops too.
    All,
}

struct Word {
    property: usize,
    /// The whole word, and the value alone.
    whole: Range<usize>,
    value: Range<usize>,
}

impl Row {
    /// Which properties each kind of interface has follows rows of RouterOS 7 on a CHR.
    pub(crate) fn encode(
        (id, serial): (&str, u32),
        spec: &InterfaceSpec,
        link: &Link,
        counters: Moving,
        names_months: bool,
    ) -> Self {
        let flag = |flag: bool| if flag { &b"true"[..] } else { b"false" };
        let mut row = Self { counters, ..Self::default() };
        row.add(".id", id.as_bytes());
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
        let zero = match counters {
            Moving::None => 0..0,
            Moving::Traffic => LOSSES.start..ZERO.end,
            Moving::All => ZERO,
        };
        for at in zero {
            row.add(PROPERTIES[at], b"0");
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
        row
    }

    fn add(&mut self, name: &str, value: &[u8]) {
        let from = self.bytes.len();
        codec::attribute(name, value, &mut self.bytes);
        let to = self.bytes.len();
        if let Some(property) = position(name.as_bytes()) {
            self.words.push(Word { property, whole: from..to, value: to - value.len()..to });
        }
    }

    /// The properties that are formatted for each row.
    fn moving(&self) -> Range<usize> {
        match self.counters {
            Moving::None => 0..0,
            Moving::Traffic => TRAFFIC,
            Moving::All => TRAFFIC.start..LOSSES.end,
        }
    }

    /// Appends the sentence, with the properties that are wanted.
    pub(crate) fn sentence(&self, counters: &Counters, tag: Option<&[u8]>, wanted: Wanted, to: &mut Vec<u8>) {
        codec::begin("!re", tag, to);
        let (before, after) = self.words.split_at(self.words.partition_point(|word| word.property < TRAFFIC.start));
        let copy = |words: &[Word], to: &mut Vec<u8>| {
            for word in words.iter().filter(|word| wanted.has(word.property)) {
                to.extend_from_slice(&self.bytes[word.whole.clone()]);
            }
        };
        copy(before, to);
        for at in self.moving().filter(|&at| wanted.has(at)) {
            if let Some(counter) = counters.get(at) {
                codec::attribute(PROPERTIES[at], counter.to_string().as_bytes(), to);
            }
        }
        copy(after, to);
        codec::end(to);
    }

    /// The value of a property, if the row has it.
    pub(crate) fn value(&self, name: &[u8], counters: &Counters) -> Option<std::borrow::Cow<'_, [u8]>> {
        let at = position(name)?;
        if self.moving().contains(&at) {
            return Some(counters.get(at)?.to_string().into_bytes().into());
        }
        let word = self.words.iter().find(|word| word.property == at)?;
        Some(self.bytes[word.value.clone()].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(spec: &InterfaceSpec, link: &Link) -> Row {
        Row::encode(("*7", 7), spec, link, Moving::Traffic, true)
    }

    fn keys(spec: &InterfaceSpec) -> Vec<&'static str> {
        let row = row(spec, &Link { up: Some(1_637_356_373), ..Link::default() });
        let has = |name: &&str| row.value(name.as_bytes(), &Counters::default()).is_some();
        PROPERTIES.into_iter().filter(has).collect()
    }

    #[test]
    fn a_port_of_a_chr_has_what_the_recorded_one_has() {
        let missing = ["l2mtu", "max-l2mtu", "last-link-down-time", "slave", "dynamic"];
        let all: Vec<_> = PROPERTIES.into_iter().filter(|name| !missing.contains(name)).collect();
        assert_eq!(keys(&InterfaceSpec::ether("ether7").comment("TO-R18M")), all);
    }

    #[test]
    fn the_interface_of_a_customer_has_neither_address_nor_default_name() {
        let keys = keys(&InterfaceSpec::pppoe("budi"));
        assert!(!keys.contains(&"mac-address") && !keys.contains(&"default-name") && keys.contains(&"dynamic"));
    }

    #[test]
    fn words_are_encoded_in_the_order_of_the_properties() {
        let mut spec = InterfaceSpec::ether("x").comment("y").slave();
        spec.dynamic = true;
        for counters in [Moving::None, Moving::Traffic, Moving::All] {
            let link = Link { up: Some(1), down: Some(9), downs: 1 };
            let row = Row::encode(("*1", 1), &spec, &link, counters, true);
            let order: Vec<_> = row.words.iter().map(|word| word.property).collect();
            assert!(order.is_sorted(), "{order:?}");
            let down = row.value(b"last-link-down-time", &Counters::default());
            assert_eq!(down.as_deref(), Some(&b"jan/01/1970 00:00:09"[..]));
        }
    }

    #[test]
    fn properties_that_are_not_wanted_are_left_out_even_to_a_bare_row() {
        let row = row(&InterfaceSpec::ether("a"), &Link::default());
        let mut to = Vec::new();
        row.sentence(&Counters::default(), None, Wanted::of(b"rx-byte,name,unheard-of"), &mut to);
        assert_eq!(to, b"\x03!re\x07=name=a\x0A=rx-byte=0\x00");
        to.clear();
        row.sentence(&Counters::default(), Some(b"1"), Wanted::of(b"unheard-of"), &mut to);
        assert_eq!(to, b"\x03!re\x06.tag=1\x00");
    }

    #[test]
    fn errors_and_drops_stand_where_their_zeros_stood() {
        let spec = InterfaceSpec::ether("a");
        let losses = LossCounters { rx_drops: 1, tx_drops: 2, tx_queue_drops: 3, rx_errors: 4, tx_errors: 5 };
        let counters = Counters { bytes: (0, 0), losses };
        let row = Row::encode(("*1", 1), &spec, &Link::default(), Moving::All, true);
        let wanted = Wanted::of(b"tx-packet,rx-drop,tx-drop,tx-queue-drop,rx-error,tx-error,fp-rx-byte");
        let mut to = Vec::new();
        row.sentence(&counters, None, wanted, &mut to);
        let expected = b"\x03!re\x0C=tx-packet=0\x0A=rx-drop=1\x0A=tx-drop=2\x10=tx-queue-drop=3\x0B=rx-error=4\
            \x0B=tx-error=5\x0D=fp-rx-byte=0\x00";
        assert_eq!(to, expected);
    }
}
