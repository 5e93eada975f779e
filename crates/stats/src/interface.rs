//! An interface: the facts that seldom change, and its counters.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The router's own handle of an interface, such as `*1` or `*F00000`.
///
/// A dynamic line that comes back under the same name usually has another id, and its counters start anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InterfaceId(Arc<str>);

impl InterfaceId {
    /// The id as the router writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for InterfaceId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

// A map by ids is asked with the text of a row.
impl Borrow<str> for InterfaceId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InterfaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of an interface besides its counters. Text is already decoded; it is data, never markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The router's handle.
    pub id: InterfaceId,
    /// The name, such as `ether1` or `<pppoe-budi>`.
    pub name: Arc<str>,
    /// The router's word for the kind: `ether`, `bridge`, `vlan`, `pppoe-in` and so on; an open set.
    pub kind: Arc<str>,
    /// The operator's comment.
    pub comment: Option<Arc<str>>,
    /// The name a physical port left the factory with.
    pub default_name: Option<Arc<str>>,
    /// The configured MTU in bytes, or `auto`.
    pub mtu: Option<Arc<str>>,
    /// The MTU in force, bytes.
    pub actual_mtu: Option<u32>,
    /// The layer-2 MTU, bytes; absent on virtual interfaces.
    pub l2_mtu: Option<u32>,
    /// The MAC address; absent on point-to-point lines.
    pub mac_address: Option<Arc<str>>,
    /// When the link last came up, as the router writes it (router-local time, two formats).
    pub last_link_up: Option<Arc<str>>,
    /// How often the link went down.
    pub link_downs: Option<u64>,
    /// The speed of a physical port's link, bit/s in each direction; `None` without a link, and as long as it is not
    /// known.
    pub link_bps: Option<u64>,
    /// The link is up.
    pub running: bool,
    /// An operator switched it off.
    pub disabled: bool,
    /// It was made by the router, for example for a customer who dialled in.
    pub dynamic: bool,
    /// It is a port of a bridge or bond.
    pub slave: bool,
}

impl Interface {
    /// An interface about which only this is known. The other fields are public.
    pub fn new(id: &str, name: &str, kind: &str) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            kind: kind.into(),
            comment: None,
            default_name: None,
            mtu: None,
            actual_mtu: None,
            l2_mtu: None,
            mac_address: None,
            last_link_up: None,
            link_downs: None,
            link_bps: None,
            running: true,
            disabled: false,
            dynamic: false,
            slave: false,
        }
    }
}

impl Interface {
    /// Whether `later` is this interface at a later moment: it has the same id, and the same name or was renamed.
    ///
    /// Only interfaces that an operator made can be renamed. The router names dynamic lines itself and gives the id of
    /// one that ended to the next, so a dynamic line with another name is another line.
    pub fn is_same(&self, later: &Self) -> bool {
        // Nearly always they are one allocation: then nothing of it needs to be read.
        std::ptr::eq(self, later) || self.id == later.id && (self.name == later.name || self.is_renamed(later))
    }

    fn is_renamed(&self, later: &Self) -> bool {
        let lasting = |one: &Self| (one.kind.clone(), one.default_name.clone(), one.last_link_up.clone());
        !self.dynamic && !later.dynamic && lasting(self) == lasting(later)
    }
}

/// What tells an interface apart from all others of its router, even where they share a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The number of its line on a chart, for as long as the server runs. An interface keeps it when it is renamed, and
    /// so does a customer's line that comes back under the same name.
    pub line: u64,
    /// The name if no other interface has it, otherwise the name with type and id, such as `management (vlan *5)`.
    pub key: Arc<str>,
}

/// The counters of one interface at one moment, since the router started them. `rx` is what the router received.
///
/// A counter that the router did not send is `None`, which is not zero: some ports have no counters of drops or errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes received, fast path included.
    pub rx_bytes: Option<u64>,
    /// Bytes sent, fast path included.
    pub tx_bytes: Option<u64>,
    /// Packets received.
    pub rx_packets: Option<u64>,
    /// Packets sent.
    pub tx_packets: Option<u64>,
    /// Received packets dropped.
    pub rx_drops: Option<u64>,
    /// Packets to send that were dropped.
    pub tx_drops: Option<u64>,
    /// Packets dropped by the interface's queue.
    pub tx_queue_drops: Option<u64>,
    /// Packets received with errors.
    pub rx_errors: Option<u64>,
    /// Packets sent with errors.
    pub tx_errors: Option<u64>,
}

impl Counters {
    /// Counters of which only those of bytes are known.
    pub fn bytes(rx: u64, tx: u64) -> Self {
        Self { rx_bytes: Some(rx), tx_bytes: Some(tx), ..Self::default() }
    }

    /// How many counters there are.
    pub const COUNT: usize = 9;

    /// All of them, always in this order, for whoever packs them: the four that nearly always change come first.
    pub fn in_order(&self) -> [Option<u64>; Self::COUNT] {
        // Taken apart, so that a new counter cannot be forgotten here.
        let Self {
            rx_bytes,
            tx_bytes,
            rx_packets,
            tx_packets,
            rx_drops,
            tx_drops,
            tx_queue_drops,
            rx_errors,
            tx_errors,
        } = *self;
        [rx_bytes, tx_bytes, rx_packets, tx_packets, rx_drops, tx_drops, tx_queue_drops, rx_errors, tx_errors]
    }

    /// The counters of which [`Counters::in_order`] gives these.
    pub fn of_order(all: [Option<u64>; Self::COUNT]) -> Self {
        let [rx_bytes, tx_bytes, rx_packets, tx_packets, rx_drops, tx_drops, tx_queue_drops, rx_errors, tx_errors] =
            all;
        Self { rx_bytes, tx_bytes, rx_packets, tx_packets, rx_drops, tx_drops, tx_queue_drops, rx_errors, tx_errors }
    }
}
