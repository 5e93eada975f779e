//! Circles among files: a file that needs another one which, by whatever way, needs it back.
//!
//! Such files can only be read together, so they are one file that was cut, or an arrow that points the wrong way.

use std::collections::{BTreeMap, BTreeSet};

/// From each file to those it needs, by their paths from the root.
pub(crate) type Needs = BTreeMap<String, BTreeSet<String>>;

/// A sentence for each circle.
pub(crate) fn check(needs: &Needs) -> Vec<String> {
    let circles = circles(needs);
    circles.iter().map(|files| format!("these files import each other: {}", files.join(", "))).collect()
}

/// Groups of files of which each needs all others. By Tarjan's algorithm for strongly connected components.
fn circles(needs: &Needs) -> Vec<Vec<String>> {
    let mut search = Search { needs, seen: BTreeMap::new(), stack: Vec::new(), found: Vec::new() };
    for file in needs.keys() {
        if !search.seen.contains_key(file.as_str()) {
            search.visit(file);
        }
    }
    search.found
}

struct Search<'a> {
    needs: &'a Needs,
    /// A file's number, the lowest number it reaches, and whether it is on the stack.
    seen: BTreeMap<&'a str, (usize, usize, bool)>,
    stack: Vec<&'a str>,
    found: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    fn visit(&mut self, file: &'a str) -> usize {
        let number = self.seen.len();
        self.seen.insert(file, (number, number, true));
        self.stack.push(file);
        let mut lowest = number;
        for needed in self.needs.get(file).into_iter().flatten() {
            lowest = match self.seen.get(needed.as_str()) {
                None => lowest.min(self.visit(needed)),
                Some((number, _, true)) => lowest.min(*number),
                Some(_) => lowest,
            };
        }
        self.seen.insert(file, (number, lowest, true));
        if lowest == number {
            let start = self.stack.iter().rposition(|one| *one == file).unwrap_or(0);
            let mut circle: Vec<String> = self.stack.drain(start..).map(str::to_owned).collect();
            for one in &circle {
                if let Some(entry) = self.needs.get_key_value(one).and_then(|(key, _)| self.seen.get_mut(key.as_str()))
                {
                    entry.2 = false;
                }
            }
            if circle.len() > 1 {
                circle.sort();
                self.found.push(circle);
            }
        }
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(arrows: &[(&str, &str)]) -> Needs {
        let mut needs = Needs::new();
        for (from, to) in arrows {
            needs.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            needs.entry((*to).to_owned()).or_default();
        }
        needs
    }

    #[test]
    fn files_that_need_each_other_by_any_way_are_a_circle() {
        let found = circles(&needs(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e")]));
        assert_eq!(found, [["a", "b", "c"]]);
    }

    #[test]
    fn two_ways_to_one_file_are_no_circle() {
        assert!(circles(&needs(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])).is_empty());
    }

    #[test]
    fn circles_apart_are_told_apart() {
        assert_eq!(circles(&needs(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")])).len(), 2);
    }
}
