//! Which node a router belongs to: each counts it out for itself and comes to the same order.
//!
//! Weighted rendezvous hashing: when a node comes or goes, only the routers that go to it or come from it change. The hash
//! is written here, as it must be the same in every version of the program.

/// A node's place in the order of a router's nodes; the highest is its first choice.
pub(crate) fn score(node: &str, weight: f64, router: &str) -> f64 {
    // Open at both ends, so that its logarithm is neither infinite nor zero.
    #[allow(clippy::cast_precision_loss, reason = "53 bits of it are as good as 64")]
    let share = ((hash(node, router) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    weight.max(SMALLEST) / -share.ln()
}

/// How many of the nodes stand before this one for a router. Equal scores go by name.
pub(crate) fn rank<'a>(node: &str, nodes: impl Iterator<Item = (&'a str, f64)> + Clone, router: &str) -> usize {
    let own = nodes.clone().find(|(name, _)| *name == node).map(|(name, weight)| score(name, weight, router));
    let Some(own) = own else { return usize::MAX };
    let before = nodes.filter(|(name, weight)| {
        let other = score(name, *weight, router);
        other > own || (other.total_cmp(&own).is_eq() && *name < node)
    });
    before.count()
}

/// FNV-1a over both names, and a last mixing, without which names that differ at their end stay close.
fn hash(node: &str, router: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in node.bytes().chain([0xff]).chain(router.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

const SMALLEST: f64 = 0.001;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn first<'a>(nodes: &[(&'a str, f64)], router: &str) -> &'a str {
        nodes.iter().map(|(name, _)| *name).find(|name| rank(name, nodes.iter().copied(), router) == 0).unwrap()
    }

    fn shares<'a>(nodes: &[(&'a str, f64)]) -> HashMap<&'a str, u32> {
        let mut shares = HashMap::new();
        for router in 0..3000 {
            *shares.entry(first(nodes, &format!("router-{router}"))).or_default() += 1;
        }
        shares
    }

    #[test]
    fn every_node_has_its_share_by_its_weight() {
        let even = shares(&[("a", 1.0), ("b", 1.0), ("c", 1.0)]);
        assert!(even.values().all(|count| (900..1100).contains(count)), "{even:?}");
        let double = shares(&[("a", 2.0), ("b", 1.0)]);
        assert!((1900..2100).contains(&double["a"]), "{double:?}");
        // A weight of nothing is none at all, and breaks nothing.
        assert!(shares(&[("a", 1.0), ("b", 0.0)])["a"] > 2950);
    }

    #[test]
    fn when_a_node_leaves_only_its_routers_go_elsewhere() {
        let three = [("a", 1.0), ("b", 1.0), ("c", 1.0)];
        for router in 0..500 {
            let router = format!("r{router}");
            let before = first(&three, &router);
            if before != "c" {
                assert_eq!(first(&three[..2], &router), before);
            }
        }
    }

    #[test]
    fn the_order_is_the_same_on_every_machine_and_in_every_version() {
        assert_eq!(hash("a", "r1"), hash("a", "r1"));
        let nodes = [("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0)];
        let mut ranks: Vec<_> = nodes.iter().map(|(name, _)| rank(name, nodes.iter().copied(), "r1")).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, [0, 1, 2, 3]);
        assert_eq!(rank("nobody", nodes.iter().copied(), "r1"), usize::MAX);
        assert_eq!(hash("node", "router"), GOLDEN);
    }

    /// Changing it would move every router of every cluster.
    const GOLDEN: u64 = 0x680c_1db9_97fc_8df5;
}
