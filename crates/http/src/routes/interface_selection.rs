//! Which interfaces are asked for: by name, or by key where several share a name.
//!
//! A parameter may be repeated, and each of its values may be a list with commas between; but an interface's name may hold
//! a comma itself. So a value that is a name as it stands is that name, whatever is in it. Only otherwise is it a list,
//! and in a list a comma that belongs to a name is written `%2C`, and a percent sign `%25`, as the dashboard's own address
//! and the embedded element have it. What a value is depends on which interfaces there are, and those come and go: it is
//! looked at anew with each list of them.

use std::borrow::Cow;
use std::collections::HashSet;

use lalin_stats::{Identity, Interface};

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InterfaceSelection(Vec<Value>);

/// A part of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Exactly this.
    Name(String),
    /// This as it stands, or as a list.
    Any(String),
}

/// What was asked for, among the interfaces there are.
#[derive(Debug)]
pub(crate) struct Wanted<'a>(HashSet<Cow<'a, str>>);

impl InterfaceSelection {
    /// Of a parameter's values.
    pub(crate) fn new(values: impl IntoIterator<Item = String>) -> Self {
        Self(values.into_iter().map(Value::Any).collect())
    }

    pub(crate) fn push(&mut self, value: Value) {
        self.0.push(value);
    }

    /// How many interfaces it may mean, at the least and where no name is shared.
    pub(crate) fn len(&self) -> usize {
        let of = |value: &Value| match value {
            Value::Name(_) => 1,
            Value::Any(text) => parts(text).count(),
        };
        self.0.iter().map(of).sum()
    }

    /// What is meant, where these are the interfaces that may be seen.
    pub(crate) fn among<'a>(&'a self, seen: impl Iterator<Item = (&'a Interface, &'a Identity)>) -> Wanted<'a> {
        let known: HashSet<&str> = seen.flat_map(|(interface, identity)| [&*interface.name, &*identity.key]).collect();
        let mut wanted = HashSet::new();
        for value in &self.0 {
            match value {
                Value::Any(text) if !known.contains(text.as_str()) => {
                    let meant = |part| if known.contains(part) { Cow::from(part) } else { unescaped(part) };
                    wanted.extend(parts(text).map(meant));
                }
                Value::Any(text) | Value::Name(text) => drop(wanted.insert(text.into())),
            }
        }
        Wanted(wanted)
    }
}

impl Wanted<'_> {
    /// Whether it is this one: by its key, or as all of its name.
    pub(crate) fn has(&self, interface: &Interface, identity: &Identity) -> bool {
        self.0.contains(&*interface.name) || self.0.contains(&*identity.key)
    }
}

/// The parts of a list.
pub(crate) fn parts(value: &str) -> impl Iterator<Item = &str> {
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
