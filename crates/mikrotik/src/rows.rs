//! Turns the rows of `/interface/print` into interfaces and counters.
//!
//! Nothing a router sends drops a row but the lack of an id or a name: what is missing or not understood is `None`,
//! an absent flag is false, text of any code page is read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use lalin_stats::{Counters, Interface, InterfaceId, Row};
use routeros::{Sentence, Value};

use crate::link_rates::Rates;

/// What is asked for, and where a row's values are held: one table for both.
macro_rules! cells {
    ($($field:ident $property:literal,)*) => {
        /// What is asked for. Without such a list the router fetches everything, also what is slow.
        pub(crate) const PROPERTIES: &[&str] = &[$($property),*];

        /// The values of one row.
        #[derive(Default)]
        struct Cells<'a> {
            $($field: Option<Value<'a>>,)*
        }

        impl<'a> Cells<'a> {
            fn cell(&mut self, key: &[u8]) -> Option<&mut Option<Value<'a>>> {
                match std::str::from_utf8(key).ok()? {
                    $($property => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

cells! {
    id ".id",
    name "name",
    kind "type",
    default_name "default-name",
    mtu "mtu",
    actual_mtu "actual-mtu",
    l2_mtu "l2mtu",
    mac_address "mac-address",
    running "running",
    disabled "disabled",
    dynamic "dynamic",
    slave "slave",
    comment "comment",
    last_link_up "last-link-up-time",
    link_downs "link-downs",
    rx_bytes "rx-byte",
    tx_bytes "tx-byte",
    rx_packets "rx-packet",
    tx_packets "tx-packet",
    rx_drops "rx-drop",
    tx_drops "tx-drop",
    rx_errors "rx-error",
    tx_errors "tx-error",
    tx_queue_drops "tx-queue-drop",
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

/// The rows of one reply, in the router's order, with what is known of their links; interfaces that are as they were
/// in `known` are shared with it.
pub(crate) fn read(sentences: &[Sentence], known: &[Arc<Interface>], links: &Rates) -> Vec<Row> {
    let mut known = Known::new(known);
    let mut skipped = 0_usize;
    let mut rows = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let cells = Cells::of(sentence);
        let Some(facts) = Facts::of(&cells, links) else {
            skipped += 1;
            continue;
        };
        let interface = match known.find(&facts.id) {
            Some(interface) if facts.are_of(interface) => interface.clone(),
            before => Arc::new(facts.into_interface(&Texts { before, beside: rows.last() })),
        };
        rows.push(Row::new(interface, cells.counters()));
    }
    if skipped > 0 {
        tracing::debug!(skipped, "rows without id or name");
    }
    rows
}

/// An interface as a row describes it, still in the row's bytes: there is rarely anything new to allocate for.
struct Facts<'a> {
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    kind: Cow<'a, str>,
    comment: Option<Cow<'a, str>>,
    default_name: Option<Cow<'a, str>>,
    mtu: Option<Cow<'a, str>>,
    actual_mtu: Option<u32>,
    l2_mtu: Option<u32>,
    mac_address: Option<Cow<'a, str>>,
    last_link_up: Option<Cow<'a, str>>,
    link_downs: Option<u64>,
    link_bps: Option<u64>,
    running: bool,
    disabled: bool,
    dynamic: bool,
    slave: bool,
}

impl<'a> Facts<'a> {
    fn of(cells: &Cells<'a>, links: &Rates) -> Option<Self> {
        let text = |cell: Option<Value<'a>>| cell.map(|value| value.text()).filter(|text| !text.is_empty());
        let number = |cell: Option<Value<'a>>| cell.and_then(|value| value.u64());
        let small = |cell| number(cell).and_then(|number| u32::try_from(number).ok());
        let flag = |cell: Option<Value<'a>>| cell.and_then(|value| value.boolean()).unwrap_or(false);
        let (id, running) = (text(cells.id)?, flag(cells.running));
        let (last_link_up, link_downs) = (text(cells.last_link_up), number(cells.link_downs));
        // A link that is down has no rate.
        let link_bps = if running { links.get(&id, link_downs, last_link_up.as_deref()) } else { None };
        Some(Self {
            id,
            name: text(cells.name)?,
            kind: text(cells.kind).unwrap_or_default(),
            comment: text(cells.comment),
            default_name: text(cells.default_name),
            mtu: text(cells.mtu),
            actual_mtu: small(cells.actual_mtu),
            l2_mtu: small(cells.l2_mtu),
            mac_address: text(cells.mac_address),
            last_link_up,
            link_downs,
            link_bps,
            running,
            disabled: flag(cells.disabled),
            dynamic: flag(cells.dynamic),
            slave: flag(cells.slave),
        })
    }

    fn are_of(&self, interface: &Interface) -> bool {
        let same = |fact: &Option<Cow<'_, str>>, known: &Option<Arc<str>>| fact.as_deref() == known.as_deref();
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
            link_bps,
            running,
            disabled,
            dynamic,
            slave,
        } = interface;
        self.id == id.as_str()
            && *self.name == **name
            && *self.kind == **kind
            && same(&self.comment, comment)
            && same(&self.default_name, default_name)
            && same(&self.mtu, mtu)
            && self.actual_mtu == *actual_mtu
            && self.l2_mtu == *l2_mtu
            && same(&self.mac_address, mac_address)
            && same(&self.last_link_up, last_link_up)
            && self.link_downs == *link_downs
            && self.link_bps == *link_bps
            && self.running == *running
            && self.disabled == *disabled
            && self.dynamic == *dynamic
            && self.slave == *slave
    }

    fn into_interface(self, texts: &Texts<'_>) -> Interface {
        let own = |fact: Option<Cow<'_, str>>, of: TextOf| fact.map(|fact| texts.own(&fact, of));
        let id = match texts.before {
            Some(before) if self.id == before.id.as_str() => before.id.clone(),
            _ => InterfaceId::from(&*self.id),
        };
        let name = texts.own(&self.name, |interface| Some(&interface.name));
        let default_name = match self.default_name {
            Some(default_name) if *default_name == *name => Some(name.clone()),
            other => own(other, |interface| interface.default_name.as_ref()),
        };
        Interface {
            id,
            name,
            kind: texts.own(&self.kind, |interface| Some(&interface.kind)),
            comment: own(self.comment, |interface| interface.comment.as_ref()),
            default_name,
            mtu: own(self.mtu, |interface| interface.mtu.as_ref()),
            actual_mtu: self.actual_mtu,
            l2_mtu: self.l2_mtu,
            mac_address: own(self.mac_address, |interface| interface.mac_address.as_ref()),
            last_link_up: own(self.last_link_up, |interface| interface.last_link_up.as_ref()),
            link_downs: self.link_downs,
            link_bps: self.link_bps,
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
struct Known<'a> {
    interfaces: &'a [Arc<Interface>],
    next: usize,
    /// Made when an interface is first not where it was.
    places: Option<HashMap<&'a str, usize>>,
}

impl<'a> Known<'a> {
    fn new(interfaces: &'a [Arc<Interface>]) -> Self {
        Self { interfaces, next: 0, places: None }
    }

    fn find(&mut self, id: &str) -> Option<&'a Arc<Interface>> {
        let interfaces = self.interfaces;
        if interfaces.get(self.next).is_none_or(|interface| interface.id.as_str() != id) {
            let places = self.places.get_or_insert_with(|| {
                interfaces.iter().enumerate().map(|(place, interface)| (interface.id.as_str(), place)).collect()
            });
            self.next = *places.get(id)?;
        }
        let found = interfaces.get(self.next);
        self.next += 1;
        found
    }
}

#[cfg(test)]
mod tests;
