//! The task that claims, hands over and lets go: what the table decides becomes writes, and what stands in the bucket
//! becomes events.
//!
//! A router is held here when the bucket says so, whoever told: the answer to the claim, the bucket's news, or a look at
//! the key after an answer was lost.
//!
//! Long because every way a hold can change ends here, in one state that is not worth being torn apart.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use lalin_stats::RouterId;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::event::{Held, HoldEvent, LostReason, RouterPlace};
use super::record::HoldRecord;
use super::shared::{NodeState, Shared};
use super::table::{Known, Silent, Table};
use super::writes::{Done, Writes};
use crate::connection::{Bucket, Entry, Step, unpart};
use crate::error::Error;
use crate::lease::{BootTime, HoldOver, NodeSettings, Standing};

/// Keeps one node's holds.
pub(super) struct Keeper {
    nodes: Bucket,
    holds: Bucket,
    collects: bool,
    shared: Arc<Shared>,
    hold_over: HoldOver,
    events: mpsc::Sender<HoldEvent>,
    table: Table,
    standing: Option<Standing>,
    /// What this node holds under its present lease.
    held: BTreeMap<RouterId, Letting>,
    writes: Writes,
    /// Events that wait for their reader.
    outbox: VecDeque<HoldEvent>,
    /// Something changed since the last review.
    changed: bool,
    /// Both buckets were read as a whole.
    has_read: (bool, bool),
    /// Nothing new is written before.
    not_before: BootTime,
    next_move: BootTime,
    next_look: BootTime,
    stopping: bool,
}

/// Whether a held router is being let go.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Letting {
    No,
    /// Its session is being closed.
    Closing {
        next: Option<String>,
    },
    /// It is closed; the key is written.
    Closed {
        next: Option<String>,
    },
}

impl Keeper {
    pub(super) fn new(
        nodes: Bucket,
        holds: Bucket,
        settings: &NodeSettings,
        shared: Arc<Shared>,
        hold_over: HoldOver,
        events: mpsc::Sender<HoldEvent>,
    ) -> Self {
        Self {
            writes: Writes::new(nodes.clone(), holds.clone()),
            nodes,
            holds,
            collects: settings.roles.collect,
            shared,
            hold_over,
            events,
            table: Table::new(&settings.node, settings.site.as_deref()),
            standing: None,
            held: BTreeMap::new(),
            outbox: VecDeque::new(),
            changed: true,
            has_read: (false, false),
            not_before: BootTime::default(),
            next_move: BootTime::now() + MOVE_EACH,
            next_look: BootTime::default(),
            stopping: false,
        }
    }

    /// Until it is stopped and everything is let go, or its time for that is over.
    pub(super) async fn run(
        mut self,
        mut routers: watch::Receiver<Arc<[RouterPlace]>>,
        mut standing: watch::Receiver<Option<Standing>>,
        stop: CancellationToken,
    ) {
        let mut node_steps = self.nodes.follow();
        let mut hold_steps = self.holds.follow();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_call: Option<Instant> = None;
        let (shared, events) = (self.shared.clone(), self.events.clone());
        self.list(&routers.borrow_and_update().clone());
        self.lease(standing.borrow_and_update().clone());
        loop {
            tokio::select! {
                Some(step) = node_steps.next() => self.node_step(step),
                Some(step) = hold_steps.next() => self.hold_step(step),
                Ok(()) = routers.changed() => self.list(&routers.borrow_and_update().clone()),
                Ok(()) = standing.changed() => self.lease(standing.borrow_and_update().clone()),
                Some(done) = self.writes.next(), if !self.writes.is_empty() => self.done(done),
                () = shared.closed_some.notified() => self.closed(),
                Ok(permit) = events.reserve(), if !self.outbox.is_empty() => {
                    if let Some(event) = self.outbox.pop_front() {
                        permit.send(event);
                    }
                }
                () = stop.cancelled(), if !self.stopping => {
                    self.stopping = true;
                    last_call = Some(Instant::now() + LETTING_GO);
                    self.let_all_go();
                }
                _ = ticks.tick() => self.tick(BootTime::now()),
            }
            if let Some(last_call) = last_call {
                let late = Instant::now() > last_call;
                if late && !self.held.is_empty() {
                    tracing::warn!(routers = self.held.len(), "not every router was let go in time");
                }
                if late || self.held.is_empty() {
                    return;
                }
            }
        }
    }

    fn node_step(&mut self, step: Step) {
        let now = BootTime::now();
        match step {
            Step::All(entries) => {
                for entry in &entries {
                    self.table.nodes.apply(entry, now);
                }
                self.has_read.0 = true;
                self.changed = true;
            }
            Step::Written(entry) => self.changed |= self.table.nodes.apply(&entry, now),
            Step::Whole(_) => {}
        }
    }

    fn hold_step(&mut self, step: Step) {
        match step {
            Step::All(entries) => {
                for entry in &entries {
                    self.seen(entry);
                }
                self.has_read.1 = true;
                self.changed = true;
            }
            Step::Written(entry) => self.seen(&entry),
            Step::Whole(_) => {}
        }
    }

    /// The list of routers: those of this site are this node's affair.
    fn list(&mut self, places: &[RouterPlace]) {
        let own = places.iter().filter(|place| place.site == self.table.site);
        self.table.routers = own.map(|place| place.id.clone()).collect();
        let gone: Vec<RouterId> =
            self.held.keys().filter(|router| !self.table.routers.contains(*router)).cloned().collect();
        for router in gone {
            self.let_go(&router, None, LostReason::Removed);
        }
        self.changed = true;
    }

    /// The lease began or is over; with it, everything that was held.
    fn lease(&mut self, standing: Option<Standing>) {
        if let Some(old) = self.standing.take() {
            self.table.nodes.has_ended(&old.incarnation);
        }
        for router in std::mem::take(&mut self.held).into_keys() {
            self.outbox.push_back(HoldEvent::Lost { router, reason: LostReason::Expired });
        }
        self.standing = standing;
        self.changed = true;
        self.count();
    }

    /// A hold as it stands in the bucket.
    fn seen(&mut self, entry: &Entry) {
        let Ok(router) = unpart(&entry.key).parse::<RouterId>() else { return };
        if let Some(record) = HoldRecord::parse(&entry.value) {
            self.stands(&router, record, entry.revision);
        }
    }

    fn stands(&mut self, router: &RouterId, record: HoldRecord, revision: u64) {
        if self.table.holds.get(router).is_some_and(|known| known.revision >= revision) {
            return;
        }
        match &record.node {
            Some(node) => {
                let held = Held { node: node.clone(), epoch: record.epoch };
                self.shared.holders.insert(router.clone(), held);
            }
            None => drop(self.shared.holders.remove(router)),
        }
        let current = self.standing.as_ref();
        let mine = record.node.as_deref() == Some(self.table.node.as_str())
            && current.is_some_and(|standing| record.incarnation.as_deref() == Some(&standing.incarnation));
        let epoch = record.epoch;
        self.table.holds.insert(router.clone(), Known { record, revision });
        self.changed = true;
        if mine && !self.held.contains_key(router) {
            if let Some(standing) = current {
                let fence = standing.fence.clone();
                self.outbox.push_back(HoldEvent::Claimed { router: router.clone(), epoch, fence });
            }
            self.held.insert(router.clone(), Letting::No);
            if self.stopping {
                self.let_go(router, self.table.first_other(router, BootTime::now()), LostReason::Shutdown);
            } else if !self.table.routers.contains(router) {
                self.let_go(router, None, LostReason::Removed);
            }
        } else if !mine && let Some(letting) = self.held.remove(router) {
            // Written by nobody but this node, unless something is very wrong.
            if matches!(letting, Letting::No) {
                tracing::error!(router = %router, "another node holds a router that this one holds");
                self.outbox.push_back(HoldEvent::Lost { router: router.clone(), reason: LostReason::Taken });
            }
        }
        self.count();
    }

    fn let_go(&mut self, router: &RouterId, next: Option<String>, reason: LostReason) {
        if let Some(letting) = self.held.get_mut(router)
            && *letting == Letting::No
        {
            *letting = Letting::Closing { next };
            self.outbox.push_back(HoldEvent::Lost { router: router.clone(), reason });
        }
    }

    fn let_all_go(&mut self) {
        let now = BootTime::now();
        for router in self.held.keys().cloned().collect::<Vec<_>>() {
            let next = self.table.first_other(&router, now);
            self.let_go(&router, next, LostReason::Shutdown);
        }
    }

    /// Sessions were closed: the keys can be written.
    fn closed(&mut self) {
        let closed = std::mem::take(&mut *self.shared.released.lock().unwrap_or_else(PoisonError::into_inner));
        for router in closed {
            if let Some(letting) = self.held.get_mut(&router)
                && let Letting::Closing { next } = letting
            {
                *letting = Letting::Closed { next: next.take() };
            }
        }
        self.write_closed(BootTime::now());
    }

    fn write_closed(&mut self, now: BootTime) {
        if now < self.not_before {
            return;
        }
        let ready = self.held.iter().filter_map(|(router, letting)| match letting {
            Letting::Closed { next } if !self.writes.is_busy(router) => Some((router.clone(), next.clone())),
            _ => None,
        });
        for (router, next) in ready.take(self.writes.room()).collect::<Vec<_>>() {
            if let Some(known) = self.table.holds.get(&router).cloned() {
                let record = known.record.released(next.as_deref());
                self.writes.write(router, record, known.revision);
            }
        }
    }

    fn tick(&mut self, now: BootTime) {
        self.write_closed(now);
        if self.has_read != (true, true) {
            return;
        }
        let look = self.changed || now >= self.next_look;
        if look {
            self.next_look = now + LOOK_EACH;
            self.tell(now);
        }
        let Some(standing) = self.standing.clone().filter(|_| self.collects && !self.stopping) else { return };
        // While somebody is silent, time alone changes what may be done; a second look each half second is enough for that.
        let silent = if look { self.table.review(&standing.incarnation, now) } else { Vec::new() };
        let promises = self.hold_over.promises.clone();
        let promised = |incarnation: &str| promises.bind(incarnation, now);
        if standing.fence.is_open() && now >= self.not_before {
            for silent in silent.into_iter().filter(|silent| !promised(&silent.incarnation)) {
                self.declare_ended(silent);
            }
        }
        let draining = self.shared.told.draining.load(Ordering::Relaxed);
        if draining {
            self.hand_over(now, DRAIN_EACH_TICK);
        } else if standing.fence.is_open() && now >= self.not_before {
            let claims = if self.table.has_claimable() {
                self.table.claims(&standing.incarnation, &promised, now, self.writes.busy(), self.writes.room())
            } else {
                Vec::new()
            };
            for claim in claims {
                self.writes.write(claim.router, claim.record, claim.revision);
            }
            if now >= self.next_move {
                self.next_move = now + MOVE_EACH;
                self.move_one(now);
            }
        }
    }

    /// Hands one router over, if this node has much too many and none is on its way.
    fn move_one(&mut self, now: BootTime) {
        if self.held.values().any(|letting| *letting != Letting::No) {
            return;
        }
        let held: Vec<RouterId> = self.held.keys().cloned().collect();
        if let Some((router, next)) = self.table.move_to_make(&held, now) {
            tracing::debug!(router = %router, %next, "handing a router over");
            self.let_go(&router, Some(next), LostReason::Moved);
        }
    }

    fn hand_over(&mut self, now: BootTime, most: usize) {
        let kept = self.held.iter().filter(|(_, letting)| **letting == Letting::No);
        for router in kept.map(|(router, _)| router.clone()).take(most).collect::<Vec<_>>() {
            if let Some(next) = self.table.first_other(&router, now) {
                self.let_go(&router, Some(next), LostReason::Moved);
            }
        }
    }

    /// Has a silent node's lease ended, unless it was renewed after all.
    fn declare_ended(&mut self, silent: Silent) {
        let incarnation = silent.incarnation.clone();
        if self.writes.end(silent, self.table.site.as_deref()) {
            // From now on its holder gets no promise from here.
            self.hold_over.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(incarnation);
        }
    }

    fn done(&mut self, done: Done) {
        let now = BootTime::now();
        match done {
            Done::Written { router, record, result } => match result {
                Ok(revision) => self.stands(&router, record, revision),
                Err(error) if error.changed_nothing() && error != Error::Conflict => {
                    self.not_before = now + RETRY;
                    tracing::debug!(router = %router, %error, "a hold was not written");
                }
                Err(Error::Conflict) => self.writes.look(router, Duration::ZERO),
                Err(_) => self.writes.look(router, RETRY),
            },
            Done::Looked { router, result } => match result {
                Ok(Some(entry)) => self.seen(&entry),
                Ok(None) => {}
                Err(_) => self.writes.look(router, RETRY),
            },
            Done::Ended { silent, result } => {
                match result {
                    Ok(true) => {
                        tracing::info!(node = %silent.node, "a node was silent for too long: its routers are taken over");
                        self.table.nodes.has_ended(&silent.incarnation);
                    }
                    Ok(false) => self.table.nodes.lives_after_all(&silent.incarnation, now),
                    Err(error) => {
                        self.not_before = now + RETRY;
                        tracing::debug!(node = %silent.node, %error, "a silent node's lease could not be ended");
                    }
                }
                self.changed = true;
            }
        }
    }

    fn count(&self) {
        self.shared.told.load.store(self.held.len(), Ordering::Relaxed);
    }

    /// What others may know: the nodes, and for the hold-over whom to ask.
    fn tell(&mut self, now: BootTime) {
        let states = self.table.nodes.all().map(|seen| NodeState {
            node: seen.record.node.clone(),
            site: seen.record.site.clone(),
            roles: seen.record.roles,
            weight: seen.record.weight,
            version: seen.record.version.clone(),
            load: seen.record.load,
            draining: seen.record.draining,
            lives: seen.lives(now),
        });
        *self.shared.nodes.lock().unwrap_or_else(PoisonError::into_inner) = states.collect();
        let living = self.table.nodes.living(now).map(|(key, _)| key.to_owned()).collect();
        *self.shared.living.lock().unwrap_or_else(PoisonError::into_inner) = living;
        if self.hold_over.told.cannot_write_since(now).is_none() {
            let others = self.table.nodes.collectors(self.table.site.as_deref(), now);
            let others = others.map(|record| record.node.clone()).filter(|node| *node != self.table.node);
            *self.hold_over.others.lock().unwrap_or_else(PoisonError::into_inner) = others.collect();
        }
        if std::mem::take(&mut self.changed) {
            let named: HashSet<&str> =
                self.table.holds.values().filter_map(|known| known.record.incarnation.as_deref()).collect();
            let named: HashSet<String> = named.into_iter().map(str::to_owned).collect();
            self.table.nodes.forget(&named, now);
            let ended = self.table.nodes.ended().map(str::to_owned).chain(self.writes.ending().cloned()).collect();
            *self.hold_over.ended.lock().unwrap_or_else(PoisonError::into_inner) = ended;
        }
    }
}

const TICK: Duration = Duration::from_millis(100);
const LOOK_EACH: Duration = Duration::from_millis(500);
const RETRY: Duration = Duration::from_millis(250);
const MOVE_EACH: Duration = Duration::from_secs(2);
/// Fifty routers a second.
const DRAIN_EACH_TICK: usize = 5;
const LETTING_GO: Duration = Duration::from_secs(10);
