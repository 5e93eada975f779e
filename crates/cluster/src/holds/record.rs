//! A hold as it stands in its bucket: who asks a router, under which lease, and for the how manieth time it changed hands.

use serde::{Deserialize, Serialize};

/// Who holds a router. Without a node nobody does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HoldRecord {
    /// The holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    /// The lease it holds it under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) incarnation: Option<String>,
    /// Grows with each claim, so that what an earlier holder said is known to be old.
    #[serde(default)]
    pub(crate) epoch: u64,
    /// Who is to take it, where it was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl HoldRecord {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        // Texts and a number: there is nothing that JSON cannot say.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The record by which a node takes this over.
    pub(crate) fn claimed(&self, node: &str, incarnation: &str) -> Self {
        Self {
            node: Some(node.to_owned()),
            incarnation: Some(incarnation.to_owned()),
            epoch: self.epoch + 1,
            next: None,
        }
    }

    /// The record by which its holder lets it go.
    pub(crate) fn released(&self, next: Option<&str>) -> Self {
        Self { node: None, incarnation: None, epoch: self.epoch, next: next.map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_grows_with_each_claim_and_stays_when_it_is_released() {
        let first = HoldRecord::default().claimed("a", "x");
        let freed = first.released(Some("b"));
        let second = freed.claimed("b", "y");
        assert_eq!((first.epoch, freed.epoch, second.epoch), (1, 1, 2));
        assert_eq!((freed.node.as_deref(), freed.next.as_deref(), second.next), (None, Some("b"), None));
        assert_eq!(HoldRecord::parse(&first.bytes()), Some(first));
        let known = br#"{"node":"a","incarnation":"x","epoch":1}"#;
        assert_eq!(HoldRecord::parse(known).unwrap().bytes(), known, "as the version before writes it");
        assert_eq!(HoldRecord::parse(br#"{"epoch":3,"new":1}"#).map(|record| record.epoch), Some(3));
    }
}
