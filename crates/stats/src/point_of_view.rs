//! Whose download is meant: which of `rx` and `tx` an interface's users call download.
//!
//! The router counts from its own side. On an uplink, what it receives (`rx`) is what the network downloads. On a line
//! to customers it is the other way round: what the router sends (`tx`) is what the customer downloads.

use crate::Interface;

/// From which side an interface's traffic is called download and upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PointOfView {
    /// Download is `rx`: an uplink, or a port about which nothing else is known.
    Network,
    /// Download is `tx`: a line to customers.
    Customer,
}

impl PointOfView {
    /// The point of view that an interface's kind and name suggest.
    ///
    /// Lines that customers dial in on (`pppoe-in`, `l2tp-in` and so on), access points and bridges face customers. So
    /// does a port whose name or comment says `lan` or `hotspot`, unless it also says `wan` or `uplink`.
    pub fn of(interface: &Interface) -> Self {
        let mut towards_customers =
            interface.kind.ends_with("-in") || matches!(&*interface.kind, "bridge" | "wlan" | "wifi" | "cap");
        for word in
            [Some(&interface.name), interface.comment.as_ref()].into_iter().flatten().flat_map(|text| words(text))
        {
            let is = |one: &str| word.eq_ignore_ascii_case(one);
            if is("wan") || is("uplink") {
                return Self::Network;
            }
            towards_customers |= is("lan") || is("hotspot");
        }
        if towards_customers { Self::Customer } else { Self::Network }
    }

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Customer => "customer",
        }
    }

    /// The point of view that [`PointOfView::code`] is the word of.
    pub fn read(code: &str) -> Option<Self> {
        [Self::Network, Self::Customer].into_iter().find(|side| side.code() == code)
    }

    /// Picks download and upload from what the router received and sent.
    pub fn down_up<T>(self, rx: T, tx: T) -> (T, T) {
        match self {
            Self::Network => (rx, tx),
            Self::Customer => (tx, rx),
        }
    }
}

/// The letters with none beside them (`lan` in `ether2-lan1`, but not in `plan`).
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, kind: &str, comment: Option<&str>) -> PointOfView {
        let mut interface = Interface::new("*1", name, kind);
        interface.comment = comment.map(Into::into);
        PointOfView::of(&interface)
    }

    #[test]
    fn a_customers_download_is_what_the_router_sends() {
        for (name, kind) in [("<pppoe-budi>", "pppoe-in"), ("<l2tp-x>", "l2tp-in"), ("bridge1", "bridge")] {
            assert_eq!(side(name, kind, None), PointOfView::Customer, "{name}");
        }
        assert_eq!(PointOfView::Customer.down_up("rx", "tx"), ("tx", "rx"));
    }

    #[test]
    fn a_wan_port_keeps_the_routers_own_side() {
        for (name, kind) in [("ether1", "ether"), ("pppoe-out1", "pppoe-out"), ("sfp1", "ether"), ("vlan-plan", "vlan")]
        {
            assert_eq!(side(name, kind, None), PointOfView::Network, "{name}");
        }
        assert_eq!(side("bridge-WAN", "bridge", None), PointOfView::Network);
    }

    #[test]
    fn a_name_or_comment_may_say_it() {
        assert_eq!(side("ether2-LAN1", "ether", None), PointOfView::Customer);
        assert_eq!(side("ether3", "ether", Some("Hotspot warga")), PointOfView::Customer);
    }
}
