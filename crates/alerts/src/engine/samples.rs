//! A sample, or a state, comes in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use lalin_stats::{Frame, GapReason, RouterId, RouterState};

use super::course::{Seen, Turn, Verdict, Waits};
use super::engines::{Engine, MOST};
use super::facts::{DiskFacts, Moment, SystemFacts};
use super::instances::{Instance, Key};
use super::judge;
use super::router_watch::{Reach, RouterWatch};
use crate::rule::{Kind, Rule};
use crate::state::{Alert, Ended, State};
use crate::{NoticeKind, Untold};

/// What is known of the thing beside the verdict.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    /// Since when it is as it is, where that is not the sample's own time, ms since 1970.
    pub(super) since_ms: Option<i64>,
    /// It is the first time in this run that it is judged.
    pub(super) first: bool,
    /// It is bad now and was well when Lalin ended.
    pub(super) began_unseen: bool,
    /// More about why.
    pub(super) detail: Option<String>,
    /// How long it has to last at least, ms.
    pub(super) fire_ms: Option<u64>,
}

/// A router that was not read for so many intervals is known no more.
const INTERVALS: u64 = 3;
/// A router is asked what it is about once a minute.
const SYSTEM_GAP_MS: u64 = 240_000;

impl Engine {
    /// How often a router is read, and how that goes.
    pub fn state(&mut self, router: &RouterId, state: &RouterState, interval_ms: u64, _now: Moment) {
        let Some(watch) = self.routers.get_mut(router) else { return };
        watch.interval_ms = interval_ms.max(100);
        let reach = match state {
            RouterState::Stale(failure) => Reach::Failing { reason: failure.reason.code(), long: false },
            RouterState::Unreachable(failure) => Reach::Failing { reason: failure.reason.code(), long: true },
            RouterState::Live => Reach::Reached,
            // It is not asked, or not yet: what was known stays.
            RouterState::Idle | RouterState::Connecting => return,
        };
        if watch.reach == reach {
            return;
        }
        if matches!(watch.reach, Reach::Failing { long: true, .. }) && reach == Reach::Reached {
            watch.settling = true;
            // What hung behind it may need its time too.
            self.wait_anew_behind(router);
        }
        if let Some(watch) = self.routers.get_mut(router) {
            watch.reach = reach;
        }
        self.changed = true;
    }

    /// A sample.
    pub fn tick(&mut self, frame: &Frame, now: Moment) {
        let Some(mut watch) = self.routers.remove(&frame.router) else { return };
        self.sample(&mut watch, frame, now);
        self.routers.insert(frame.router.clone(), watch);
        self.tell_of(&frame.router, now);
    }

    fn sample(&mut self, watch: &mut RouterWatch, frame: &Frame, now: Moment) {
        let at_ms = i64::try_from(frame.unix_ms).unwrap_or(i64::MAX);
        let longest = INTERVALS * watch.interval_ms;
        let passed_ms = frame.elapsed.map(|elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        let passed_ms = passed_ms.filter(|passed| *passed <= longest);
        let was_away = watch.newest_mono_ms.is_some_and(|newest| now.mono_ms.saturating_sub(newest) > longest)
            || matches!(watch.reach, Reach::Failing { long: true, .. });
        if watch.reach != Reach::Reached {
            (watch.reach, self.changed) = (Reach::Reached, true);
        }
        (watch.newest_ms, watch.newest_mono_ms) = (Some(at_ms), Some(now.mono_ms));
        watch.watched_ms += passed_ms.unwrap_or(0);
        if frame.gap.iter().flat_map(|parts| parts.iter()).any(|part| part.reason == GapReason::Rebooted) {
            self.rebooted(watch, at_ms, at_ms, now);
        }
        if !watch.is_planned(frame.revision, self.revision) {
            self.plan(watch, frame);
        }
        let settling = watch.judged && (was_away || watch.settling);
        let news = watch.see_links(frame, watch.judged && !settling && passed_ms.is_some());
        for (line, up) in news {
            self.batch.lines.insert((frame.router.to_string(), line), up);
        }
        if settling {
            watch.settling = false;
            return;
        }
        let first = !watch.judged;
        watch.judged = true;
        self.judge(watch, frame, (at_ms, passed_ms, first), now);
        if first {
            watch.lines.values_mut().for_each(|line| line.from_before = false);
        }
        if std::mem::take(&mut watch.is_new_plan) {
            self.end_gone(watch, frame, now);
        }
    }

    /// Looks through the lines for those that rules watch.
    fn plan(&mut self, watch: &mut RouterWatch, frame: &Frame) {
        for (old, new) in watch.follow_renames(frame) {
            self.rename(&frame.router, &old, &new);
        }
        // What has an alert is watched on, whatever the line is now.
        let mut standing: HashMap<Arc<str>, Vec<Arc<str>>> = HashMap::new();
        for key in self.instances.of_router(&frame.router).into_iter().flat_map(|mine| mine.keys()) {
            if let Some(line) = &key.line {
                standing.entry(key.rule.clone()).or_default().push(line.clone());
            }
        }
        watch.bring_plan(frame, (&self.rules, self.revision), &standing);
    }

    fn judge(
        &mut self,
        watch: &RouterWatch,
        frame: &Frame,
        (at_ms, passed_ms, first): (i64, Option<u64>, bool),
        now: Moment,
    ) {
        for watched in &watch.plan {
            let rule = &watched.rule;
            // Most rules have nothing to tell of most routers: then no line of it is looked up.
            let any = self.instances.of_rule(&frame.router, &rule.id).next().is_some();
            let key = |line: &Arc<str>| Key {
                router: Some(frame.router.clone()),
                rule: rule.id.clone(),
                line: Some(line.clone()),
            };
            let present = watched.places.iter().filter_map(|at| Some((Some(*at), &frame.identities.get(*at)?.key)));
            for (at, name) in present.chain(watched.missing.iter().map(|name| (None, name))) {
                let stands = any && self.instances.contains(&key(name));
                let verdict = match at {
                    Some(at) => judge::of_line(rule, watch, frame, at, stands),
                    None => judge::of_missing(rule, watch, name, stands),
                };
                let link = if first || rule.kind.is_of_links() { watch.lines.get(name) } else { None };
                let changes = match rule.kind {
                    Kind::LineDown => Some(link.map_or(0, |line| line.changes)),
                    // It is itself the count.
                    Kind::Flapping => Some(0),
                    _ => None,
                };
                if !stands && !matches!(verdict, Verdict::Hit(_)) && changes.unwrap_or(0) == 0 {
                    continue;
                }
                let about = About {
                    first,
                    began_unseen: first && link.is_some_and(|line| line.from_before && line.was_up),
                    detail: at.is_none().then(|| "gone".to_owned()),
                    ..About::default()
                };
                let seen = Seen { verdict, passed_ms, watched_ms: watch.watched_ms, changes };
                self.advance(rule, &key(name), seen, (at_ms, &about), watch, now);
            }
        }
    }

    /// What a router tells of itself; asked about once a minute.
    pub fn system(&mut self, router: &RouterId, facts: SystemFacts, now: Moment) {
        let Some(mut watch) = self.routers.remove(router) else { return };
        let passed_ms = watch.system_ms.map(|before| now.mono_ms.saturating_sub(before));
        let passed_ms = passed_ms.filter(|passed| *passed <= SYSTEM_GAP_MS);
        watch.system_ms = Some(now.mono_ms);
        if let Some(uptime) = facts.uptime_s {
            self.runs_since(&mut watch, now.unix_ms - i64::try_from(uptime * 1_000).unwrap_or(0), now);
        }
        let rules = self.rules.clone();
        let asks = |rule: &&Arc<Rule>| {
            let kinds = [Kind::CpuAbove, Kind::MemoryAbove, Kind::ClockOff];
            rule.enabled && kinds.contains(&rule.kind) && rule.watches(router, &watch.facts.tags)
        };
        for rule in rules.iter().filter(asks) {
            let key = Key { router: Some(router.clone()), rule: rule.id.clone(), line: None };
            let verdict = judge::of_system(rule, &facts);
            let seen = Seen { verdict, passed_ms, watched_ms: now.mono_ms, changes: None };
            self.advance(rule, &key, seen, (now.unix_ms, &About::default()), &watch, now);
        }
        self.routers.insert(router.clone(), watch);
        self.tell_of(router, now);
    }

    /// The disk that Lalin writes to; asked about once a minute.
    pub fn disk(&mut self, facts: DiskFacts, now: Moment) {
        let rules = self.rules.clone();
        for rule in rules.iter().filter(|rule| rule.enabled && rule.kind == Kind::DiskLow) {
            let key = Key { router: None, rule: rule.id.clone(), line: None };
            let seen = Seen {
                verdict: judge::of_disk(rule, facts),
                passed_ms: Some(60_000),
                watched_ms: now.mono_ms,
                changes: None,
            };
            self.advance_named(rule, &key, seen, (now.unix_ms, &About::default()), None, now);
        }
        self.tell(now);
    }

    pub(super) fn advance(
        &mut self,
        rule: &Arc<Rule>,
        key: &Key,
        seen: Seen,
        when: (i64, &About),
        watch: &RouterWatch,
        now: Moment,
    ) {
        self.advance_named(rule, key, seen, when, Some(&watch.facts.name), now);
    }

    fn advance_named(
        &mut self,
        rule: &Arc<Rule>,
        key: &Key,
        seen: Seen,
        (at_ms, about): (i64, &About),
        router_name: Option<&str>,
        now: Moment,
    ) {
        let is_hit = matches!(seen.verdict, Verdict::Hit(_));
        if !self.instances.contains(key) {
            if !is_hit && seen.changes.unwrap_or(0) == 0 {
                return;
            }
            if self.instances.len() >= MOST {
                tracing::warn!(rule = &*rule.id, "more alerts than are watched at once: one is left out");
                return;
            }
        }
        let instance = self.instances.bring(key);
        let fire_ms = about.fire_ms.map_or(rule.for_ms, |least| rule.for_ms.max(least));
        let turn = instance.course.step(seen, Waits { fire_ms, keep_ms: rule.keep_ms });
        if let (Verdict::Hit(value), Some(alert)) = (seen.verdict, &mut instance.alert) {
            alert.value = judge::worse(alert.value, value, rule.kind.is_below());
        }
        if let Some(alert) = &mut instance.alert {
            alert.changes = instance.course.changed;
        }
        if let Some(turn) = turn {
            let value = if let Verdict::Hit(value) = seen.verdict { value } else { None };
            let since_ms = about.since_ms.unwrap_or(at_ms);
            let new = || Alert { value, ..self::alert(rule, key, router_name, since_ms, about, now) };
            take_turn(instance, turn, at_ms, about, new);
            self.turned(key, turn, now);
        }
        if self.instances.get(key).is_some_and(|instance| instance.alert.is_none() && instance.course.is_idle()) {
            self.instances.remove(key);
        }
    }

    /// Writes down what a turn changed, and has it told.
    fn turned(&mut self, key: &Key, turn: Turn, now: Moment) {
        self.changed = true;
        let tells = matches!(turn, Turn::Fired | Turn::Flapping | Turn::Steady { stands: true });
        let behind = if tells { self.names_behind(key) } else { Vec::new() };
        let gathers = self.gathering_ms(key);
        let Some(instance) = self.instances.get_mut(key) else { return };
        match turn {
            Turn::Began | Turn::Dropped => return,
            Turn::Cleared | Turn::Steady { stands: false } => {
                self.owing.remove(key);
                if let Some(alert) = instance.alert.take() {
                    let said = if turn == Turn::Cleared { NoticeKind::Cleared } else { NoticeKind::Steady };
                    self.close(alert, said);
                }
                return;
            }
            Turn::Fired | Turn::Flapping | Turn::Steady { .. } => {
                let owes = match turn {
                    Turn::Flapping => NoticeKind::Flapping,
                    Turn::Steady { .. } if instance.alert.as_ref().is_some_and(|alert| !alert.told.is_empty()) => {
                        NoticeKind::Steady
                    }
                    _ => NoticeKind::Fired,
                };
                instance.due_ms = now.mono_ms + gathers;
                if let Some(alert) = &mut instance.alert {
                    (alert.owes, alert.untold, alert.behind) = (Some(owes), Some(Untold::Gathering), behind);
                    self.owing.insert(key.clone());
                    self.fresh = true;
                }
            }
            Turn::Clearing | Turn::Again => {}
        }
        if let Some(alert) = &instance.alert {
            self.batch.alerts.insert(alert.id.clone(), alert.clone());
        }
    }

    /// A line is called otherwise now.
    fn rename(&mut self, router: &RouterId, old: &Arc<str>, new: &Arc<str>) {
        let mine = self.instances.of_router(router).into_iter().flat_map(|mine| mine.keys());
        let keys: Vec<Key> = mine.filter(|key| key.line.as_ref() == Some(old)).cloned().collect();
        for key in keys {
            let Some(mut instance) = self.instances.remove(&key) else { continue };
            if let Some(alert) = &mut instance.alert {
                alert.interface = Some(new.clone());
                if alert.is_standing() {
                    self.batch.alerts.insert(alert.id.clone(), alert.clone());
                }
            }
            let renamed = Key { line: Some(new.clone()), ..key.clone() };
            if self.owing.remove(&key) {
                self.owing.insert(renamed.clone());
            }
            self.instances.insert(renamed, instance);
            self.changed = true;
        }
    }

    /// Ends the alerts of lines that an operator took away. What is named in a rule is waited for.
    fn end_gone(&mut self, watch: &RouterWatch, frame: &Frame, now: Moment) {
        let Some(mine) = self.instances.of_router(&watch.facts.id) else { return };
        let mut there: HashMap<&Arc<str>, HashSet<&Arc<str>>> = HashMap::new();
        for watched in &watch.plan {
            let present = watched.places.iter().filter_map(|at| frame.identities.get(*at));
            let lines = present.map(|identity| &identity.key).chain(&watched.missing);
            there.entry(&watched.rule.id).or_default().extend(lines);
        }
        // Quotas and percentiles are of lines too that are not there now.
        let of_samples = |key: &Key| self.by_id.get(&key.rule).is_some_and(|rule| !rule.kind.is_event());
        let is_gone = |key: &&Key| {
            let Some(line) = &key.line else { return false };
            of_samples(key) && !there.get(&key.rule).is_some_and(|lines| lines.contains(line))
        };
        let gone: Vec<Key> = mine.keys().filter(is_gone).cloned().collect();
        for key in gone {
            self.end(&key, Ended::TargetGone, now);
        }
    }
}

/// The alert of a thing, as it begins.
pub(super) fn alert(
    rule: &Rule,
    key: &Key,
    router_name: Option<&str>,
    since_ms: i64,
    about: &About,
    now: Moment,
) -> Alert {
    let said = format!("{:?} {since_ms} {}", key, now.unix_ms);
    let hash = ring::digest::digest(&ring::digest::SHA256, said.as_bytes());
    Alert {
        id: HEXLOWER.encode(&hash.as_ref()[..10]).into(),
        router_name: router_name.map(str::to_owned),
        detail: about.detail.clone(),
        began_unseen: about.began_unseen,
        ..Alert::of(rule, key.router.as_ref().map(ToString::to_string), key.line.clone(), since_ms)
    }
}

/// Brings an instance's alert to where its course is.
fn take_turn(instance: &mut Instance, turn: Turn, at_ms: i64, about: &About, new: impl FnOnce() -> Alert) {
    if turn == Turn::Dropped {
        instance.alert = None;
        return;
    }
    let changed = instance.course.changed;
    let alert = instance.alert.get_or_insert_with(new);
    match turn {
        Turn::Began | Turn::Dropped => {}
        Turn::Fired => (alert.state, alert.fired_ms) = (State::Firing, Some(at_ms)),
        Turn::Clearing => {
            (alert.state, alert.cleared_ms, alert.ended_unseen) = (State::Clearing, Some(at_ms), about.first);
        }
        Turn::Again => (alert.state, alert.cleared_ms, alert.ended_unseen) = (State::Firing, None, false),
        Turn::Cleared => {
            alert.ended_unseen |= about.first;
            alert.cleared_ms.get_or_insert(at_ms);
        }
        Turn::Flapping => {
            (alert.state, alert.cleared_ms, alert.changes) = (State::Flapping, None, changed);
            alert.fired_ms.get_or_insert(at_ms);
        }
        Turn::Steady { stands } => {
            alert.changes = changed;
            if stands {
                alert.state = State::Firing;
            } else {
                alert.cleared_ms = Some(at_ms);
            }
        }
    }
}
