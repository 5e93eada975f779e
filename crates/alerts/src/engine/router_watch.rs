//! What the engine remembers of one router: how it is reached, its lines, and which rule watches which of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lalin_stats::{Frame, Identity, Interface, PointOfView};

use super::facts::{LineFacts, RouterFacts};
use super::flaps::Flaps;
use crate::rule::{Rule, Scope, Target};

/// How a router is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing is known yet in this run.
    Unknown,
    /// It answers.
    Reached,
    /// Reads fail.
    Failing {
        /// The code of the failure.
        reason: &'static str,
        /// For so long that it is called unreachable.
        long: bool,
    },
}

/// A line whose link is watched.
#[derive(Clone, Debug, Default)]
pub(super) struct LineWatch {
    pub(super) number: u64,
    pub(super) running: bool,
    link_downs: Option<u64>,
    /// It was up once, so that being down is a change.
    pub(super) was_up: bool,
    /// It was up when Lalin ended, and nothing was seen of it since.
    pub(super) from_before: bool,
    pub(super) flaps: Flaps,
    /// How often it changed since the sample before.
    pub(super) changes: u32,
}

impl LineWatch {
    /// One that was like this when Lalin ended.
    pub(super) fn remembered(up: bool) -> Self {
        Self { running: up, was_up: up, from_before: true, number: u64::MAX, ..Self::default() }
    }

    /// Takes in a sample. `counts`: what changed did so while it was watched.
    fn see(&mut self, interface: &Interface, identity: &Identity, counts: bool, watched_ms: u64) {
        let is_new = self.number == u64::MAX;
        let downs = match (self.link_downs, interface.link_downs) {
            (Some(before), Some(now)) => now.saturating_sub(before).min(1_000),
            _ => 0,
        };
        let flip = i64::from(interface.running) - i64::from(self.running);
        // Each time it went down is two changes, but for the first and the last half of one.
        let with_counter = i64::try_from(2 * downs).unwrap_or(0) + flip;
        let changes = with_counter.max(flip.abs());
        self.changes = if counts && !is_new { u32::try_from(changes).unwrap_or(0) } else { 0 };
        self.number = identity.line;
        self.link_downs = interface.link_downs;
        self.running = interface.running;
        self.was_up |= interface.running;
        self.flaps.note(self.changes, watched_ms);
    }
}

/// Which lines of the router a rule watches.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) rule: Arc<Rule>,
    /// Their places in the frame.
    pub(super) places: Vec<usize>,
    /// A line that is named and not there.
    pub(super) missing: Option<Arc<str>>,
}

/// One router.
#[derive(Debug)]
pub(super) struct RouterWatch {
    pub(super) facts: RouterFacts,
    pub(super) reach: Reach,
    /// When it was read last, ms since 1970.
    pub(super) newest_ms: Option<i64>,
    /// The same on the monotonic clock.
    pub(super) newest_mono_ms: Option<u64>,
    pub(super) interval_ms: u64,
    /// All time between good samples so far.
    pub(super) watched_ms: u64,
    /// Something was judged in this run.
    pub(super) judged: bool,
    /// It just came back: one more sample, and then it is judged.
    pub(super) settling: bool,
    pub(super) lines: HashMap<Arc<str>, LineWatch>,
    pub(super) plan: Vec<Watched>,
    /// The places of the lines whose links rules watch.
    links: Vec<usize>,
    /// What the plan is for: the list of interfaces and the rules.
    planned: Option<(u64, u64)>,
    /// It was not judged by this plan yet.
    pub(super) is_new_plan: bool,
    pub(super) system_ms: Option<u64>,
    /// When it was started, ms since 1970.
    pub(super) boot_ms: Option<i64>,
    /// When it was told last that it was started anew.
    pub(super) reboot_told_ms: Option<i64>,
}

impl RouterWatch {
    pub(super) fn new(facts: RouterFacts) -> Self {
        Self {
            facts,
            reach: Reach::Unknown,
            newest_ms: None,
            newest_mono_ms: None,
            interval_ms: 10_000,
            watched_ms: 0,
            judged: false,
            settling: false,
            lines: HashMap::new(),
            plan: Vec::new(),
            links: Vec::new(),
            planned: None,
            is_new_plan: false,
            system_ms: None,
            boot_ms: None,
            reboot_told_ms: None,
        }
    }

    /// The lines are looked through again with the next sample.
    pub(super) fn plan_anew(&mut self) {
        self.planned = None;
    }

    /// What was said of a line.
    pub(super) fn line_facts(&self, interface: &Interface, identity: &Identity) -> LineFacts {
        let lines = &self.facts.lines;
        lines.get(&*identity.key).or_else(|| lines.get(&*interface.name)).copied().unwrap_or_default()
    }

    /// From which side a line's traffic is called download.
    pub(super) fn point_of_view(&self, interface: &Interface, identity: &Identity) -> PointOfView {
        self.line_facts(interface, identity).point_of_view.unwrap_or_else(|| PointOfView::of(interface))
    }

    /// Whether the plan is of these interfaces and these rules.
    pub(super) fn is_planned(&self, list: u64, rules: u64) -> bool {
        self.planned == Some((list, rules))
    }

    /// Brings the plan up to date. `standing`: of which lines a rule already has an alert; then it goes on watching them,
    /// whatever they are now.
    pub(super) fn bring_plan(
        &mut self,
        frame: &Frame,
        (rules, revision): (&[Arc<Rule>], u64),
        standing: &HashMap<Arc<str>, Vec<Arc<str>>>,
    ) {
        (self.planned, self.is_new_plan) = (Some((frame.revision, revision)), true);
        let rows = || frame.interfaces.iter().zip(frame.identities.iter()).enumerate();
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, (interface, identity)) in rows() {
            named.entry(&identity.key).or_default().push(at);
            if *interface.name != *identity.key {
                named.entry(&interface.name).or_default().push(at);
            }
        }
        let of_name = |name: &str| named.get(name).into_iter().flatten().copied();
        let made: Vec<usize> = rows().filter(|(_, (interface, _))| !interface.dynamic).map(|(at, _)| at).collect();
        let (id, tags) = (&self.facts.id, &self.facts.tags);
        let is_meant = |rule: &&Arc<Rule>| {
            rule.enabled && !rule.kind.is_event() && rule.scope() == Scope::Line && rule.watches(id, tags)
        };
        let watched = |rule: &Arc<Rule>| {
            let mut places: Vec<usize> = match &rule.target {
                Target::Line(_, name) => of_name(name).collect(),
                Target::Wan => self.facts.wan.iter().flat_map(|name| of_name(name)).collect(),
                Target::All | Target::Router(_) | Target::Tag(_) => made.clone(),
            };
            let missing = match &rule.target {
                Target::Line(_, name) => places.is_empty().then(|| name.clone()),
                _ => None,
            };
            for line in standing.get(&rule.id).into_iter().flatten() {
                places.extend(of_name(line).filter(|at| frame.identities.get(*at).is_some_and(|one| one.key == *line)));
            }
            places.sort_unstable();
            places.dedup();
            Watched { rule: rule.clone(), places, missing }
        };
        self.plan = rules.iter().filter(is_meant).map(watched).collect();
        let of_links = self.plan.iter().filter(|watched| watched.rule.kind.is_of_links());
        self.links = of_links.flat_map(|watched| watched.places.iter().copied()).collect();
        self.links.sort_unstable();
        self.links.dedup();
    }

    /// Old and new names of lines that were renamed.
    pub(super) fn follow_renames(&mut self, frame: &Frame) -> Vec<(Arc<str>, Arc<str>)> {
        let keys: HashSet<&Arc<str>> = frame.identities.iter().map(|identity| &identity.key).collect();
        let gone: HashMap<u64, Arc<str>> = self
            .lines
            .iter()
            .filter(|(key, line)| !keys.contains(key) && line.number != u64::MAX)
            .map(|(key, line)| (line.number, key.clone()))
            .collect();
        let renamed = frame.identities.iter().filter_map(|identity| {
            let old = gone.get(&identity.line)?;
            Some((old.clone(), identity.key.clone()))
        });
        let renamed: Vec<_> = renamed.collect();
        for (old, new) in &renamed {
            if let Some(line) = self.lines.remove(old) {
                self.lines.insert(new.clone(), line);
            }
        }
        renamed
    }

    /// Takes in the links of the lines whose links rules watch. Answers those of which it is new that they are up or
    /// down.
    pub(super) fn see_links(&mut self, frame: &Frame, counts: bool) -> Vec<(Arc<str>, bool)> {
        let watched_ms = self.watched_ms;
        let mut news = Vec::new();
        // A session that is named and not there is down.
        for name in self.plan.iter().filter_map(|watched| watched.missing.as_ref()) {
            if let Some(line) = self.lines.get_mut(name) {
                line.changes = u32::from(counts && line.running);
                line.running = false;
                line.flaps.note(line.changes, watched_ms);
            }
        }
        for at in &self.links {
            let (Some(interface), Some(identity)) = (frame.interfaces.get(*at), frame.identities.get(*at)) else {
                continue;
            };
            let line = self.lines.entry(identity.key.clone()).or_insert_with(|| LineWatch {
                number: u64::MAX,
                running: interface.running,
                ..LineWatch::default()
            });
            let before = (line.was_up, line.running);
            let seen_before = line.number != u64::MAX || line.from_before;
            line.see(interface, identity, counts, watched_ms);
            if line.was_up && (!seen_before || before != (true, line.running)) {
                news.push((identity.key.clone(), line.running));
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_down_between_two_samples_is_counted_by_the_router() {
        let identity = Identity { line: 1, key: "ether1".into() };
        let see = |line: &mut LineWatch, running: bool, link_downs: u64| {
            let interface =
                Interface { running, link_downs: Some(link_downs), ..Interface::new("*1", "ether1", "ether") };
            line.see(&interface, &identity, true, 0);
            line.changes
        };
        let mut line = LineWatch { number: u64::MAX, running: true, ..LineWatch::default() };
        assert_eq!(see(&mut line, true, 7), 0, "what was before does not count");
        assert_eq!(see(&mut line, true, 9), 4, "twice down and up");
        assert_eq!(see(&mut line, false, 10), 1);
        assert_eq!(see(&mut line, true, 10), 1);
        assert_eq!(see(&mut line, false, 12), 3, "down, up, down");
        assert_eq!(see(&mut line, false, 12), 0);
    }
}
