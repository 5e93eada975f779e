//! What happens as time passes, without a sample: routers that do not answer, reminders, the end of quiet hours.

use std::sync::Arc;

use lalin_stats::RouterId;

use super::course::{Seen, Verdict};
use super::engines::Engine;
use super::facts::Moment;
use super::instances::Key;
use super::router_watch::{Reach, RouterWatch};
use super::samples::About;
use crate::rule::{Kind, Rule, Scope};
use crate::state::State;
use crate::{NoticeKind, Untold};

/// After a start a router is given so long before it is missed, ms.
const START_MS: u64 = 60_000;
/// Whoever drives the engine was held up for longer than that: it is not known what was in between.
const LONGEST_MS: u64 = 10_000;
/// A router that hangs behind another one's line is held for so many of that one's intervals.
const PARENT_INTERVALS: u64 = 2;

impl Engine {
    /// Time passes: to be called about once a second.
    pub fn pass(&mut self, now: Moment) {
        let begun = *self.begun.get_or_insert(now);
        let passed_ms = self.passed.map(|before| now.mono_ms.saturating_sub(before.mono_ms));
        let passed_ms = passed_ms.filter(|passed| *passed <= LONGEST_MS);
        self.passed = Some(now);
        let rules: Vec<Arc<Rule>> = self.rules.iter().filter(|rule| is_of_time(rule)).cloned().collect();
        if !rules.is_empty() {
            let ids: Vec<RouterId> = self.routers.keys().cloned().collect();
            for id in ids {
                let Some(watch) = self.routers.remove(&id) else { continue };
                for rule in rules.iter().filter(|rule| rule.watches(&id, &watch.facts.tags)) {
                    self.pass_router(rule, &watch, (begun, passed_ms), now);
                }
                self.routers.insert(id, watch);
            }
        }
        self.remind(now);
        self.tell(now);
    }

    fn pass_router(
        &mut self,
        rule: &Arc<Rule>,
        watch: &RouterWatch,
        (begun, passed_ms): (Moment, Option<u64>),
        now: Moment,
    ) {
        let key = Key { router: Some(watch.facts.id.clone()), rule: rule.id.clone(), line: None };
        let started = now.mono_ms.saturating_sub(begun.mono_ms) >= START_MS.max(3 * watch.interval_ms);
        // Its own trouble, or somebody else's?
        let cause = self.cause(&watch.facts.id);
        let (verdict, detail) = match (rule.kind, &watch.reach) {
            (Kind::RouterUnreachable, Reach::Failing { .. }) if cause.is_some() => (Verdict::Unknown, None),
            (Kind::RouterUnreachable, Reach::Failing { reason, long: true }) if watch.judged || started => {
                (Verdict::Hit(None), Some((*reason).to_owned()))
            }
            (Kind::NoData, Reach::Failing { .. }) => (Verdict::Unknown, None),
            (Kind::NoData, _) => {
                let newest = watch.newest_mono_ms.unwrap_or(begun.mono_ms);
                let is_late = now.mono_ms.saturating_sub(newest) > (3 * watch.interval_ms).max(START_MS / 2);
                let known = watch.newest_mono_ms.is_some() || started;
                match (is_late, known) {
                    (true, true) => (Verdict::Hit(None), None),
                    (true, false) => (Verdict::Unknown, None),
                    (false, _) => (Verdict::Clear, None),
                }
            }
            (_, Reach::Reached) => (Verdict::Clear, None),
            _ => (Verdict::Unknown, None),
        };
        let interval = self.parents.get(&watch.facts.id).and_then(|parents| {
            parents.iter().filter_map(|(_, parent)| Some(self.routers.get(parent)?.interval_ms)).max()
        });
        let about = About {
            // It was last known to live when it was read last.
            since_ms: watch.newest_ms,
            first: !watch.judged,
            detail,
            fire_ms: interval.map(|interval| PARENT_INTERVALS * interval),
            ..About::default()
        };
        let seen = Seen { verdict, passed_ms, watched_ms: now.mono_ms, changes: None };
        self.advance(rule, &key, seen, (now.unix_ms, &about), watch, now);
    }

    /// Routers that hang behind a router that came back are given their whole time.
    pub(super) fn wait_anew_behind(&mut self, router: &RouterId) {
        let parents = &self.parents;
        if parents.is_empty() {
            return;
        }
        let hangs = |key: &Key| {
            let id = key.router.as_ref();
            id.and_then(|id| parents.get(id)).is_some_and(|of| of.iter().any(|(_, parent)| parent == router))
        };
        for (key, instance) in self.instances.iter_mut() {
            if key.line.is_none() && hangs(key) {
                instance.course.wait_anew();
            }
        }
    }

    /// Tells again what nobody looks after.
    fn remind(&mut self, now: Moment) {
        if self.rules.iter().all(|rule| rule.repeat_ms.is_none()) {
            return;
        }
        for (key, instance) in self.instances.iter_mut() {
            let Some(rule) = self.by_id.get(&key.rule) else { continue };
            let Some((repeat_ms, alert)) = rule.repeat_ms.zip(instance.alert.as_mut()) else { continue };
            let stands = matches!(alert.state, State::Firing | State::Flapping);
            if !stands || alert.owes.is_some() || alert.acknowledged.is_some() || alert.told.is_empty() {
                continue;
            }
            let last = alert.reminded_ms.or(alert.told.values().map(|told| told.at_ms).max()).unwrap_or(now.unix_ms);
            if now.unix_ms.saturating_sub(last) < i64::try_from(repeat_ms).unwrap_or(i64::MAX) {
                continue;
            }
            (alert.owes, alert.untold, alert.reminded_ms) =
                (Some(NoticeKind::Reminder), Some(Untold::Gathering), Some(now.unix_ms));
            self.batch.alerts.insert(alert.id.clone(), alert.clone());
            self.owing.insert(key.clone());
        }
    }
}

/// Whether a rule is about routers as a whole, and judged as time passes.
fn is_of_time(rule: &Rule) -> bool {
    rule.enabled
        && match rule.kind {
            Kind::RouterUnreachable => true,
            Kind::NoData => rule.scope() == Scope::Router,
            _ => false,
        }
}
