//! Which interfaces a request asks for: by name, or by key where several share a name.
//!
//! A parameter may be repeated, and each of its values may be a list separated by commas. But the name of an interface may
//! contain a comma too. So a value that is the name of an interface means that interface. Only otherwise is it a list, in
//! which a comma of a name is written `%2C` and a percent sign `%25`, as in the dashboard's own address and in the embedded
//! element. Which of the two it is depends on the interfaces that exist, and these come and go, so it is decided again for
//! each list of them.

use std::borrow::Cow;
use std::collections::HashSet;

use lalin_stats::{Identity, Interface};

/// The interfaces that a request asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct InterfaceSelection(Vec<SelectedName>);

/// One value of the parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SelectedName {
    /// The interface with exactly this name or key.
    Exact(String),
    /// The interface with this name or key, or else a list of them.
    NameOrList(String),
}

/// The names and keys that are asked for, among interfaces that exist.
#[derive(Debug)]
pub(crate) struct MatchedNames<'a>(HashSet<Cow<'a, str>>);

impl InterfaceSelection {
    /// From the values of a parameter.
    pub(crate) fn new(values: impl IntoIterator<Item = String>) -> Self {
        Self(values.into_iter().map(SelectedName::NameOrList).collect())
    }

    pub(crate) fn push(&mut self, value: SelectedName) {
        self.0.push(value);
    }

    /// How many interfaces it means where every value is a list and no name is shared.
    pub(crate) fn len(&self) -> usize {
        let names = |value: &SelectedName| match value {
            SelectedName::Exact(_) => 1,
            SelectedName::NameOrList(text) => list_parts(text).count(),
        };
        self.0.iter().map(names).sum()
    }

    /// What it means when these are the interfaces that may be seen.
    pub(crate) fn among<'a>(&'a self, seen: impl Iterator<Item = (&'a Interface, &'a Identity)>) -> MatchedNames<'a> {
        let known: HashSet<&str> = seen.flat_map(|(interface, identity)| [&*interface.name, &*identity.key]).collect();
        let mut wanted = HashSet::new();
        for value in &self.0 {
            match value {
                SelectedName::NameOrList(text) if !known.contains(text.as_str()) => {
                    let meant = |part| if known.contains(part) { Cow::from(part) } else { unescaped(part) };
                    wanted.extend(list_parts(text).map(meant));
                }
                SelectedName::NameOrList(text) | SelectedName::Exact(text) => drop(wanted.insert(text.into())),
            }
        }
        MatchedNames(wanted)
    }
}

impl MatchedNames<'_> {
    /// Whether this interface is asked for, by its name or its key.
    pub(crate) fn has(&self, interface: &Interface, identity: &Identity) -> bool {
        self.0.contains(&*interface.name) || self.0.contains(&*identity.key)
    }
}

/// The parts of a list, still with `%2C` and `%25`.
pub(crate) fn list_parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(',')
}

fn unescaped(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return part.into();
    }
    part.replace("%2C", ",").replace("%2c", ",").replace("%25", "%").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(values: &[&str], names: &[(&str, &str)]) -> Vec<String> {
        let all: Vec<_> = names.iter().map(|(name, key)| (Interface::new("*1", name, "ether"), *key)).collect();
        let all: Vec<_> = all.into_iter().map(|(one, key)| (one, Identity { line: 1, key: key.into() })).collect();
        let selection = InterfaceSelection::new(values.iter().map(|value| (*value).to_owned()));
        let wanted = selection.among(all.iter().map(|(interface, identity)| (interface, identity)));
        let has = all.iter().filter(|(interface, identity)| wanted.has(interface, identity));
        has.map(|(_, identity)| identity.key.to_string()).collect()
    }

    #[test]
    fn a_value_that_is_a_name_is_that_name_and_otherwise_a_list() {
        let names = [("a", "a"), ("b", "b"), ("a,b", "a,b"), ("100%", "100%"), ("x%2Cy", "x%2Cy"), ("x,y", "x,y")];
        assert_eq!(meant(&["a,b"], &names), ["a,b"]);
        assert_eq!(meant(&["a,b"], &names[..2]), ["a", "b"]);
        assert_eq!(meant(&["b,a"], &names), ["a", "b"]);
        assert_eq!(meant(&["a,b", "b"], &names), ["b", "a,b"]);
        assert_eq!(meant(&["a%2Cb,b"], &names), ["b", "a,b"]);
        assert_eq!(meant(&["a,100%,b"], &names), ["a", "b", "100%"]);
        assert_eq!(meant(&["a,100%25"], &names), ["a", "100%"]);
        assert_eq!(meant(&["x%2Cy"], &names), ["x%2Cy"], "as it stands first");
        assert_eq!(meant(&["x%252Cy"], &names), ["x%2Cy"]);
        assert_eq!(meant(&["x%2Cy"], &names[5..]), ["x,y"]);
        assert_eq!(meant(&["", ",", "c"], &names), [""; 0]);
    }

    #[test]
    fn a_shared_name_means_all_who_have_it_and_a_key_only_one() {
        let names = [("m", "m (ether *1)"), ("m", "m (vlan *5)"), ("other", "other")];
        assert_eq!(meant(&["m"], &names), ["m (ether *1)", "m (vlan *5)"]);
        assert_eq!(meant(&["m (vlan *5)"], &names), ["m (vlan *5)"]);
        assert_eq!(meant(&["m (vlan *5),other"], &names), ["m (vlan *5)", "other"]);
    }
}
