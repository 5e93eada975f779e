//! Turns the rows of `/interface/print` into interfaces and counters.
//!
//! Nothing a router sends drops a row but the lack of an id or a name: what is missing or not understood is `None`,
//! an absent flag is false, text of any code page is read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use lalin_stats::{Counters, Interface, InterfaceId, Row, Snapshot};
use routeros::{Sentence, Value};

use crate::link_rates::{LinkRates, Rates};

/// What is asked for, and where a row's values are held: one table for both.
macro_rules! cells {
    ($($field:ident $property:literal,)*) => {
        /// What is asked for. Without such a list the router fetches everything, also what is slow.
        pub(crate) const PROPERTIES: &[&str] = &[$(word($property)),*];

        /// The values of one row.
        #[derive(Default)]
        struct Cells<'a> {
            $($field: Option<Value<'a>>,)*
        }

        impl<'a> Cells<'a> {
            /// By bytes, not text: the words of ten thousand rows need no look at their encoding, and patterns of bytes
            /// become one tree of comparisons.
            #[inline]
            fn cell(&mut self, key: &[u8]) -> Option<&mut Option<Value<'a>>> {
                match key {
                    $($property => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

/// The word of a property.
const fn word(property: &'static [u8]) -> &'static str {
    match std::str::from_utf8(property) {
        Ok(word) => word,
        Err(_) => panic!("a property is plain ASCII"),
    }
}

cells! {
    id b".id",
    name b"name",
    kind b"type",
    default_name b"default-name",
    mtu b"mtu",
    actual_mtu b"actual-mtu",
    l2_mtu b"l2mtu",
    mac_address b"mac-address",
    running b"running",
    disabled b"disabled",
    dynamic b"dynamic",
    slave b"slave",
    comment b"comment",
    last_link_up b"last-link-up-time",
    link_downs b"link-downs",
    rx_bytes b"rx-byte",
    tx_bytes b"tx-byte",
    rx_packets b"rx-packet",
    tx_packets b"tx-packet",
    rx_drops b"rx-drop",
    tx_drops b"tx-drop",
    rx_errors b"rx-error",
    tx_errors b"tx-error",
    tx_queue_drops b"tx-queue-drop",
}

impl<'a> Cells<'a> {
    /// One walk over the row: to look each of them up would be one each.
    fn of(sentence: &'a Sentence) -> Self {
        let mut cells = Self::default();
        for (key, value) in sentence.pairs() {
            if let Some(cell) = cells.cell(key) {
                cell.get_or_insert(value);
            }
        }
        cells
    }

    fn counters(&self) -> Counters {
        let number = |cell: Option<Value<'_>>| cell.and_then(|value| value.u64());
        Counters {
            rx_bytes: number(self.rx_bytes),
            tx_bytes: number(self.tx_bytes),
            rx_packets: number(self.rx_packets),
            tx_packets: number(self.tx_packets),
            rx_drops: number(self.rx_drops),
            tx_drops: number(self.tx_drops),
            tx_queue_drops: number(self.tx_queue_drops),
            rx_errors: number(self.rx_errors),
            tx_errors: number(self.tx_errors),
        }
    }
}

/// Reads the rows of one reply as they come, in the router's order, with what is known of their links. Interfaces that are
/// as they were in the read before are shared with it.
pub(crate) struct Reader {
    known: Known,
    links: Arc<LinkRates>,
    /// What is known of the links when the first row comes.
    rates: Option<Arc<Rates>>,
    rows: Vec<Row>,
    skipped: usize,
}

impl Reader {
    pub(crate) fn new(before: Option<Arc<Snapshot>>, links: Arc<LinkRates>) -> Self {
        let rows = Vec::with_capacity(before.as_ref().map_or(0, |before| before.rows.len()));
        Self { known: Known::new(before), links, rates: None, rows, skipped: 0 }
    }

    /// The next row.
    pub(crate) fn row(&mut self, sentence: &Sentence) {
        let cells = Cells::of(sentence);
        let Some(facts) = Facts::of(&cells) else {
            self.skipped += 1;
            return;
        };
        let rates = self.rates.get_or_insert_with(|| self.links.rates());
        let before = self.known.find(&facts.id);
        let link_bps = facts.link_bps(before, rates);
        let interface = match before {
            Some(interface) if facts.are_of(interface, link_bps) => interface.clone(),
            before => Arc::new(facts.into_interface(link_bps, &Texts { before, beside: self.rows.last() })),
        };
        self.rows.push(Row::new(interface, cells.counters()));
    }

    /// All of them.
    pub(crate) fn rows(mut self) -> Vec<Row> {
        if self.skipped > 0 {
            tracing::debug!(skipped = self.skipped, "rows without id or name");
        }
        // Kept for as long as the sample is the newest.
        self.rows.shrink_to_fit();
        self.rows
    }
}

/// A text as a row has it: nearly always it is known already, and then nobody needs to know whether it is UTF-8.
#[derive(Clone, Copy)]
struct Text<'a>(Value<'a>);

impl<'a> Text<'a> {
    /// `None` where it is empty.
    fn of(cell: Option<Value<'a>>) -> Option<Self> {
        cell.filter(|value| !value.is_empty()).map(Self)
    }

    /// Whether it reads like this one.
    fn is(&self, known: &str) -> bool {
        self.0.as_bytes() == known.as_bytes() || *self.0.text() == *known
    }

    fn read(&self) -> Cow<'a, str> {
        self.0.text()
    }
}

/// Whether a row's text reads like a known one, neither being there included.
fn is(fact: &Option<Text<'_>>, known: Option<&str>) -> bool {
    match (fact, known) {
        (Some(fact), Some(known)) => fact.is(known),
        (None, None) => true,
        _ => false,
    }
}

/// An interface as a row describes it, still in the row's bytes: there is rarely anything new to allocate for.
struct Facts<'a> {
    id: Text<'a>,
    name: Text<'a>,
    kind: Option<Text<'a>>,
    comment: Option<Text<'a>>,
    default_name: Option<Text<'a>>,
    mtu: Option<Text<'a>>,
    actual_mtu: Option<u32>,
    l2_mtu: Option<u32>,
    mac_address: Option<Text<'a>>,
    last_link_up: Option<Text<'a>>,
    link_downs: Option<u64>,
    running: bool,
    disabled: bool,
    dynamic: bool,
    slave: bool,
}

impl<'a> Facts<'a> {
    fn of(cells: &Cells<'a>) -> Option<Self> {
        let number = |cell: Option<Value<'a>>| cell.and_then(|value| value.u64());
        let small = |cell| number(cell).and_then(|number| u32::try_from(number).ok());
        let flag = |cell: Option<Value<'a>>| cell.and_then(|value| value.boolean()).unwrap_or(false);
        Some(Self {
            id: Text::of(cells.id)?,
            name: Text::of(cells.name)?,
            kind: Text::of(cells.kind),
            comment: Text::of(cells.comment),
            default_name: Text::of(cells.default_name),
            mtu: Text::of(cells.mtu),
            actual_mtu: small(cells.actual_mtu),
            l2_mtu: small(cells.l2_mtu),
            mac_address: Text::of(cells.mac_address),
            last_link_up: Text::of(cells.last_link_up),
            link_downs: number(cells.link_downs),
            running: flag(cells.running),
            disabled: flag(cells.disabled),
            dynamic: flag(cells.dynamic),
            slave: flag(cells.slave),
        })
    }

    /// How fast its link is, where that is known. A link that is down has no rate.
    fn link_bps(&self, before: Option<&Arc<Interface>>, links: &Rates) -> Option<u64> {
        if !self.running || links.is_empty() {
            return None;
        }
        let known = before.filter(|before| self.id.is(before.id.as_str()));
        let id = known.map_or_else(|| self.id.read(), |known| Cow::Borrowed(known.id.as_str()));
        links.get(&id, self.link_downs, |up| is(&self.last_link_up, up))
    }

    fn are_of(&self, interface: &Interface, link_bps: Option<u64>) -> bool {
        let same = |fact: &Option<Text<'_>>, known: &Option<Arc<str>>| is(fact, known.as_deref());
        // Taken apart, so that a new field of an interface cannot be forgotten here.
        let Interface {
            id,
            name,
            kind,
            comment,
            default_name,
            mtu,
            actual_mtu,
            l2_mtu,
            mac_address,
            last_link_up,
            link_downs,
            link_bps: known_link_bps,
            running,
            disabled,
            dynamic,
            slave,
        } = interface;
        self.id.is(id.as_str())
            && self.name.is(name)
            && self.kind.map_or(kind.is_empty(), |fact| fact.is(kind))
            && same(&self.comment, comment)
            && same(&self.default_name, default_name)
            && same(&self.mtu, mtu)
            && self.actual_mtu == *actual_mtu
            && self.l2_mtu == *l2_mtu
            && same(&self.mac_address, mac_address)
            && same(&self.last_link_up, last_link_up)
            && self.link_downs == *link_downs
            && link_bps == *known_link_bps
            && self.running == *running
            && self.disabled == *disabled
            && self.dynamic == *dynamic
            && self.slave == *slave
    }

    fn into_interface(self, link_bps: Option<u64>, texts: &Texts<'_>) -> Interface {
        let own = |fact: Option<Text<'_>>, of: TextOf| fact.map(|fact| texts.own(&fact.read(), of));
        let id = match texts.before {
            Some(before) if self.id.is(before.id.as_str()) => before.id.clone(),
            _ => InterfaceId::from(&*self.id.read()),
        };
        let name = texts.own(&self.name.read(), |interface| Some(&interface.name));
        let default_name = match self.default_name {
            Some(default_name) if default_name.is(&name) => Some(name.clone()),
            other => own(other, |interface| interface.default_name.as_ref()),
        };
        let kind = self.kind.map(|kind| kind.read()).unwrap_or_default();
        Interface {
            id,
            name,
            kind: texts.own(&kind, |interface| Some(&interface.kind)),
            comment: own(self.comment, |interface| interface.comment.as_ref()),
            default_name,
            mtu: own(self.mtu, |interface| interface.mtu.as_ref()),
            actual_mtu: self.actual_mtu,
            l2_mtu: self.l2_mtu,
            mac_address: own(self.mac_address, |interface| interface.mac_address.as_ref()),
            last_link_up: own(self.last_link_up, |interface| interface.last_link_up.as_ref()),
            link_downs: self.link_downs,
            link_bps,
            running: self.running,
            disabled: self.disabled,
            dynamic: self.dynamic,
            slave: self.slave,
        }
    }
}

/// One of an interface's texts.
type TextOf = fn(&Interface) -> Option<&Arc<str>>;

/// Where a text may be known from: most are as they were, and thousands of lines are of the same type.
struct Texts<'a> {
    /// The interface as it was.
    before: Option<&'a Arc<Interface>>,
    /// The row above.
    beside: Option<&'a Row>,
}

impl Texts<'_> {
    fn own(&self, text: &str, of: TextOf) -> Arc<str> {
        let known = [self.before.map(|before| &**before), self.beside.map(|row| &*row.interface)];
        let mut known = known.into_iter().flatten().filter_map(of);
        known.find(|known| ***known == *text).cloned().unwrap_or_else(|| text.into())
    }
}

/// The interfaces of the read before, which mostly come in the same order again.
struct Known {
    before: Option<Arc<Snapshot>>,
    next: usize,
    /// Made when an interface is first not where it was.
    places: Option<HashMap<InterfaceId, usize>>,
}

impl Known {
    fn new(before: Option<Arc<Snapshot>>) -> Self {
        Self { before, next: 0, places: None }
    }

    fn find(&mut self, id: &Text<'_>) -> Option<&Arc<Interface>> {
        let rows = &self.before.as_ref()?.rows;
        if rows.get(self.next).is_none_or(|row| !id.is(row.interface.id.as_str())) {
            let places = self.places.get_or_insert_with(|| {
                rows.iter().enumerate().map(|(place, row)| (row.interface.id.clone(), place)).collect()
            });
            self.next = *places.get(&*id.read())?;
        }
        let found = rows.get(self.next).map(|row| &row.interface);
        self.next += 1;
        found
    }
}

#[cfg(test)]
mod tests;
