//! Whose line a dynamic name is: a customer who reconnects while the old session still hangs comes back under a number.
//!
//! The router calls the second session of `<pppoe-budi>` `<pppoe-budi-1>`, and only while the first name is taken. But a
//! customer may well be called `budi-1`. So a numbered name is the customer's own wherever it appeared while the name
//! without the number was free, or was there when the recording began: two customers on one invoice are worse than one
//! customer on two lines.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The dynamic names of one router.
#[derive(Debug, Default)]
pub struct SessionNames {
    /// Names that are nobody else's session.
    own: HashSet<Arc<str>>,
    /// The names at the tick before, and whose each is.
    before: HashMap<Arc<str>, Arc<str>>,
    begun: bool,
}

/// More names than this are customers who came and went: then all are forgotten but those that are there.
const MOST: usize = 100_000;

impl SessionNames {
    /// Of a router whose lines of these names are known from before.
    pub fn new(known: impl IntoIterator<Item = Arc<str>>) -> Self {
        Self { own: known.into_iter().collect(), ..Self::default() }
    }

    /// The lasting name of each name that is there at a tick, in the same order.
    pub fn line_of(&mut self, names: &[Arc<str>]) -> Vec<Arc<str>> {
        let now: HashSet<&Arc<str>> = names.iter().collect();
        let mut fresh = Vec::new();
        let lines: Vec<Arc<str>> = names
            .iter()
            .map(|name| match self.before.get(name) {
                Some(line) => line.clone(),
                None => {
                    let line = self.first_seen(name, &now);
                    if line == *name {
                        fresh.push(name.clone());
                    }
                    line
                }
            })
            .collect();
        if self.own.len() > MOST {
            self.own.clear();
            self.own.extend(lines.iter().cloned());
        }
        self.own.extend(fresh);
        self.before = names.iter().cloned().zip(lines.iter().cloned()).collect();
        self.begun = true;
        lines
    }

    fn first_seen(&self, name: &Arc<str>, now: &HashSet<&Arc<str>>) -> Arc<str> {
        let Some(base) = without_number(name).filter(|_| !self.own.contains(name)) else { return name.clone() };
        let taken =
            now.contains(&base) || self.before.contains_key(&base) || self.before.values().any(|line| *line == base);
        // At the first tick nobody saw which came first: only what is known of earlier runs says whose it is.
        let session = if self.begun { taken } else { self.own.contains(&base) };
        if session { base } else { name.clone() }
    }
}

/// `<pppoe-budi>` of `<pppoe-budi-1>`.
fn without_number(name: &str) -> Option<Arc<str>> {
    let (base, number) = name.strip_prefix('<')?.strip_suffix('>')?.rsplit_once('-')?;
    let number_is_one = !number.is_empty() && number.len() <= 4 && number.bytes().all(|digit| digit.is_ascii_digit());
    (number_is_one && base.contains('-')).then(|| format!("<{base}>").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(names: &mut SessionNames, tick: &[&str]) -> Vec<String> {
        let tick: Vec<Arc<str>> = tick.iter().map(|name| Arc::from(*name)).collect();
        names.line_of(&tick).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn who_reconnects_while_the_old_session_hangs_is_one_line() {
        let mut names = SessionNames::default();
        assert_eq!(lines(&mut names, &["<pppoe-budi>"]), ["<pppoe-budi>"]);
        assert_eq!(lines(&mut names, &["<pppoe-budi>", "<pppoe-budi-1>"]), ["<pppoe-budi>"; 2]);
        assert_eq!(lines(&mut names, &["<pppoe-budi-1>"]), ["<pppoe-budi>"]);
        // And again, under the name that is free by now.
        assert_eq!(lines(&mut names, &["<pppoe-budi-1>", "<pppoe-budi>"]), ["<pppoe-budi>"; 2]);
    }

    #[test]
    fn customers_with_numbers_in_their_names_stay_apart() {
        let mut names = SessionNames::default();
        let all = ["<pppoe-pelanggan-1>", "<pppoe-pelanggan-2>", "<pppoe-rumah>", "<pppoe-rumah-1>"];
        assert_eq!(lines(&mut names, &all), all);
        let late = [all[0], "<pppoe-pelanggan-3>"];
        assert_eq!(lines(&mut names, &late), late);
        // Seen on their own once, they are their own for ever.
        assert_eq!(lines(&mut names, &[all[2]]), [all[2]]);
        assert_eq!(lines(&mut names, &[all[2], all[3]]), [all[2], all[3]]);
    }

    #[test]
    fn a_session_that_outlived_a_restart_is_still_the_customers() {
        let mut names = SessionNames::new([Arc::from("<pppoe-budi>")]);
        assert_eq!(lines(&mut names, &["<pppoe-budi-1>"]), ["<pppoe-budi>"]);
        let mut names = SessionNames::new(["<pppoe-budi>", "<pppoe-budi-1>"].map(Arc::from));
        assert_eq!(lines(&mut names, &["<pppoe-budi-1>"]), ["<pppoe-budi-1>"]);
    }

    #[test]
    fn other_names_have_no_number() {
        for name in ["ether1", "vlan-10", "<l2tp>", "<pppoe-budi>", "<pppoe-1>", "<pppoe-budi-12345>"] {
            assert_eq!(without_number(name), None, "{name}");
        }
        assert_eq!(without_number("<pppoe-a-b-2>").as_deref(), Some("<pppoe-a-b>"));
    }
}
