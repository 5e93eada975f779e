//! What only happens, and is told once: a reboot, a quota that was used up, a percentile that came to a bound.

use std::sync::Arc;

use super::engines::Engine;
use super::facts::{Moment, UsageFacts};
use super::instances::{Instance, Key};
use super::router_watch::RouterWatch;
use super::samples::{About, alert};
use crate::rule::{Kind, Rule};
use crate::state::{Alert, Ended, State};
use crate::{NoticeKind, Untold};

/// Two moments that a router was started at are one if they are this near, ms: what it tells is in whole seconds, and its
/// clock drifts.
const SAME_START_MS: i64 = 120_000;
/// A reboot is seen first by the counters and then by the uptime, or the other way round, within this time, ms.
const SAME_REBOOT_MS: i64 = 1_800_000;

impl Engine {
    /// The router was started anew at about this time.
    pub(super) fn rebooted(&mut self, watch: &mut RouterWatch, at_ms: i64, boot_ms: i64, now: Moment) {
        if watch.reboot_told_ms.is_some_and(|told| (at_ms - told).abs() < SAME_REBOOT_MS) {
            return;
        }
        watch.reboot_told_ms = Some(at_ms);
        let rules = self.rules.clone();
        let id = watch.facts.id.clone();
        let asks = |rule: &&Arc<Rule>| {
            rule.enabled && rule.kind == Kind::RouterRebooted && rule.watches(&id, &watch.facts.tags)
        };
        for rule in rules.iter().filter(asks) {
            let key = Key { router: Some(id.clone()), rule: rule.id.clone(), line: None };
            let about = About { first: !watch.judged, began_unseen: !watch.judged, ..About::default() };
            let mut one = alert(rule, &key, Some(&watch.facts.name), boot_ms, &about, now);
            (one.state, one.fired_ms, one.cleared_ms) = (State::Cleared, Some(at_ms), Some(at_ms));
            one.ended = Some(Ended::Happened);
            self.happened(one);
        }
    }

    /// What a router says of how long it runs.
    pub(super) fn runs_since(&mut self, watch: &mut RouterWatch, boot_ms: i64, now: Moment) {
        let before = watch.boot_ms;
        if before.is_none_or(|before| (boot_ms - before).abs() > SAME_START_MS) {
            self.batch.boots.insert(watch.facts.id.to_string(), boot_ms);
            watch.boot_ms = Some(boot_ms);
        }
        if before.is_some_and(|before| boot_ms - before > SAME_START_MS) {
            self.rebooted(watch, now.unix_ms, boot_ms, now);
        }
    }

    /// What lines used of their quotas; asked about once a minute. A line that is left out changes nothing.
    pub fn usage(&mut self, facts: &[UsageFacts], now: Moment) {
        for one in facts {
            let Some(rule) = self.by_id.get(&one.rule).filter(|rule| rule.enabled).cloned() else { continue };
            let Some(watch) = self.routers.remove(&one.router) else { continue };
            self.used(&rule, one, &watch, now);
            self.routers.insert(one.router.clone(), watch);
        }
        self.tell(now);
    }

    fn used(&mut self, rule: &Arc<Rule>, one: &UsageFacts, watch: &RouterWatch, now: Moment) {
        let key = Key { router: Some(one.router.clone()), rule: rule.id.clone(), line: Some(one.interface.clone()) };
        let before = self.instances.get(&key).and_then(|instance| instance.alert.as_ref());
        match before.map(|alert| alert.detail.as_deref() == Some(one.period.as_str())) {
            // It was told already in this period.
            Some(true) => return,
            // Another one began: silently.
            Some(false) => self.end(&key, Ended::PeriodOver, now),
            None => {}
        }
        let Some(value) = usage_value(rule, one, watch).filter(|value| *value >= rule.bound) else { return };
        let about = About { detail: Some(one.period.clone()), ..About::default() };
        let mut told = alert(rule, &key, Some(&watch.facts.name), now.unix_ms, &about, now);
        (told.state, told.fired_ms, told.value) = (State::Firing, Some(now.unix_ms), Some(value));
        (told.owes, told.untold) = (Some(NoticeKind::Fired), Some(Untold::Gathering));
        self.batch.alerts.insert(told.id.clone(), told.clone());
        self.owing.insert(key.clone());
        self.instances.insert(key, Instance { alert: Some(told), ..Instance::default() });
        self.changed = true;
    }

    /// Something is over as soon as it happened, and is told all the same.
    fn happened(&mut self, mut alert: Alert) {
        (alert.owes, alert.untold) = (Some(NoticeKind::Fired), Some(Untold::Gathering));
        self.batch.alerts.insert(alert.id.clone(), alert.clone());
        self.owed.entry(alert.router.clone()).or_default().push(alert);
        (self.fresh, self.changed) = (true, true);
    }
}

fn usage_value(rule: &Rule, one: &UsageFacts, watch: &RouterWatch) -> Option<f64> {
    let lines = &watch.facts.lines;
    let facts = lines.get(&*one.interface).copied().unwrap_or_default();
    let side = facts.point_of_view.unwrap_or(one.side);
    rule.usage_value(side.down_up(one.rx, one.tx), (facts.down_bps, facts.up_bps), one.link_bps)
}
