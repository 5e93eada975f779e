//! Which lines of a router have other names than before: whoever keeps something by name moves it along.

use std::collections::HashMap;

use lalin_stats::{Frame, Identity, Interface, RouterId};

use std::sync::Arc;

/// Lines of one router that were renamed, all seen in one sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Whose lines.
    pub router: RouterId,
    /// The name, or the key where it differs, from before and of now; two may have swapped theirs.
    pub names: Vec<(Arc<str>, Arc<str>)>,
}

/// What is called otherwise now than in the sample before. A name that some other interface still has is not moved away
/// from it.
pub(crate) fn renamed(
    before: &Frame,
    interfaces: &[Arc<Interface>],
    identities: &[Identity],
) -> Vec<(Arc<str>, Arc<str>)> {
    let known: HashMap<u64, (&Arc<Interface>, &Identity)> = before
        .interfaces
        .iter()
        .zip(before.identities.iter())
        .map(|(interface, identity)| (identity.line, (interface, identity)))
        .collect();
    let mut names = Vec::new();
    for (interface, identity) in interfaces.iter().zip(identities) {
        let Some((old, old_identity)) = known.get(&identity.line) else { continue };
        if old.name == interface.name {
            continue;
        }
        names.push((old_identity.key.clone(), identity.key.clone()));
        if old_identity.key != old.name && !interfaces.iter().any(|one| one.name == old.name) {
            names.push((old.name.clone(), interface.name.clone()));
        }
    }
    names
}
