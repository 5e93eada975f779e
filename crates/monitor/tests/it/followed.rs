//! A router that another machine asks: its viewers are told what that one's viewers are, and the machine may change.

use std::sync::Arc;
use std::time::Duration;

use lalin_monitor::{Feed, Label, Monitor, Router, Settings, Subscription, Taken, Update, epoch_of, number_of};
use lalin_stats::{BitsPerSecond, Frame, GapReason, Rate, RouterState};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::source::{RX_BPS, Steady};
use crate::updates::{tick, window};

const ALL: Duration = Duration::from_secs(600);
const WALL: u64 = 1_800_000_000_000;

/// A machine of the cluster, with one router.
struct Node {
    router: Arc<Router>,
    feed: Option<Feed>,
    monitor: Monitor,
}

impl Node {
    /// It is gone, and with it the stream of its frames.
    fn end(self) {
        self.monitor.remove(self.router.id());
    }
}

fn node() -> Node {
    let monitor = Monitor::new(Settings::default());
    let (router, feed) = monitor.add_followed("r".parse().unwrap(), Label::new("r", "test"), Settings::default());
    Node { router, feed: Some(feed), monitor }
}

/// One that asks the router.
fn holder(source: &Arc<Steady>, epoch: u64) -> Node {
    let node = node();
    node.router.sample(source.clone(), epoch);
    node
}

/// This machine's wall clock, wrong by a minute against the holder's.
fn wall(begun: Instant) -> u64 {
    WALL + u64::try_from(begun.elapsed().as_millis()).unwrap()
}

/// Hands what `from` samples to `feed`, as often as something is missing with the past, until dropped.
fn pump(from: &Node, feed: Feed, begun: Instant) -> AbortOnDropHandle<Feed> {
    pump_at(from, feed, move || wall(begun))
}

/// The same on a machine whose wall clock shows this.
fn pump_at(from: &Node, feed: Feed, wall: impl Fn() -> u64 + Send + 'static) -> AbortOnDropHandle<Feed> {
    let router = from.router.clone();
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut frames = router.subscribe(None, ALL);
        feed.past(&router.past(ALL), wall());
        while let Some(update) = frames.next().await {
            match update {
                Update::Tick(frame) => {
                    if feed.frame(Frame::clone(&frame), wall()) == Taken::Missing {
                        feed.past(&router.past(ALL), wall());
                    }
                }
                Update::State(status) => drop(feed.state(status.state, status.timing)),
                Update::Window(_) => {}
            }
        }
        feed
    }))
}

fn is_true(frame: &Frame) -> bool {
    frame.rates[0].rx.is_some_and(|rx| rx.get().abs_diff(RX_BPS) < RX_BPS / 50)
}

async fn ticks(viewer: &mut Subscription, count: usize) -> Vec<Arc<Frame>> {
    let mut frames = Vec::new();
    for _ in 0..count {
        frames.push(tick(viewer).await);
    }
    frames
}

#[tokio::test(start_paused = true)]
async fn a_viewer_elsewhere_sees_the_rates_and_the_past_of_the_machine_that_asks() {
    let (begun, source) = (Instant::now(), Steady::new());
    let asks = holder(&source, 3);
    let mut own = asks.router.subscribe(None, ALL);
    ticks(&mut own, 30).await;
    let mut web = node();
    let mut viewer = web.router.subscribe(None, ALL);
    assert!(window(&mut viewer).await.is_empty(), "nothing came yet");
    let _pump = pump(&asks, web.feed.take().unwrap(), begun);
    let (here, there) = (window(&mut viewer).await, asks.router.recent_window(ALL));
    assert_eq!(here.last_seq(), there.last_seq());
    assert_eq!(epoch_of(here.last_seq().unwrap()), 3);
    let rates = |window: &lalin_monitor::Window| window.series(|_, _| true, |_| true);
    assert_eq!(rates(&here), rates(&there), "lines, their numbers and their rates");
    let spacings = |window: &lalin_monitor::Window| {
        let times: Vec<u64> = window.times().collect();
        times.windows(2).map(|two| two[1] - two[0]).collect::<Vec<_>>()
    };
    let apart = spacings(&here).into_iter().zip(spacings(&there)).map(|(one, other)| one.abs_diff(other));
    assert!(apart.max() <= Some(1), "a millisecond for rounding");
    let newest = here.times().last().unwrap();
    assert!(wall(begun).abs_diff(newest) < 2_000, "by the clock of the machine that shows it: {newest}");
    for _ in 0..3 {
        let (frame, same) = (tick(&mut viewer).await, tick(&mut own).await);
        assert_eq!((frame.seq, &frame.rates, &frame.counters), (same.seq, &same.rates, &same.counters));
        assert!(is_true(&frame) && wall(begun).abs_diff(frame.unix_ms) < 2_000);
    }
    assert_eq!(web.router.status().state, RouterState::Live);
    assert!(web.router.counters(Instant::now()).is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_wanted_is_told_and_who_only_records_wants_nothing_of_another_machine() {
    let source = Steady::new();
    let (asks, mut web) = (holder(&source, 1), node());
    let feed = web.feed.take().unwrap();
    let mut wanted = feed.wanted();
    let mut recorder = web.router.record(None, Duration::ZERO);
    sleep(Duration::from_secs(60)).await;
    assert!(!*wanted.borrow_and_update());
    web.router.touch();
    wanted.changed().await.unwrap();
    assert!(*wanted.borrow_and_update(), "a poll counts");
    timeout(Duration::from_secs(11), wanted.changed()).await.unwrap().unwrap();
    assert!(!*wanted.borrow_and_update(), "for ten seconds");
    let mut viewer = web.router.subscribe(None, ALL);
    wanted.changed().await.unwrap();
    let _pump = pump(&asks, feed, Instant::now());
    ticks(&mut viewer, 5).await;
    let told = async { while !matches!(recorder.next().await, Some(Update::Tick(_)) | None) {} };
    assert!(timeout(Duration::from_secs(60), told).await.is_err(), "the machine that asks records");
    drop(viewer);
    wanted.changed().await.unwrap();
    assert_eq!((*wanted.borrow(), web.router.status().state), (false, RouterState::Idle));
}

#[tokio::test(start_paused = true)]
async fn who_watches_is_not_told_that_the_other_machine_has_not_begun() {
    let source = Steady::new();
    let (asks, mut web) = (holder(&source, 1), node());
    let feed = web.feed.take().unwrap();
    let mut viewer = web.router.subscribe(None, ALL);
    feed.wanted().wait_for(|wanted| *wanted).await.unwrap();
    let status = asks.router.status();
    assert_eq!(status.state, RouterState::Idle, "nobody watches there yet");
    assert!(feed.state(status.state, status.timing));
    assert_eq!(web.router.status().state, RouterState::Connecting);
    let _pump = pump(&asks, feed, Instant::now());
    ticks(&mut viewer, 2).await;
    assert_eq!(web.router.status().state, RouterState::Live);
}

#[tokio::test(start_paused = true)]
async fn a_move_is_a_gap_as_long_as_the_move_and_nothing_else() {
    let (begun, source) = (Instant::now(), Steady::new());
    let (first, second, mut web) = (holder(&source, 1), node(), node());
    let mut viewer = web.router.subscribe(None, ALL);
    let feeding = pump(&first, web.feed.take().unwrap(), begun);
    let before = ticks(&mut viewer, 10).await.pop().unwrap();
    first.end();
    let feed = feeding.await.unwrap();
    sleep(Duration::from_secs(7)).await;
    let late = Frame { seq: before.seq + 1, ..Frame::clone(&before) };
    second.router.sample(source.clone(), 2);
    let _pump = pump(&second, feed, begun);
    let resumed = loop {
        let told = window(&mut viewer).await;
        if told.last_seq().is_some_and(|seq| epoch_of(seq) == 2) {
            break told;
        }
    };
    assert!(resumed.resumed, "the viewer goes on with what it has");
    let gaps: Vec<_> = resumed.gaps().map(|gap| gap.reason).collect();
    assert_eq!(gaps, [GapReason::Moved]);
    let after = ticks(&mut viewer, 3).await;
    assert!(after.iter().all(|frame| is_true(frame) && frame.gap.is_none()), "rates are right from the second on");
    assert_eq!(after[0].identities, before.identities, "lines keep their numbers");
    let all = web.router.recent_window(ALL);
    let unknown = all.series(|_, _| true, |_| true)[0].rx.iter().filter(|rate| rate.is_none()).count();
    let gaps: Vec<_> = all.gaps().map(|gap| gap.reason).collect();
    // Nobody watched before the first sample of all, and each machine's first one has no rate.
    assert_eq!((gaps, unknown), (vec![GapReason::Unwatched, GapReason::Moved], 2));
    assert!(late.seq < after[0].seq, "what the first one sends late is of a lower number");
}

#[tokio::test(start_paused = true)]
async fn a_late_frame_of_a_machine_whose_turn_is_over_is_passed_over() {
    let (begun, source) = (Instant::now(), Steady::new());
    let (asks, web) = (holder(&source, 7), node());
    let mut own = asks.router.subscribe(None, ALL);
    let frame = ticks(&mut own, 3).await.pop().unwrap();
    let feed = web.feed.as_ref().unwrap();
    assert_eq!(feed.frame(Frame::clone(&frame), wall(begun)), Taken::Missing, "nothing is known before it");
    assert!(feed.past(&asks.router.past(ALL), wall(begun)));
    let old = Frame { seq: number_of(6, 4_000), ..Frame::clone(&frame) };
    assert_eq!(feed.frame(old, wall(begun)), Taken::Known);
    let mut viewer = web.router.subscribe(None, ALL);
    window(&mut viewer).await;
    let [_lost, next] = [tick(&mut own).await, tick(&mut own).await];
    assert_eq!(feed.frame(Frame::clone(&next), wall(begun)), Taken::Missing);
    feed.past(&asks.router.past(ALL), wall(begun));
    let filled = window(&mut viewer).await;
    assert_eq!((filled.resumed, filled.times().len(), filled.gaps().count()), (true, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_viewer_who_comes_back_to_another_machine_goes_on_without_gap_or_repeat() {
    let (begun, source) = (Instant::now(), Steady::new());
    let (asks, mut one, mut other) = (holder(&source, 1), node(), node());
    let mut viewer = one.router.subscribe(None, ALL);
    let _one = pump(&asks, one.feed.take().unwrap(), begun);
    ticks(&mut viewer, 8).await;
    let last = viewer.last_seq();
    drop(viewer);
    sleep(Duration::from_secs(3)).await;
    let mut back = other.router.subscribe(last, ALL);
    let empty = window(&mut back).await;
    assert!(empty.is_empty() && empty.resumed, "what the viewer has stays until the rest comes");
    assert_eq!(back.last_seq(), last);
    let _other = pump(&asks, other.feed.take().unwrap(), begun);
    let rest = window(&mut back).await;
    assert!(rest.resumed);
    assert_eq!(rest.last_seq().unwrap() - last.unwrap(), rest.times().len() as u64, "what was missed, once");
    assert_eq!(tick(&mut back).await.seq, rest.last_seq().unwrap() + 1);
}

#[tokio::test(start_paused = true)]
async fn a_router_turns_from_followed_into_sampled_and_back_under_its_viewers() {
    let source = Steady::new();
    let clock = source.clone();
    let clock = move || clock.true_ms();
    let (other, mut here) = (holder(&source, 1), node());
    let mut viewer = here.router.subscribe(None, ALL);
    let mut recorder = here.router.record(None, Duration::ZERO);
    let feeding = pump_at(&other, here.feed.take().unwrap(), clock.clone());
    let followed = ticks(&mut viewer, 5).await.pop().unwrap();
    here.router.sample(source.clone(), 2);
    other.end();
    let stale = feeding.await;
    assert!(stale.is_ok(), "the feed has ended");
    assert!(!here.router.is_followed());
    let own = ticks(&mut viewer, 3).await;
    assert_eq!((epoch_of(own[0].seq), own[0].rates[0]), (2, Rate::UNKNOWN));
    assert_eq!(own[0].gap.as_ref().map(|gap| gap[0].reason), Some(GapReason::Moved));
    assert!(is_true(&own[2]) && own[2].identities == followed.identities);
    assert_eq!(tick(&mut recorder).await.seq, own[0].seq, "now it is recorded here");
    let feed = here.router.follow().await;
    let reads = source.reads();
    let third = holder(&source, 3);
    let _pump = pump_at(&third, feed, clock);
    let later = loop {
        let frame = tick(&mut viewer).await;
        if epoch_of(frame.seq) == 3 {
            break frame;
        }
    };
    assert!(is_true(&later) && later.rates[0].tx.is_some_and(|tx| tx > BitsPerSecond::new(0)));
    let third_reads = third.router.read_counts().samples;
    assert_eq!(source.reads() as u64 - reads as u64, third_reads, "nobody else asks");
}
