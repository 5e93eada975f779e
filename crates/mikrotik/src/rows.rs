//! From the rows of `/interface/print` to interfaces and counters.
//!
//! Nothing a router sends drops a row but the lack of an id or a name: what is missing or not understood is `None`,
//! an absent flag is false, text of any code page is read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use lalin_stats::{Counters, Interface, Row};
use routeros::Sentence;

/// What is asked for. Without such a list the router fetches everything, also what is slow.
pub(crate) const PROPERTIES: &[&str] = &[
    ".id",
    "name",
    "type",
    "default-name",
    "mtu",
    "actual-mtu",
    "l2mtu",
    "mac-address",
    "running",
    "disabled",
    "dynamic",
    "slave",
    "comment",
    "last-link-up-time",
    "link-downs",
    "rx-byte",
    "tx-byte",
    "rx-packet",
    "tx-packet",
    "rx-drop",
    "tx-drop",
    "rx-error",
    "tx-error",
    "tx-queue-drop",
];

/// The rows of one reply, in the router's order; interfaces that are as they were in `known` are shared with it.
pub(crate) fn read(sentences: &[Sentence], known: &[Arc<Interface>]) -> Vec<Row> {
    let mut known = Known::new(known);
    let mut skipped = 0_usize;
    let mut rows = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let Some(facts) = Facts::of(sentence) else {
            skipped += 1;
            continue;
        };
        let interface = match known.find(&facts.id) {
            Some(interface) if facts.are_of(interface) => interface.clone(),
            _ => Arc::new(facts.into_interface()),
        };
        rows.push(Row::new(interface, counters(sentence)));
    }
    if skipped > 0 {
        tracing::debug!(skipped, "rows without id or name");
    }
    rows
}

fn counters(sentence: &Sentence) -> Counters {
    let number = |key| sentence.get(key).and_then(|value| value.u64());
    Counters {
        rx_bytes: number("rx-byte"),
        tx_bytes: number("tx-byte"),
        rx_packets: number("rx-packet"),
        tx_packets: number("tx-packet"),
        rx_drops: number("rx-drop"),
        tx_drops: number("tx-drop"),
        tx_queue_drops: number("tx-queue-drop"),
        rx_errors: number("rx-error"),
        tx_errors: number("tx-error"),
    }
}

/// An interface as a row tells it, still in the row's bytes: seldom is there anything new to allocate for.
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
    running: bool,
    disabled: bool,
    dynamic: bool,
    slave: bool,
}

impl<'a> Facts<'a> {
    fn of(sentence: &'a Sentence) -> Option<Self> {
        let text = |key| sentence.get(key).map(|value| value.text()).filter(|text| !text.is_empty());
        let number = |key| sentence.get(key).and_then(|value| value.u64());
        let small = |key| number(key).and_then(|number| u32::try_from(number).ok());
        let flag = |key| sentence.get(key).and_then(|value| value.boolean()).unwrap_or(false);
        Some(Self {
            id: text(".id")?,
            name: text("name")?,
            kind: text("type").unwrap_or_default(),
            comment: text("comment"),
            default_name: text("default-name"),
            mtu: text("mtu"),
            actual_mtu: small("actual-mtu"),
            l2_mtu: small("l2mtu"),
            mac_address: text("mac-address"),
            last_link_up: text("last-link-up-time"),
            link_downs: number("link-downs"),
            running: flag("running"),
            disabled: flag("disabled"),
            dynamic: flag("dynamic"),
            slave: flag("slave"),
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
            && self.running == *running
            && self.disabled == *disabled
            && self.dynamic == *dynamic
            && self.slave == *slave
    }

    fn into_interface(self) -> Interface {
        let own = |fact: Option<Cow<'_, str>>| fact.map(|fact| Arc::from(&*fact));
        Interface {
            comment: own(self.comment),
            default_name: own(self.default_name),
            mtu: own(self.mtu),
            actual_mtu: self.actual_mtu,
            l2_mtu: self.l2_mtu,
            mac_address: own(self.mac_address),
            last_link_up: own(self.last_link_up),
            link_downs: self.link_downs,
            running: self.running,
            disabled: self.disabled,
            dynamic: self.dynamic,
            slave: self.slave,
            ..Interface::new(&self.id, &self.name, &self.kind)
        }
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
