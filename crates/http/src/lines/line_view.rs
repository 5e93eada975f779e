//! What was said of one router's lines, as one person sees it. Immutable: a change makes another one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lalin_fleet::Wan;
use lalin_stats::{Identity, Interface, PointOfView};
use lalin_store::LineSettings;

/// The settings of a router's lines by name or key.
pub(crate) type OfRouter = HashMap<String, LineSettings>;

/// What counts for everyone, and what one person said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineView {
    pub(super) everyone: Option<Arc<OfRouter>>,
    pub(super) own: Option<Arc<OfRouter>>,
    wan: Arc<Wan>,
}

impl LineView {
    pub(super) fn new(everyone: Option<Arc<OfRouter>>, own: Option<Arc<OfRouter>>) -> Self {
        Self { everyone, own, wan: Arc::default() }
    }

    /// With the router's ways to the internet.
    pub(crate) fn with_wan(self, wan: Arc<Wan>) -> Self {
        Self { wan, ..self }
    }

    /// The ways to the internet.
    pub(crate) fn wan(&self) -> &Arc<Wan> {
        &self.wan
    }

    /// Whether an interface leads to the internet.
    pub(crate) fn is_wan(&self, interface: &Interface, identity: &Identity) -> bool {
        self.wan.has(interface, identity)
    }

    /// What is said of an interface: the person's own word first, and of each word the one for the key before the one
    /// for the name.
    pub(crate) fn settings(&self, interface: &Interface, identity: &Identity) -> LineSettings {
        let of = |lines: &OfRouter| {
            let named = lines.get(&*interface.name).cloned().unwrap_or_default();
            match lines.get(&*identity.key) {
                Some(keyed) if identity.key != interface.name => keyed.or(&named),
                _ => named,
            }
        };
        match (&self.own, &self.everyone) {
            (None, None) => LineSettings::default(),
            (Some(lines), None) | (None, Some(lines)) => of(lines),
            (Some(own), Some(everyone)) => of(own).or(&of(everyone)),
        }
    }

    /// From which side an interface is seen: as somebody said, or as its kind and name suggest.
    pub(crate) fn point_of_view(&self, interface: &Interface, identity: &Identity) -> PointOfView {
        let said = self.settings(interface, identity).point_of_view;
        said.unwrap_or_else(|| PointOfView::of(interface))
    }

    /// Every line of which something is said, with what the person said for themself.
    pub(crate) fn all(&self) -> BTreeMap<&str, (LineSettings, Option<&LineSettings>)> {
        let mut all: BTreeMap<&str, (LineSettings, Option<&LineSettings>)> = BTreeMap::new();
        for (name, settings) in self.everyone.iter().flat_map(|lines| lines.iter()) {
            all.insert(name, (settings.clone(), None));
        }
        for (name, own) in self.own.iter().flat_map(|lines| lines.iter()) {
            let everyone = all.remove(name.as_str()).map(|(everyone, _)| everyone).unwrap_or_default();
            all.insert(name, (own.or(&everyone), Some(own)));
        }
        all
    }

    /// Whether nothing has changed between both.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let same = |one: &Option<Arc<OfRouter>>, other: &Option<Arc<OfRouter>>| match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        let same_wan = Arc::ptr_eq(&self.wan, &other.wan) || self.wan == other.wan;
        same_wan && same(&self.everyone, &other.everyone) && same(&self.own, &other.own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(lines: &[(&str, &str)]) -> Option<Arc<OfRouter>> {
        let settings = |alias: &str| LineSettings { alias: Some(alias.to_owned()), ..LineSettings::default() };
        Some(Arc::new(lines.iter().map(|(name, alias)| ((*name).to_owned(), settings(alias))).collect()))
    }

    fn alias(view: &LineView, name: &str, key: &str) -> Option<String> {
        view.settings(&Interface::new("*1", name, "vlan"), &Identity { line: 1, key: key.into() }).alias
    }

    #[test]
    fn ones_own_word_comes_before_everyones_and_the_key_before_the_name() {
        let everyone = view(&[("m", "all"), ("m (vlan *5)", "fifth"), ("e", "uplink")]);
        let own = view(&[("e", "internet")]);
        let seen = LineView::new(everyone.clone(), own);
        assert_eq!(alias(&seen, "m", "m (ether *1)").as_deref(), Some("all"));
        assert_eq!(alias(&seen, "m", "m (vlan *5)").as_deref(), Some("fifth"));
        assert_eq!(alias(&seen, "e", "e").as_deref(), Some("internet"));
        assert_eq!(alias(&seen, "x", "x"), None);
        assert_eq!(alias(&LineView::new(everyone, None), "e", "e").as_deref(), Some("uplink"));
        let of_e = &seen.all()["e"];
        assert_eq!((of_e.0.alias.as_deref(), of_e.1.is_some(), seen.all().len()), (Some("internet"), true, 3));
    }
}
