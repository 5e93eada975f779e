//! Which interfaces of a router lead to the internet: what goes through them is what the router downloads and uploads. The
//! sum over all ports would count what passes through twice.

use std::sync::Arc;

use lalin_stats::{Frame, Identity, Interface, InterfaceId};

/// The most interfaces that are found by what they are called.
const MOST: usize = 8;
/// What people call a way to the internet.
const WORDS: [&str; 8] = ["wan", "uplink", "isp", "internet", "starlink", "fiber", "fibre", "indihome"];

/// The interfaces that lead to the internet, and how that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wan {
    /// Their names, or keys where several share one.
    pub interfaces: Vec<String>,
    /// How it is known.
    pub from: WanFrom,
}

/// How it is known which interfaces lead to the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WanFrom {
    /// Somebody chose them.
    Chosen,
    /// The router's default routes go through them.
    Route,
    /// Their names or comments say so.
    Comment,
    /// It is not known.
    #[default]
    None,
}

impl WanFrom {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Route => "route",
            Self::Comment => "comment",
            Self::None => "none",
        }
    }
}

impl Wan {
    /// The ways to the internet: those that are chosen, or else those of the default routes, or else those that are called
    /// so.
    pub fn of(chosen: &[String], gateways: Option<&[InterfaceId]>, frame: Option<&Frame>) -> Self {
        if !chosen.is_empty() {
            return Self { interfaces: chosen.to_vec(), from: WanFrom::Chosen };
        }
        let Some(frame) = frame else { return Self::default() };
        let rows = || frame.interfaces.iter().zip(frame.identities.iter());
        let keys = |found: Vec<(&Arc<Interface>, &Identity)>, from| {
            let interfaces: Vec<String> = found.iter().map(|(_, identity)| identity.key.to_string()).collect();
            (!interfaces.is_empty()).then_some(Self { interfaces, from })
        };
        let routed = rows().filter(|(interface, _)| gateways.is_some_and(|ids| ids.contains(&interface.id)));
        let routed = keys(routed.collect(), WanFrom::Route);
        routed.or_else(|| keys(called_so(rows().collect()), WanFrom::Comment)).unwrap_or_default()
    }

    /// Whether an interface is one of them.
    pub fn has(&self, interface: &Interface, identity: &Identity) -> bool {
        self.interfaces.iter().any(|name| *name == *identity.key || *name == *interface.name)
    }
}

fn called_so<'a>(rows: Vec<(&'a Arc<Interface>, &'a Identity)>) -> Vec<(&'a Arc<Interface>, &'a Identity)> {
    let says = |text: &str| {
        let mut words = text.split(|letter: char| !letter.is_ascii_alphabetic());
        words.any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    let fits = |(interface, _): &(&Arc<Interface>, &Identity)| {
        let of_customers = interface.dynamic || interface.kind.ends_with("-in");
        let said = says(&interface.name) || interface.comment.as_deref().is_some_and(says);
        !of_customers && !interface.disabled && !interface.slave && said
    };
    let found: Vec<_> = rows.into_iter().filter(fits).collect();
    // A line that dials out goes through a port, which may be called so too.
    let dials = |(interface, _): &(&Arc<Interface>, &Identity)| interface.kind.ends_with("-out");
    let any_dials = found.iter().any(dials);
    found.into_iter().filter(|one| !any_dials || dials(one)).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn found(rows: &[(&str, &str, &str)], chosen: &[&str], gateways: Option<&[&str]>) -> (String, &'static str) {
        let interfaces: Arc<[Arc<Interface>]> = rows
            .iter()
            .map(|(name, kind, comment)| {
                let comment = (!comment.is_empty()).then(|| Arc::from(*comment));
                Arc::new(Interface { comment, ..Interface::new(&format!("*{name}"), name, kind) })
            })
            .collect();
        let identities = rows.iter().map(|(name, ..)| Identity { line: 1, key: (*name).into() }).collect();
        let frame = Frame {
            router: "r".parse().unwrap(),
            seq: 1,
            at: tokio::time::Instant::now(),
            unix_ms: 1,
            time_base: 1,
            clock_step_ms: 0,
            elapsed: None,
            revision: 1,
            interfaces,
            identities,
            counters: lalin_stats::FrameCounters::default(),
            rates: Box::default(),
            uncertainty: lalin_stats::Uncertainty { low: 1.0, high: 1.0 },
            error_counts: Box::default(),
            gap: None,
        };
        let chosen: Vec<String> = chosen.iter().map(|&name| name.to_owned()).collect();
        let gateways = gateways.map(|ids| ids.iter().map(|id| InterfaceId::from(*id)).collect::<Vec<_>>());
        let wan = Wan::of(&chosen, gateways.as_deref(), Some(&frame));
        (wan.interfaces.join(" "), wan.from.code())
    }

    #[test]
    fn what_is_chosen_comes_before_the_route_and_the_route_before_what_is_called_so() {
        let rows = [("ether1", "ether", "Starlink"), ("ether2", "ether", ""), ("sfp1", "ether", "ke OLT")];
        assert_eq!(found(&rows, &["sfp1"], Some(&["*ether2"])), ("sfp1".into(), "chosen"));
        assert_eq!(found(&rows, &[], Some(&["*ether2"])), ("ether2".into(), "route"));
        assert_eq!(found(&rows, &[], Some(&["*gone"])), ("ether1".into(), "comment"));
        assert_eq!(found(&rows, &[], None), ("ether1".into(), "comment"));
        assert_eq!(found(&rows[1..], &[], Some(&[])), (String::new(), "none"));
    }

    #[test]
    fn what_is_called_so_is_a_word_of_a_name_or_comment_and_no_customers_line() {
        let rows = [
            ("ether1-WAN1", "ether", ""),
            ("ether2", "ether", "fiber ke ISP"),
            ("<pppoe-internet>", "pppoe-in", ""),
            ("ether3", "ether", "wanita"),
        ];
        assert_eq!(found(&rows, &[], None), ("ether1-WAN1 ether2".into(), "comment"));
        let dialled = [("ether1", "ether", "WAN"), ("pppoe-wan", "pppoe-out", "")];
        assert_eq!(found(&dialled, &[], None), ("pppoe-wan".into(), "comment"), "not both: that would count twice");
    }
}
