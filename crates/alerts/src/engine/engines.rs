//! The engine: its rules, its routers, and the alerts that are not over.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use lalin_stats::RouterId;

use super::batch::{Batch, Remembered};
use super::course::{Course, Phase, Waits};
use super::facts::{ChannelFacts, Maintenance, Moment, RouterFacts};
use super::instances::{Instance, Instances, Key};
use super::router_watch::{LineWatch, Reach, RouterWatch};
use crate::rule::{Kind, Rule, Target};
use crate::state::{Acknowledged, Alert, Ended, HeldBy, State};
use crate::{Kept, Notice, NoticeKind, Untold};

/// How the engine speaks of time.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// The zone of quiet hours and of the times in messages.
    pub zone: TimeZone,
}

/// The engine.
#[derive(Debug)]
pub struct Engine {
    pub(super) settings: EngineSettings,
    pub(super) rules: Arc<[Arc<Rule>]>,
    pub(super) by_id: HashMap<Arc<str>, Arc<Rule>>,
    /// Rules and routers are known: before that nothing is without them.
    known: (bool, bool),
    /// Another number with every change of rules or routers.
    pub(super) revision: u64,
    pub(super) routers: HashMap<RouterId, RouterWatch>,
    pub(super) instances: Instances,
    /// Those of them that owe a message.
    pub(super) owing: BTreeSet<Key>,
    /// What is over and owes a message, by router.
    pub(super) owed: HashMap<Option<String>, Vec<Alert>>,
    /// Something began or ended since it was told last.
    pub(super) fresh: bool,
    pub(super) channels: Vec<ChannelFacts>,
    pub(super) maintenance: Vec<Maintenance>,
    /// Behind which lines a router hangs: the rule that says so, the line's router.
    pub(super) parents: HashMap<RouterId, Vec<(Arc<Rule>, RouterId)>>,
    pub(super) begun: Option<Moment>,
    pub(super) passed: Option<Moment>,
    pub(super) batch: Batch,
    /// What stands is not as it was published.
    pub(super) changed: bool,
    /// A router was taken up, and is not looked through yet.
    took_up: bool,
    /// What routers and lines were before this run, for those that are not known yet.
    lines_before: HashMap<String, Vec<(Arc<str>, bool)>>,
    boots_before: HashMap<String, i64>,
}

/// No more are watched at once; what is beyond is said in the log.
pub(super) const MOST: usize = 100_000;

impl Engine {
    /// An engine that goes on where the run before ended.
    pub fn new(settings: EngineSettings, remembered: Remembered) -> Self {
        let Remembered { alerts, lines, boots } = remembered;
        let mut lines_before: HashMap<String, Vec<(Arc<str>, bool)>> = HashMap::new();
        for (router, line, up) in lines {
            lines_before.entry(router).or_default().push((line, up));
        }
        let mut this = Self {
            settings,
            rules: Arc::from([]),
            by_id: HashMap::new(),
            known: (false, false),
            revision: 0,
            routers: HashMap::new(),
            instances: Instances::default(),
            owing: BTreeSet::new(),
            owed: HashMap::new(),
            fresh: false,
            channels: Vec::new(),
            maintenance: Vec::new(),
            parents: HashMap::new(),
            begun: None,
            passed: None,
            batch: Batch::default(),
            changed: true,
            took_up: false,
            lines_before,
            boots_before: boots.into_iter().collect(),
        };
        alerts.into_iter().for_each(|alert| this.restore(alert));
        this
    }

    fn restore(&mut self, alert: Alert) {
        let phase = match alert.state {
            State::Cleared => {
                self.owed.entry(alert.router.clone()).or_default().push(alert);
                return;
            }
            State::Pending => Phase::Pending,
            // Whether it stays well is seen anew.
            State::Firing | State::Clearing => Phase::Firing,
            State::Flapping => Phase::Flapping,
        };
        let router = alert.router.as_ref().and_then(|id| id.parse().ok());
        let key = Key { router, rule: alert.rule.clone(), line: alert.interface.clone() };
        if alert.owes.is_some() {
            self.owing.insert(key.clone());
        }
        let mut alert = alert;
        if alert.state == State::Clearing {
            (alert.state, alert.cleared_ms) = (State::Firing, None);
        }
        let course = Course::restored(phase, alert.changes);
        self.instances.insert(key, Instance { course, alert: Some(alert), due_ms: 0 });
    }

    /// Watches by these rules from now on. Alerts of a rule that is gone, or means something else, end.
    pub fn set_rules(&mut self, rules: Vec<Rule>, now: Moment) {
        self.known.0 = true;
        self.rules = rules.into_iter().map(Arc::new).collect();
        self.by_id = self.rules.iter().rev().map(|rule| (rule.id.clone(), rule.clone())).collect();
        self.parents.clear();
        for rule in self.rules.iter().filter(|rule| rule.enabled && rule.kind == Kind::LineDown) {
            let Target::Line(router, _) = &rule.target else { continue };
            for child in rule.behind.iter().filter(|child| *child != router) {
                self.parents.entry(child.clone()).or_default().push((rule.clone(), router.clone()));
            }
        }
        self.look_through(now);
    }

    /// The rules by which it watches.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Watches these routers from now on, and no other.
    pub fn set_routers(&mut self, routers: Vec<RouterFacts>, now: Moment) {
        let mut before = std::mem::take(&mut self.routers);
        let mut same = before.len() == routers.len() && self.known.1 && !std::mem::take(&mut self.took_up);
        self.known.1 = true;
        for facts in routers {
            let watch = match before.remove(&facts.id) {
                Some(mut watch) => {
                    same &= watch.facts == facts;
                    watch.facts = facts;
                    watch
                }
                None => {
                    same = false;
                    self.remembered(facts)
                }
            };
            self.routers.insert(watch.facts.id.clone(), watch);
        }
        if !same {
            self.look_through(now);
        }
    }

    /// Goes on with a router that another machine watched until now, from what that one kept of it.
    pub fn take_up(&mut self, facts: RouterFacts, kept: Remembered) {
        let Remembered { alerts, lines, boots } = kept;
        let id = facts.id.clone();
        self.let_go(&id);
        let mine = |router: &str| router == id.as_str();
        let lines = lines.into_iter().filter(|(router, ..)| mine(router)).map(|(_, line, up)| (line, up));
        self.lines_before.insert(id.to_string(), lines.collect());
        self.boots_before.extend(boots.into_iter().filter(|(router, _)| mine(router)));
        alerts
            .into_iter()
            .filter(|alert| alert.router.as_deref() == Some(id.as_str()))
            .for_each(|one| self.restore(one));
        let mut watch = self.remembered(facts);
        // It was watched until now, only not here.
        watch.lines.values_mut().for_each(|line| line.from_before = false);
        self.routers.insert(id, watch);
        // Its rules may have changed while nobody watched it.
        (self.changed, self.took_up) = (true, true);
    }

    /// Messages that the machine before had not sent for certain; they are queued with that remark.
    pub fn take_up_messages(&mut self, unsent: Vec<(String, Notice)>) {
        self.batch.taken_up.extend(unsent);
    }

    /// What the next machine that watches a router has to know of it, but for messages that are on their way.
    pub fn kept(&self, router: &RouterId) -> Kept {
        let standing = self.instances.of_router(router).into_iter().flatten();
        let standing = standing.filter_map(|(_, instance)| instance.alert.clone());
        let owed = self.owed.get(&Some(router.to_string())).into_iter().flatten().cloned();
        let watch = self.routers.get(router);
        let lines = watch.into_iter().flat_map(|watch| &watch.lines).filter(|(_, line)| line.was_up);
        Kept {
            alerts: standing.chain(owed).collect(),
            lines: lines.map(|(line, watch)| (line.to_string(), watch.running)).collect(),
            boot_ms: watch.and_then(|watch| watch.boot_ms),
            unsent: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Another machine watches a router from now on: nothing of it ends, and nothing of it is told here any more.
    pub fn let_go(&mut self, router: &RouterId) {
        for key in self.instances.take_router(router).keys() {
            self.owing.remove(key);
        }
        let id = router.to_string();
        // Whoever watches it now writes what becomes of it.
        drop(self.batch.take_part(&id));
        self.lines_before.remove(&id);
        self.boots_before.remove(&id);
        self.owed.remove(&Some(id));
        self.routers.remove(router);
        self.changed = true;
    }

    /// A router with what was known of it in the run before.
    fn remembered(&mut self, facts: RouterFacts) -> RouterWatch {
        let lines = self.lines_before.remove(facts.id.as_str()).unwrap_or_default();
        let boot = self.boots_before.remove(facts.id.as_str());
        let mut watch = RouterWatch::new(facts);
        watch.lines = lines.into_iter().map(|(line, up)| (line, LineWatch::remembered(up))).collect();
        watch.boot_ms = boot;
        watch
    }

    /// Ends what nothing watches any more, and has every router's lines looked through again.
    fn look_through(&mut self, now: Moment) {
        self.revision += 1;
        self.routers.values_mut().for_each(RouterWatch::plan_anew);
        if self.known != (true, true) {
            return;
        }
        let orphans: Vec<(Key, Ended)> =
            self.instances.iter().filter_map(|(key, one)| Some((key.clone(), self.orphaned(key, one)?))).collect();
        for (key, why) in orphans {
            self.end(&key, why, now);
        }
    }

    fn orphaned(&self, key: &Key, instance: &Instance) -> Option<Ended> {
        let Some(rule) = self.by_id.get(&key.rule) else { return Some(Ended::RuleRemoved) };
        if !rule.enabled {
            return Some(Ended::RuleDisabled);
        }
        if instance.alert.as_ref().is_some_and(|alert| alert.meaning != rule.meaning()) {
            return Some(Ended::RuleChanged);
        }
        let router = key.router.as_ref()?;
        let watch = self.routers.get(router);
        let watched = watch.is_some_and(|watch| rule.watches(router, &watch.facts.tags));
        (!watched).then_some(Ended::TargetGone)
    }

    /// Ends an alert for another reason than that it is well.
    pub(super) fn end(&mut self, key: &Key, why: Ended, now: Moment) {
        let Some(instance) = self.instances.remove(key) else { return };
        self.owing.remove(key);
        self.changed = true;
        if let Some(mut alert) = instance.alert.filter(Alert::is_standing) {
            alert.ended = Some(why);
            alert.cleared_ms = Some(now.unix_ms);
            self.close(alert, NoticeKind::Cleared);
        }
    }

    /// An alert is over; where its fire was told, its end is.
    pub(super) fn close(&mut self, mut alert: Alert, said: NoticeKind) {
        alert.state = State::Cleared;
        let silent = matches!(alert.ended, Some(Ended::PeriodOver | Ended::Happened));
        let tells = !alert.told.is_empty() && !silent;
        (alert.owes, alert.untold) = (tells.then_some(said), tells.then_some(Untold::Gathering));
        self.batch.alerts.insert(alert.id.clone(), alert.clone());
        if tells {
            self.fresh = true;
            self.owed.entry(alert.router.clone()).or_default().push(alert);
        }
    }

    /// Tells on these channels from now on.
    pub fn set_channels(&mut self, channels: Vec<ChannelFacts>) {
        self.channels = channels;
    }

    /// Tells nothing of these times.
    pub fn set_maintenance(&mut self, maintenance: Vec<Maintenance>) {
        self.maintenance = maintenance;
    }

    /// Somebody looks after an alert, or no longer does. `None` where there is none of this id that stands.
    pub fn acknowledge(&mut self, id: &str, by: Option<Acknowledged>) -> Option<Alert> {
        let mut alerts = self.instances.iter_mut().filter_map(|(_, instance)| instance.alert.as_mut());
        let alert = alerts.find(|alert| &*alert.id == id && alert.is_standing())?;
        alert.acknowledged = by;
        self.batch.alerts.insert(alert.id.clone(), alert.clone());
        self.changed = true;
        Some(alert.clone())
    }

    /// Whether what stands is not as it was when this was asked last.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Every alert that is not over, those that are not told yet too.
    pub fn active(&self, now: Moment) -> Vec<Arc<Alert>> {
        let shown = self.instances.iter().filter_map(|(key, instance)| {
            let mut alert = instance.alert.clone()?;
            let rule = self.by_id.get(&key.rule);
            let waits = rule.map(|rule| Waits { fire_ms: rule.for_ms, keep_ms: rule.keep_ms });
            let left = waits.and_then(|waits| instance.course.clears_in_ms(waits));
            alert.clears_at_ms = left.map(|left| now.unix_ms + i64::try_from(left).unwrap_or(0));
            alert.held_by = self.held_by(key, rule);
            Some(Arc::new(alert))
        });
        shown.collect()
    }

    /// What holds an alert.
    fn held_by(&self, key: &Key, rule: Option<&Arc<Rule>>) -> Option<HeldBy> {
        let router = key.router.as_ref()?;
        if rule.is_some_and(|rule| rule.kind == Kind::RouterUnreachable) {
            return self.cause(router);
        }
        match self.routers.get(router)?.reach {
            Reach::Failing { reason, .. } => Some(HeldBy { router: router.clone(), reason: reason.to_owned() }),
            Reach::Unknown | Reach::Reached => None,
        }
    }

    /// What keeps a router from being reached that is not itself: the line behind which it hangs, or that line's router.
    pub(super) fn cause(&self, router: &RouterId) -> Option<HeldBy> {
        self.parents.get(router)?.iter().find_map(|(rule, parent)| {
            let held = |reason: String| HeldBy { router: parent.clone(), reason };
            if let Reach::Failing { reason, .. } = self.routers.get(parent)?.reach {
                return Some(held(reason.to_owned()));
            }
            let Target::Line(_, line) = &rule.target else { return None };
            let mut of_line = self.instances.of_rule(parent, &rule.id);
            let down = of_line.any(|(_, instance)| instance.course.phase != Phase::Inactive);
            down.then(|| held(format!("line-down:{line}")))
        })
    }

    /// What is to be written and sent; whoever takes it writes it, or gives it back.
    pub fn take_batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// It could not be written: it is tried with the next one.
    pub fn put_back(&mut self, batch: Batch) {
        self.batch.take_back(batch);
    }

    /// Whether nothing is to be written.
    pub fn is_written(&self) -> bool {
        self.batch.is_empty()
    }
}
