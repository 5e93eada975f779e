//! The sending task: at most one message under way a channel, every wait in one place, the database on another thread.
//!
//! A row is marked before its message goes out, and settled before the channel is used again; where the disk does not
//! take that, the channel waits, so that nothing is sent that would be forgotten.
//!
//! Long because every wait of the task ends in its one loop, over one state.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::clock::WallClock;
use super::compose::{Item, delivery};
use super::lane::{Lane, Next, TestAnswer};
use super::state::{ChannelCounters, ChannelState, OutboxChannel, Shared, TestOutcome};
use super::table::{self, Settled, Take, Tally};
use crate::channel::{Delivery, Receipt, SendError};
use crate::{Error, Notice, NoticeKind, Severity};

/// Without being woken it looks again after this.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// What is too old is given up this often.
const SWEEP: Duration = Duration::from_secs(600);
/// A database that fails is asked again after this.
const DISK: Duration = Duration::from_secs(5);
/// A channel's own time limits are shorter.
const LONGEST_SEND: Duration = Duration::from_secs(90);

pub(super) enum Command {
    Test { channel: String, answer: TestAnswer },
    Close { done: oneshot::Sender<()> },
}

/// What a message under way came to.
struct Done {
    channel: String,
    outcome: Result<Receipt, SendError>,
    took: Duration,
    what: What,
}

enum What {
    Items(Vec<Item>),
    Test(TestAnswer),
}

pub(super) struct Sender {
    pub(super) database: Arc<Mutex<Connection>>,
    pub(super) clock: WallClock,
    pub(super) shared: Arc<Shared>,
    pub(super) channels: watch::Receiver<Arc<Vec<OutboxChannel>>>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) lanes: BTreeMap<String, Lane>,
    /// Until when an account that several channels share wants to be left alone.
    pub(super) accounts: HashMap<String, Instant>,
    pub(super) under_way: Sending,
    pub(super) tallies: BTreeMap<String, Tally>,
    pub(super) disk_failed: bool,
}

/// The messages under way; they end with the task.
#[derive(Default)]
pub(super) struct Sending(JoinSet<Done>);

impl Sender {
    pub(super) async fn run(mut self) {
        self.apply_channels();
        self.refresh().await;
        let mut sweep_at = Instant::now() + Duration::from_secs(60);
        loop {
            // What was set before something was queued holds for it.
            if self.channels.has_changed().unwrap_or(false) {
                self.apply_channels();
            }
            self.start_what_is_ready().await;
            self.publish();
            let next = self.next_at().min(sweep_at);
            tokio::select! {
                Some(done) = self.under_way.0.join_next() => {
                    if let Ok(done) = done {
                        self.settle(done).await;
                    }
                }
                changed = self.channels.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.apply_channels();
                }
                command = self.commands.recv() => match command {
                    Some(Command::Test { channel, answer }) => self.add_test(&channel, answer),
                    Some(Command::Close { done }) => {
                        while let Some(Ok(one)) = self.under_way.0.join_next().await {
                            self.settle(one).await;
                        }
                        let _ = done.send(());
                        return;
                    }
                    None => return,
                },
                () = self.shared.wake.notified() => {
                    for lane in self.lanes.values_mut() {
                        lane.idle_until = None;
                    }
                    self.refresh().await;
                }
                () = sleep_until(next) => {
                    if Instant::now() >= sweep_at {
                        sweep_at = Instant::now() + SWEEP;
                        let now_ms = self.clock.now_ms();
                        let given_up = self.on_disk(move |db| table::sweep(db, now_ms)).await.unwrap_or(0);
                        if given_up > 0 {
                            tracing::warn!(messages = given_up, "given up: not taken for 24 h");
                        }
                        self.refresh().await;
                    }
                }
            }
        }
    }

    /// When the next thing is to be done, of what is known.
    fn next_at(&self) -> Instant {
        let now = Instant::now();
        let ready = self.lanes.values().filter_map(|lane| lane.ready_at(self.account_hold(lane), now));
        ready.min().unwrap_or(now + LOOK_AGAIN).max(now).min(now + LOOK_AGAIN)
    }

    fn account_hold(&self, lane: &Lane) -> Option<Instant> {
        self.accounts.get(&lane.channel().account()?).copied()
    }

    fn apply_channels(&mut self) {
        let now = Instant::now();
        let settings = self.channels.borrow_and_update().clone();
        self.lanes.retain(|id, lane| lane.busy || settings.iter().any(|one| one.id == *id));
        for one in settings.iter() {
            match self.lanes.get_mut(&one.id) {
                Some(lane) => lane.change(one.clone(), now),
                None => drop(self.lanes.insert(one.id.clone(), Lane::new(one.clone(), now))),
            }
        }
    }

    fn add_test(&mut self, channel: &str, answer: TestAnswer) {
        let back = match self.lanes.get_mut(channel) {
            Some(lane) => lane.add_test(answer),
            None => Some(answer),
        };
        if let Some(answer) = back {
            let _ = answer.send(TestOutcome::refused("not now: no such channel, or too many tests wait"));
        }
    }

    async fn start_what_is_ready(&mut self) {
        let now = Instant::now();
        self.accounts.retain(|_, until| *until > now);
        let ready: Vec<String> = self
            .lanes
            .iter()
            .filter(|(_, lane)| lane.ready_at(self.account_hold(lane), now).is_some_and(|at| at <= now))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ready {
            let Some(lane) = self.lanes.get_mut(&id) else { continue };
            let now_ms = self.clock.now_ms();
            if let Some(answer) = lane.tests.pop_front() {
                let notice = Notice::test(format!("test-{now_ms}"), lane.settings.language, now_ms);
                let text = notice.text.clone();
                let delivery = Delivery { notice, text, answers: None, answered_text: None, address: None, now_ms };
                self.start(&id, delivery, What::Test(answer));
                continue;
            }
            let (bundles, alone) = (lane.channel().bundles(), lane.alone.clone());
            let channel = id.clone();
            let taken = self.on_disk(move |db| table::take(db, &channel, bundles, &alone, now_ms)).await;
            let taken = match taken {
                Ok(Take::Items(items, address)) => self.told_here(items).await.map(|items| Take::Items(items, address)),
                other => other,
            };
            let Some(lane) = self.lanes.get_mut(&id) else { continue };
            match taken {
                Ok(Take::Items(items, address)) => {
                    if let Some(delivery) = delivery(&items, lane.channel().is_idempotent(), address, now_ms) {
                        self.start(&id, delivery, What::Items(items));
                    }
                }
                Ok(Take::Later(due_ms)) => {
                    let wait = due_ms.map(|due| u64::try_from(due - now_ms).unwrap_or(0));
                    let wait = wait.map_or(LOOK_AGAIN, |ms| Duration::from_millis(ms.max(1))).min(LOOK_AGAIN);
                    lane.idle_until = Some(Instant::now() + wait);
                }
                Err(_) => lane.idle_until = Some(Instant::now() + DISK),
            }
        }
    }

    /// Those that this machine tells; the others are another one's by now.
    async fn told_here(&mut self, items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let tells_of = self.shared.tells_of.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(tells_of) = tells_of else { return Ok(items) };
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.notice.holder_of().is_none_or(|router| tells_of(router)));
        if !elsewhere.is_empty() {
            tracing::info!(messages = elsewhere.len(), "not sent here: another machine holds their routers");
            let rows: Vec<i64> = elsewhere.iter().map(|item| item.seq).collect();
            self.on_disk(move |db| table::drop_taken(db, &rows)).await?;
            // The next ones are looked for at once.
            self.shared.wake.notify_one();
        }
        Ok(here)
    }

    fn start(&mut self, id: &str, delivery: Delivery, what: What) {
        let Some(lane) = self.lanes.get_mut(id) else { return };
        lane.busy = true;
        lane.bucket.take(Instant::now());
        let (channel, id) = (lane.channel().clone(), id.to_owned());
        let send = async move {
            let began = Instant::now();
            // A task of its own, so that a channel that panics is a channel that failed.
            let mut one = JoinSet::new();
            one.spawn(async move { channel.send(&delivery).await }.boxed());
            let why = match tokio::time::timeout(LONGEST_SEND, one.join_next()).await {
                Ok(Some(Ok(outcome))) => Ok(outcome),
                Ok(_) => Err("the channel broke off"),
                Err(_) => Err("no answer in time"),
            };
            let outcome = why.unwrap_or_else(|why| {
                let why = why.to_owned();
                Err(SendError::Again { status: None, after: None, unreachable: true, doubtful: true, why })
            });
            Done { channel: id, outcome, took: began.elapsed(), what }
        };
        self.under_way.0.spawn(send.boxed());
    }

    async fn settle(&mut self, done: Done) {
        let (now, now_ms) = (Instant::now(), self.clock.now_ms());
        let Some(lane) = self.lanes.get_mut(&done.channel) else { return };
        let before = lane.state.clone();
        let attempts = match &done.what {
            What::Items(items) => items.iter().map(|item| item.attempts).max().unwrap_or(1),
            What::Test(_) => 1,
        };
        let hold = match &done.outcome {
            Ok(receipt) => receipt.hold,
            Err(SendError::Again { after, .. }) => *after,
            Err(_) => None,
        };
        let next = match &done.outcome {
            Ok(receipt) => {
                lane.succeeded(receipt.hold, now);
                None
            }
            Err(error) => Some(lane.failed(error, attempts, now, now_ms)),
        };
        if let (Some(account), Some(hold)) = (lane.channel().account(), hold) {
            self.accounts.insert(account, now + hold);
        }
        log(&done, &before, &lane.state);
        let newly_out =
            before.is_working() && !lane.state.is_working() && !matches!(&done.outcome, Err(SendError::Again { .. }));
        match done.what {
            What::Test(answer) => {
                let _ = answer.send(TestOutcome::of(&done.outcome, done.took));
            }
            What::Items(items) => {
                let rows: Vec<i64> = items.iter().map(|item| item.seq).collect();
                let settled = match (&done.outcome, next) {
                    (Ok(receipt), _) => {
                        lane.alone.retain(|row| !rows.contains(row));
                        Settled::Sent {
                            answer: receipt.answer.clone(),
                            handle: receipt.handle.clone(),
                            moved: receipt.moved.clone(),
                        }
                    }
                    (Err(error), Some(Next::Queue { wait, doubtful, counts })) => Settled::Queued {
                        due_ms: now_ms.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
                        doubtful,
                        counts,
                        why: error.to_string(),
                    },
                    // One of several was refused: each by itself, so that it takes no other along.
                    (Err(error), _) if rows.len() > 1 => {
                        lane.alone.extend(&rows);
                        Settled::Queued { due_ms: 0, doubtful: false, counts: true, why: error.to_string() }
                    }
                    (Err(error), _) => {
                        lane.alone.retain(|row| !rows.contains(row));
                        Settled::Failed { why: error.to_string() }
                    }
                };
                self.write_down(rows, settled, now_ms).await;
                self.shared.settled.send_modify(|count| *count += 1);
            }
        }
        if newly_out {
            self.tell_the_others(&done.channel, now_ms).await;
        }
        if let Some(lane) = self.lanes.get_mut(&done.channel) {
            lane.busy = false;
        }
        // Taken away while its message was under way.
        if !self.channels.borrow().iter().any(|one| one.id == done.channel) {
            self.lanes.remove(&done.channel);
        }
        self.refresh().await;
    }

    /// Goes on until the disk takes it: what was sent must not be sent again.
    async fn write_down(&mut self, rows: Vec<i64>, settled: Settled, now_ms: i64) {
        loop {
            let (rows, settled) = (rows.clone(), settled.clone());
            match self.on_disk(move |db| table::settle(db, &rows, &settled, now_ms)).await {
                Ok(()) => return,
                Err(_) => sleep(DISK).await,
            }
        }
    }

    /// A channel that takes nothing is told on those that do.
    async fn tell_the_others(&mut self, id: &str, now_ms: i64) {
        let Some(out) = self.lanes.get(id) else { return };
        let (name, why) = (out.settings.name.clone(), out.state.why().unwrap_or_default().to_owned());
        let notices: Vec<(String, Notice)> = self
            .lanes
            .iter()
            .filter(|(other, lane)| *other != id && lane.state.is_working())
            .map(|(other, lane)| {
                let language = lane.settings.language;
                let title = match language {
                    crate::Language::Id => format!("🟠 Kanal {name} tidak menerima pesan"),
                    crate::Language::En => format!("🟠 Channel {name} takes no messages"),
                };
                let notice = Notice {
                    id: format!("channel:{id}:{now_ms}"),
                    alert: format!("channel:{id}"),
                    kind: NoticeKind::Channel,
                    severity: Severity::Warning,
                    rule: name.clone(),
                    router: None,
                    interface: None,
                    text: format!("{title}: {why}"),
                    title,
                    language,
                    at_ms: now_ms,
                    since_ms: now_ms,
                    answers: None,
                    told_with: None,
                };
                (other.clone(), notice)
            })
            .collect();
        let _ = self.on_disk(move |db| table::tell_once_a_day(db, &notices)).await;
        for lane in self.lanes.values_mut() {
            lane.idle_until = None;
        }
    }

    async fn refresh(&mut self) {
        if let Ok(tallies) = self.on_disk(|db| table::tallies(db)).await {
            self.tallies = tallies;
        }
    }

    fn publish(&self) {
        let counters = self.lanes.iter().map(|(id, lane)| {
            let tally = self.tallies.get(id).copied().unwrap_or_default();
            ChannelCounters {
                id: id.clone(),
                sent: tally.sent,
                failed: tally.failed,
                lost: tally.lost,
                waiting: tally.waiting,
                state: lane.state.clone(),
            }
        });
        *self.shared.counters.lock().unwrap_or_else(PoisonError::into_inner) = counters.collect();
    }

    async fn on_disk<T: Send + 'static>(
        &mut self,
        call: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let database = self.database.clone();
        let done =
            tokio::task::spawn_blocking(move || call(&mut database.lock().unwrap_or_else(PoisonError::into_inner)));
        let outcome = done.await.unwrap_or(Err(Error::Ended));
        match &outcome {
            Err(error) if !self.disk_failed => tracing::error!(%error, "the outbox cannot be read or written"),
            Ok(_) if self.disk_failed => tracing::info!("the outbox can be read and written again"),
            _ => {}
        }
        self.disk_failed = outcome.is_err();
        outcome
    }
}

/// Once when a channel fails and once when it works again; a message that is given up each time.
fn log(done: &Done, before: &ChannelState, after: &ChannelState) {
    let channel = &done.channel;
    match (&done.outcome, before.is_working(), after.is_working()) {
        (Err(error @ SendError::MessageFinal { .. }), ..) => {
            tracing::warn!(channel, %error, "a message was refused");
        }
        (Err(error), true, false) => tracing::warn!(channel, %error, "a channel takes no messages"),
        (Ok(_), false, true) => tracing::info!(channel, "a channel takes messages again"),
        _ => {}
    }
}
