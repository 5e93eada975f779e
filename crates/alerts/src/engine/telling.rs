//! What is told, where, and when not.
//!
//! An alert owes a message from the moment it fired until that is queued, so that neither a restart nor quiet hours lose
//! one. What begins together is told together. A sample has told what began or ended with it, of its own router alone;
//! everything else is looked through once a second, so that what waits for the morning costs no sample anything.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use lalin_stats::RouterId;

use super::engines::Engine;
use super::facts::Moment;
use super::instances::Key;
use crate::rule::{Kind, Rule, Target};
use crate::state::{Alert, State, ToldOn};
use crate::{Notice, NoticeKind, Untold, text};

/// So long others are waited for that may belong into the same message, ms.
const GATHERING_MS: u64 = 10_000;
/// So many alerts are told as one.
const GROUP: usize = 3;

/// One alert that owes a message, and what is said of it.
struct Due {
    /// `None` for one that is over.
    key: Option<Key>,
    alert: Alert,
    said: NoticeKind,
    /// It was held back by quiet hours or maintenance.
    was_held: bool,
    group: (String, String),
}

impl Engine {
    /// Queues what is owed and may be told now.
    pub(super) fn tell(&mut self, now: Moment) {
        self.fresh = false;
        if self.owing.is_empty() && self.owed.is_empty() {
            return;
        }
        let keys: Vec<Key> = self.owing.iter().cloned().collect();
        let mut due = self.due(keys, now);
        for router in self.owed.keys().cloned().collect::<Vec<_>>() {
            due.extend(self.due_of_past(&router, now));
        }
        self.queue(due, now);
    }

    /// The same for what began or ended with a sample of this router.
    pub(super) fn tell_of(&mut self, router: &RouterId, now: Moment) {
        if !std::mem::take(&mut self.fresh) {
            return;
        }
        let first = Key { router: Some(router.clone()), rule: "".into(), line: None };
        let owing = self.owing.range((Bound::Included(first), Bound::Unbounded));
        let keys: Vec<Key> = owing.take_while(|key| key.router.as_ref() == Some(router)).cloned().collect();
        let mut due = self.due(keys, now);
        due.extend(self.due_of_past(&Some(router.to_string()), now));
        self.queue(due, now);
    }

    fn queue(&mut self, mut due: Vec<Due>, now: Moment) {
        if due.is_empty() {
            return;
        }
        let mut by_channel: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, one) in due.iter().enumerate() {
            for channel in self.channels_of(&one.alert, one.said) {
                by_channel.entry(channel).or_default().push(at);
            }
        }
        for (channel, places) in by_channel {
            let Some(language) = self.channels.iter().find(|one| one.id == channel).map(|one| one.language) else {
                continue;
            };
            for (said, group) in grouped(&due, places) {
                let alerts: Vec<&Alert> = group.iter().map(|at| &due[*at].alert).collect();
                let words = text::Words { language, zone: &self.settings.zone, now_ms: now.unix_ms };
                let stands = |fire: &str| self.stands(fire, &channel, alerts[0]);
                let notice = notice(said, &alerts, &channel, &words, stands);
                let told = ToldOn { notice: notice.id.clone(), key: notice.alert.clone(), at_ms: now.unix_ms };
                let tells_fire = matches!(said, NoticeKind::Fired | NoticeKind::Flapping | NoticeKind::Digest);
                for at in group.iter().filter(|_| tells_fire) {
                    due[*at].alert.told.entry(channel.clone()).or_insert_with(|| told.clone());
                }
                self.batch.notices.push((channel.clone(), notice));
            }
        }
        for mut one in due {
            (one.alert.owes, one.alert.untold) = (None, None);
            self.batch.alerts.insert(one.alert.id.clone(), one.alert.clone());
            if let Some(key) = one.key {
                self.owing.remove(&key);
                if let Some(instance) = self.instances.get_mut(&key) {
                    instance.alert = Some(one.alert);
                }
            }
        }
        self.changed = true;
    }

    /// Whether anything stands that a notice told of, beside this alert that was.
    fn stands(&self, fire: &str, channel: &str, over: &Alert) -> bool {
        let told = |alert: &Alert| alert.told.get(channel).is_some_and(|told| told.notice == fire);
        let router = over.router.as_ref().and_then(|id| id.parse::<RouterId>().ok());
        match router.filter(|_| over.interface.is_some() && !fire.ends_with(NoticeKind::Digest.word())) {
            // The lines of a router are told with none of another one.
            Some(router) => {
                let mine = self.instances.of_router(&router).into_iter().flatten();
                mine.filter_map(|(_, instance)| instance.alert.as_ref()).any(told)
            }
            None => self.instances.iter().filter_map(|(_, instance)| instance.alert.as_ref()).any(told),
        }
    }

    /// Alerts that stand, owe a message and may be told now. Of the others it is noted why not.
    fn due(&mut self, keys: Vec<Key>, now: Moment) -> Vec<Due> {
        let mut due = Vec::new();
        for key in keys {
            let Some(instance) = self.instances.get(&key) else {
                self.owing.remove(&key);
                continue;
            };
            let Some((alert, said)) = instance.alert.as_ref().and_then(|alert| Some((alert, alert.owes?))) else {
                self.owing.remove(&key);
                continue;
            };
            // What is well again already is waited for: it may never need to be told.
            let well = alert.state == State::Clearing && said == NoticeKind::Fired;
            if instance.due_ms > now.mono_ms || well || !alert.is_standing() {
                continue;
            }
            let held = self.held_back(alert, said, now);
            let alert = alert.clone();
            // Who looks after it need not be told in the morning.
            let taken = alert.acknowledged.is_some() && alert.untold != Some(Untold::Gathering);
            match held {
                None if taken && alert.told.is_empty() => {
                    self.owing.remove(&key);
                    self.note(&key, None);
                }
                None => due.push(Due::of(Some(key), alert, said)),
                Some(why) if alert.untold != Some(why) => self.note(&key, Some(why)),
                Some(_) => {}
            }
        }
        due
    }

    /// Writes down why something is not told; with `None`, that it need not be.
    fn note(&mut self, key: &Key, why: Option<Untold>) {
        let alert = self.instances.get_mut(key).and_then(|instance| instance.alert.as_mut());
        if let Some(alert) = alert {
            alert.untold = why;
            if why.is_none() {
                alert.owes = None;
            }
            self.batch.alerts.insert(alert.id.clone(), alert.clone());
            self.changed = true;
        }
    }

    /// What is over, owes a message and may be told now.
    fn due_of_past(&mut self, router: &Option<String>, now: Moment) -> Vec<Due> {
        let mut due = Vec::new();
        for mut alert in self.owed.remove(router).unwrap_or_default() {
            let Some(said) = alert.owes else { continue };
            match self.held_back(&alert, said, now) {
                None => due.push(Due::of(None, alert, said)),
                // What only happened and can be told nowhere is past.
                Some(Untold::NoChannel) => {
                    (alert.owes, alert.untold) = (None, Some(Untold::NoChannel));
                    self.batch.alerts.insert(alert.id.clone(), alert);
                }
                Some(why) => {
                    if alert.untold != Some(why) {
                        alert.untold = Some(why);
                        self.batch.alerts.insert(alert.id.clone(), alert.clone());
                    }
                    self.owed.entry(router.clone()).or_default().push(alert);
                }
            }
        }
        due
    }

    /// Why something is not told now.
    fn held_back(&self, alert: &Alert, said: NoticeKind, now: Moment) -> Option<Untold> {
        let concerns = |router: Option<&str>| router.is_none() || router == alert.router.as_deref();
        let maintained = self.maintenance.iter().any(|one| {
            (one.from_ms..one.to_ms).contains(&now.unix_ms) && concerns(one.router.as_ref().map(|id| id.as_str()))
        });
        if maintained {
            return Some(Untold::Maintenance);
        }
        let rule = self.rule_of(alert);
        if rule.and_then(|rule| rule.quiet).is_some_and(|quiet| quiet.has(self.minute_of_day(now))) {
            return Some(Untold::Quiet);
        }
        self.channels_of(alert, said).is_empty().then_some(Untold::NoChannel)
    }

    /// How long others are waited for that belong into the same message, ms.
    pub(super) fn gathering_ms(&self, key: &Key) -> u64 {
        // Routers are found dead one by one; the lines of one are read at once.
        if key.router.is_some() && key.line.is_none() { GATHERING_MS } else { 0 }
    }

    /// What hangs behind the thing that an alert is about.
    pub(super) fn names_behind(&self, key: &Key) -> Vec<String> {
        let Some(rule) = self.by_id.get(&key.rule) else { return Vec::new() };
        let of_line = rule.behind.iter();
        // A dead router takes with it what hangs behind its lines.
        let of_router = self.rules.iter().filter(|other| {
            let parent = matches!(&other.target, Target::Line(id, _) if key.router.as_ref() == Some(id));
            rule.kind == Kind::RouterUnreachable && other.enabled && parent
        });
        let ids = of_line.chain(of_router.flat_map(|rule| rule.behind.iter()));
        let mut names: Vec<String> = ids
            .map(|id| self.routers.get(id).map_or_else(|| id.to_string(), |router| router.facts.name.clone()))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn rule_of(&self, alert: &Alert) -> Option<&Arc<Rule>> {
        self.by_id.get(&alert.rule)
    }

    fn minute_of_day(&self, now: Moment) -> u16 {
        let at =
            Timestamp::from_millisecond(now.unix_ms).unwrap_or_default().to_zoned_datetime(self.settings.zone.clone());
        u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
    }

    /// Where something is told: the end of what was told only where its fire was.
    fn channels_of(&self, alert: &Alert, said: NoticeKind) -> Vec<String> {
        let exists = |id: &str| self.channels.iter().any(|channel| channel.id == id);
        let told = || alert.told.keys().filter(|id| exists(id)).cloned();
        if matches!(said, NoticeKind::Cleared | NoticeKind::Steady | NoticeKind::Reminder) {
            return told().collect();
        }
        let Some(rule) = self.rule_of(alert) else { return told().collect() };
        if rule.channels.is_empty() {
            return self.channels.iter().map(|channel| channel.id.clone()).collect();
        }
        rule.channels.iter().filter(|id| exists(id)).map(|id| id.to_string()).collect()
    }
}

impl Due {
    fn of(key: Option<Key>, alert: Alert, said: NoticeKind) -> Self {
        let was_held = matches!(alert.untold, Some(Untold::Quiet | Untold::Maintenance));
        // The lines of one router, or routers among each other.
        let of = alert.interface.as_ref().and(alert.router.clone()).unwrap_or_default();
        let group = (alert.rule.to_string(), of);
        Self { key, alert, said, was_held, group }
    }
}

/// What a channel is told together: what was held back as one digest, what begins or ends together as one message.
fn grouped(due: &[Due], places: Vec<usize>) -> Vec<(NoticeKind, Vec<usize>)> {
    let (held, fresh): (Vec<usize>, Vec<usize>) = places.into_iter().partition(|at| due[*at].was_held);
    let mut all = Vec::new();
    match held.len() {
        0 => {}
        1 => all.push((due[held[0]].said, held)),
        _ => all.push((NoticeKind::Digest, held)),
    }
    let mut groups: BTreeMap<(&str, &(String, String)), Vec<usize>> = BTreeMap::new();
    for at in fresh {
        groups.entry((due[at].said.word(), &due[at].group)).or_default().push(at);
    }
    for group in groups.into_values() {
        let said = due[group[0]].said;
        if group.len() >= GROUP {
            all.push((said, group));
        } else {
            all.extend(group.into_iter().map(|at| (said, vec![at])));
        }
    }
    all
}

/// The message for a channel. `stands`: whether anything stands that this notice told of.
fn notice(
    said: NoticeKind,
    alerts: &[&Alert],
    channel: &str,
    words: &text::Words<'_>,
    stands: impl Fn(&str) -> bool,
) -> Notice {
    let first = alerts[0];
    let told = |alert: &Alert| alert.told.get(channel).cloned();
    let moment = match said {
        NoticeKind::Cleared | NoticeKind::Steady => first.cleared_ms.unwrap_or(words.now_ms),
        NoticeKind::Reminder | NoticeKind::Digest => words.now_ms,
        _ => first.fired_ms.unwrap_or(words.now_ms),
    };
    let (title, body) = text::message(said, alerts, words);
    let single = alerts.len() == 1 && said != NoticeKind::Digest;
    let step = match said {
        // One alert may be told of this more than once.
        NoticeKind::Reminder | NoticeKind::Flapping | NoticeKind::Steady => {
            format!("{}-{}", said.word(), first.reminded_ms.unwrap_or(0).max(i64::from(first.changes)))
        }
        _ => said.word().to_owned(),
    };
    let (id, key) = if single {
        let key = told(first).map_or_else(|| first.id.to_string(), |told| told.key);
        (format!("{}-{step}", first.id), key)
    } else {
        let ids: Vec<&str> = alerts.iter().map(|alert| &*alert.id).collect();
        let hash = ring::digest::digest(&ring::digest::SHA256, ids.join(" ").as_bytes());
        let hash = HEXLOWER.encode(&hash.as_ref()[..10]);
        // Those that were told together end in the same order.
        let before = told(first).map(|told| told.key).filter(|_| !matches!(said, NoticeKind::Digest));
        (format!("{hash}-{step}"), before.unwrap_or_else(|| format!("group:{hash}")))
    };
    // A message is closed by another one only if nothing that it told of stands any more.
    let closes = matches!(said, NoticeKind::Cleared | NoticeKind::Steady) && first.state == State::Cleared;
    let fire = told(first).map(|told| told.notice).filter(|fire| closes && !stands(fire));
    let answers = fire.filter(|fire| alerts.iter().all(|alert| told(alert).is_some_and(|told| told.notice == *fire)));
    let shared = |of: fn(&Alert) -> Option<&str>| {
        let value = of(first);
        value.filter(|_| alerts.iter().all(|alert| of(alert) == value)).map(str::to_owned)
    };
    let router = shared(|alert| alert.router.as_deref());
    // Of several routers one, and the same one whoever composes it.
    let told_with = alerts.iter().filter_map(|alert| alert.router.as_deref()).min().filter(|_| router.is_none());
    Notice {
        id,
        alert: key,
        kind: said,
        severity: alerts.iter().map(|alert| alert.severity).max().unwrap_or_default(),
        rule: first.rule_name.clone(),
        told_with: told_with.map(str::to_owned),
        router,
        interface: shared(|alert| alert.interface.as_deref()),
        title,
        text: body,
        language: words.language,
        at_ms: moment,
        since_ms: alerts.iter().map(|alert| alert.since_ms).min().unwrap_or(moment),
        answers,
    }
    .shortened()
}
