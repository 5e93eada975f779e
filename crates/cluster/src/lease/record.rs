//! What a node writes about itself when it renews its lease.

use serde::{Deserialize, Serialize};

/// What a node does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// Serves viewers.
    #[serde(default)]
    pub web: bool,
    /// Asks routers.
    #[serde(default)]
    pub collect: bool,
}

/// How a node takes part.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSettings {
    /// Its name, one in the cluster.
    pub node: String,
    /// Its site, if it stands at one: it then asks the routers of that site and no others.
    pub site: Option<String>,
    /// What it does.
    pub roles: Roles,
    /// How many routers it takes in proportion to others; 1 is usual.
    pub weight: f64,
}

/// How far a node with pages is behind what a collector recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// What was recorded in so many seconds may not be there yet.
    #[serde(default)]
    pub seconds: u64,
    /// The collector.
    #[serde(default)]
    pub node: String,
    /// How far is not known yet: it has not said since this node's start that there was no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
}

/// A node's lease as it stands in the bucket. Unknown fields are ignored and absent ones have their default, so that
/// neighbours of two versions understand each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NodeRecord {
    /// The node's name, as in its configuration.
    pub(crate) node: String,
    /// Random for each lease: what was held under another one is held no more.
    pub(crate) incarnation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) site: Option<String>,
    #[serde(default)]
    pub(crate) roles: Roles,
    #[serde(default = "usual")]
    pub(crate) weight: f64,
    /// The program's version.
    #[serde(default)]
    pub(crate) version: String,
    /// Counts the renewals, so that one whose answer was lost can be told from the one before.
    #[serde(default)]
    pub(crate) renewal: u64,
    /// So many routers it holds.
    #[serde(default)]
    pub(crate) load: usize,
    /// It hands over what it holds, and takes nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) draining: bool,
    /// The lease has ended: given up by its node, or declared dead by another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) gone: bool,
    /// The node's own wall clock in milliseconds, for people to see how far clocks are apart. Nothing is decided by it.
    #[serde(default)]
    pub(crate) clock: u64,
    /// The collector whose history this node is behind the most, where it follows any. For people too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) behind: Option<Behind>,
}

fn usual() -> f64 {
    1.0
}

impl NodeRecord {
    /// A record of somebody else's, if it is understood.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        (record.weight.is_finite() && !record.node.is_empty()).then_some(record)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        // A record has nothing that JSON cannot say; an empty one would be understood by nobody and so count as none.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The record that says that a lease has ended.
    pub(crate) fn gone(node: &str, site: Option<&str>, incarnation: &str) -> Self {
        Self {
            node: node.to_owned(),
            incarnation: incarnation.to_owned(),
            site: site.map(str::to_owned),
            roles: Roles::default(),
            weight: 1.0,
            version: String::new(),
            renewal: 0,
            load: 0,
            draining: false,
            gone: true,
            clock: 0,
            behind: None,
        }
    }
}

/// A name for a lease that no other has.
pub(crate) fn new_incarnation() -> String {
    format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_of_another_version_is_understood() {
        let old = NodeRecord::parse(br#"{"node":"a","incarnation":"x"}"#).unwrap();
        assert_eq!((old.weight, old.gone, old.roles.collect), (1.0, false, false));
        let new = NodeRecord::parse(br#"{"node":"a","incarnation":"x","roles":{"collect":true,"x":1},"moon":3}"#);
        assert!(new.unwrap().roles.collect);
        assert!(NodeRecord::parse(b"").is_none() && NodeRecord::parse(b"[]").is_none());
        let gone = NodeRecord::gone("a.b", Some("s1"), "x");
        assert_eq!(NodeRecord::parse(&gone.bytes()), Some(gone));
    }

    /// As the version before this one wrote it, and read it.
    const BEFORE: &str = concat!(
        r#"{"node":"a","incarnation":"x","site":"s1","roles":{"web":true,"collect":true},"weight":1.0,"#,
        r#""version":"0.1.0","renewal":7,"load":3,"draining":true,"clock":5}"#
    );

    #[derive(Deserialize)]
    struct Before {
        node: String,
        incarnation: String,
        roles: Roles,
        load: usize,
        #[serde(default)]
        draining: bool,
        #[serde(default)]
        gone: bool,
    }

    #[test]
    fn a_lease_of_the_version_before_is_read_and_it_reads_this_ones() {
        let read = NodeRecord::parse(BEFORE.as_bytes()).unwrap();
        assert_eq!((read.node.as_str(), read.renewal, read.load, read.draining), ("a", 7, 3, true));
        assert_eq!(read.behind, None);
        assert_eq!(String::from_utf8(read.bytes()).unwrap(), BEFORE, "nothing that has nothing to say is added");
        let now = NodeRecord { behind: Some(Behind { seconds: 7, node: "b".into(), unknown: true }), ..read };
        let Before { node, incarnation, roles, load, draining, gone } = serde_json::from_slice(&now.bytes()).unwrap();
        assert_eq!((node.as_str(), incarnation.as_str(), load, draining, gone), ("a", "x", 3, true, false));
        assert!(roles.web && roles.collect);
    }

    #[test]
    fn no_lease_is_called_like_another() {
        assert_ne!(new_incarnation(), new_incarnation());
    }
}
