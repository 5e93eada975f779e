//! A router's list of interfaces as a selection shows it, and how it differs from another.
//!
//! A list of 2,000 lines is 330 kB. Where customers come and go by the second, all of it for each of them would be most of
//! what a viewer is sent, so who has a list is told what changed in it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use lalin_monitor::InterfaceList;
use lalin_stats::{Identity, Interface, RouterId};
use serde::Serialize;

use crate::json::InterfaceSummary;
use crate::lines::LineView;

use super::event_bytes::SharedBytes;

/// One revision of a list, as those of one selection are told it.
#[derive(Debug)]
pub(super) struct ShownList {
    revision: u64,
    identities: Arc<[Identity]>,
    view: LineView,
    /// The places in the router's list of what is shown; `None`: all of it.
    positions: Option<Vec<usize>>,
    /// The `interfaces` event.
    event: Arc<SharedBytes>,
    /// The lines in their order: the number of each, and where in the event it stands.
    lines: Vec<(u64, Range<usize>)>,
}

impl ShownList {
    /// The interfaces at these positions, or all. `router` is named in the event where it is given.
    pub(super) fn new(
        list: &InterfaceList,
        positions: Option<Vec<usize>>,
        view: &LineView,
        router: Option<&RouterId>,
    ) -> Self {
        let InterfaceList { revision, interfaces, identities } = list;
        let shown: Vec<(&Interface, &Identity)> = match &positions {
            None => interfaces.iter().map(|one| &**one).zip(identities.iter()).collect(),
            Some(positions) => {
                let at = |at: &usize| Some((&**interfaces.get(*at)?, identities.get(*at)?));
                positions.iter().filter_map(at).collect()
            }
        };
        let mut text = head("interfaces", router, *revision);
        text.extend_from_slice(b",\"interfaces\":[");
        let mut lines = Vec::with_capacity(shown.len());
        for (interface, identity) in shown {
            if !lines.is_empty() {
                text.push(b',');
            }
            let start = text.len();
            write(&mut text, &InterfaceSummary::of(interface, identity, view));
            lines.push((identity.line, start..text.len()));
        }
        text.extend_from_slice(b"]}\n\n");
        let (identities, view) = (identities.clone(), view.clone());
        Self { revision: *revision, identities, view, positions, event: SharedBytes::new(text.into()), lines }
    }

    /// The whole of it.
    pub(super) fn event(&self) -> &Arc<SharedBytes> {
        &self.event
    }

    pub(super) fn positions(&self) -> Option<&[usize]> {
        self.positions.as_deref()
    }

    /// Whether it is of this revision, for those who are told this of its lines.
    pub(super) fn is_of(&self, list: &InterfaceList, view: &LineView) -> bool {
        // The monitor makes both lists together, so the identities identify the pair.
        Arc::ptr_eq(&self.identities, &list.identities) && self.view.is_same(view)
    }

    fn line(&self, at: usize) -> &[u8] {
        &self.event[self.lines[at].1.clone()]
    }

    /// The `interfaces-changed` event for who has `known`; `None` where the whole list is not longer, or where numbers of
    /// lines are not unique.
    pub(super) fn since(&self, known: &Self, router: Option<&RouterId>) -> Option<Bytes> {
        let was: HashMap<u64, usize> = known.lines.iter().enumerate().map(|(at, (line, _))| (*line, at)).collect();
        if was.len() != known.lines.len() {
            return None;
        }
        let before: Vec<Option<usize>> = self.lines.iter().map(|(line, _)| was.get(line).copied()).collect();
        let stays = longest_rise(&before);
        let mut stayed = vec![false; known.lines.len()];
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for (at, before) in before.iter().enumerate() {
            match before.filter(|_| stays[at]) {
                None => added.push(at),
                Some(before) => {
                    stayed[before] = true;
                    if known.line(before) != self.line(at) {
                        changed.push(at);
                    }
                }
            }
        }
        let removed: Vec<usize> = (0..stayed.len()).filter(|at| !stayed[*at]).collect();
        let mut text = head("interfaces-changed", router, self.revision);
        write_field(&mut text, "from", &known.revision);
        if !removed.is_empty() {
            write_field(&mut text, "removed", &removed);
        }
        for (name, places) in [("added", added), ("changed", changed)] {
            if places.is_empty() {
                continue;
            }
            text.extend_from_slice(format!(",\"{name}\":[").as_bytes());
            for (nth, at) in places.into_iter().enumerate() {
                text.extend_from_slice(format!("{}[{at},", if nth > 0 { "," } else { "" }).as_bytes());
                text.extend_from_slice(self.line(at));
                text.push(b']');
            }
            text.push(b']');
            if text.len() >= self.event.len() {
                return None;
            }
        }
        text.extend_from_slice(b"}\n\n");
        (text.len() < self.event.len()).then(|| text.into())
    }
}

/// An event up to its revision.
fn head(name: &str, router: Option<&RouterId>, revision: u64) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    text.extend_from_slice(format!("event: {name}\ndata: {{").as_bytes());
    if let Some(router) = router {
        text.extend_from_slice(b"\"router\":");
        write(&mut text, router.as_str());
        text.push(b',');
    }
    text.extend_from_slice(format!("\"rev\":{revision}").as_bytes());
    text
}

fn write_field(text: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    text.extend_from_slice(format!(",\"{name}\":").as_bytes());
    write(text, value);
}

fn write(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Our own types always serialise; should one ever not, every test would see the empty object.
    if serde_json::to_writer(&mut *text, value).is_err() {
        text.extend_from_slice(b"{}");
    }
}

/// Which of these belong to a longest rising series: the fewest others have to move.
fn longest_rise(values: &[Option<usize>]) -> Vec<bool> {
    // The places of the smallest last values of series of each length.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; values.len()];
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let length = ends.partition_point(|end| values[*end].is_some_and(|last| last < *value));
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut rises = vec![false; values.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        rises[at] = true;
        next = before[at];
    }
    rises
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// A list of lines by their numbers, with a comment each.
    fn list(revision: u64, lines: &[(u64, &str)]) -> ShownList {
        let interface = |(line, comment): &(u64, &str)| {
            let mut one = Interface::new(&format!("*{line:X}"), &format!("<pppoe-{line}>"), "pppoe-in");
            one.comment = Some((*comment).into());
            Arc::new(one)
        };
        let identity = |(line, _): &(u64, &str)| Identity { line: *line, key: format!("<pppoe-{line}>").into() };
        let list = InterfaceList {
            revision,
            interfaces: lines.iter().map(interface).collect(),
            identities: lines.iter().map(identity).collect(),
        };
        ShownList::new(&list, None, &LineView::default(), None)
    }

    fn data(event: &[u8]) -> Value {
        let text = std::str::from_utf8(event).unwrap();
        serde_json::from_str(text.split_once("\ndata: ").unwrap().1.trim_end()).unwrap()
    }

    /// What a client makes of what it has and a change, as the documents say.
    fn applied(known: &ShownList, change: &Value) -> Vec<Value> {
        let mut lines = data(known.event())["interfaces"].as_array().unwrap().clone();
        let places = |name: &str| change[name].as_array().cloned().unwrap_or_default();
        for place in places("removed").iter().rev() {
            lines.remove(place.as_u64().unwrap() as usize);
        }
        for added in places("added") {
            lines.insert(added[0].as_u64().unwrap() as usize, added[1].clone());
        }
        for changed in places("changed") {
            lines[changed[0].as_u64().unwrap() as usize] = changed[1].clone();
        }
        lines
    }

    fn changes(before: &[(u64, &str)], after: &[(u64, &str)]) -> Option<Value> {
        let (before, after) = (list(3, before), list(4, after));
        let change = data(&after.since(&before, None)?);
        assert_eq!(applied(&before, &change), *data(after.event())["interfaces"].as_array().unwrap());
        assert_eq!((&change["rev"], &change["from"]), (&4.into(), &3.into()));
        Some(change)
    }

    fn many() -> Vec<(u64, &'static str)> {
        (1..=200).map(|line| (line, "")).collect()
    }

    #[test]
    fn a_change_of_one_line_is_that_line() {
        let before = many();
        let mut after = before.clone();
        after[7].1 = "moved house";
        let change = changes(&before, &after).unwrap();
        assert_eq!(change["changed"].as_array().unwrap().len(), 1);
        assert_eq!(change["changed"][0][1]["comment"], "moved house");
        assert!(change.get("removed").is_none() && change.get("added").is_none());
    }

    #[test]
    fn lines_come_go_and_come_back_at_the_end() {
        let before = many();
        let mut after = before.clone();
        let back = after.remove(20);
        after.remove(3);
        after.push(back);
        after.push((900, "new"));
        let change = changes(&before, &after).unwrap();
        assert_eq!(change["removed"], serde_json::json!([3, 20]));
        assert_eq!(change["added"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn one_that_moves_to_the_front_moves_alone() {
        let before = many();
        let mut after = before.clone();
        let last = after.pop().unwrap();
        after.insert(0, last);
        let change = changes(&before, &after).unwrap();
        assert_eq!((&change["removed"], change["added"].as_array().unwrap().len()), (&serde_json::json!([199]), 1));
    }

    #[test]
    fn where_everything_is_new_the_list_is_told_whole() {
        let other: Vec<_> = (1_001..=1_200).map(|line| (line, "")).collect();
        assert!(changes(&many(), &other).is_none());
        let mut twice = many();
        twice[1].0 = 1;
        assert!(changes(&twice, &many()).is_none(), "numbers that are not unique identify nothing");
    }

    #[test]
    fn any_change_leads_to_the_same_list() {
        let mut seed = 1_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(seed >> 40).unwrap() % below
        };
        let mut before = many();
        for round in 0..300_u64 {
            let mut after = before.clone();
            for _ in 0..random(6) {
                match random(3) {
                    0 => drop(after.remove(random(after.len()))),
                    1 => after.insert(random(after.len()), (10_000 + round * 10 + random(9) as u64, "")),
                    _ => {
                        let place = random(after.len());
                        after[place].1 = if after[place].1.is_empty() { "x" } else { "" };
                    }
                }
            }
            let unique: std::collections::HashSet<u64> = after.iter().map(|(line, _)| *line).collect();
            if unique.len() == after.len() {
                changes(&before, &after).unwrap();
                before = after;
            }
        }
    }
}
