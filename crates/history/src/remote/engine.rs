//! Takes ticks: what passed on each line, to the sink, and the rows of what is over.
//!
//! The same tracker as the files' engine says what passed; only where it goes is another matter. Without a clock and a
//! thread of its own, as that one.

use std::collections::HashMap;
use std::sync::Arc;

use lalin_stats::RouterId;

use super::metric::{Field, Metric};
use super::open_row::OpenRow;
use super::reading::FIVE_MINUTES_MS;
use super::store::{LineSamples, SampleSink};
use crate::columns::Start;
use crate::journal::{EventRecord, Happened};
use crate::meta::Database;
use crate::open::{Entry, FoundLine, Numbered, RouterTracker};
use crate::rollup::Portion;
use crate::store::{HOUR_MS, Recording, StatusCell};
use crate::{Cause, Error, Event, Tick, What};

/// Five minutes are booked so long after their end: by then the last average of 10 s that touches them is there.
const HOLD_MS: i64 = 10_000;
/// After a longer silence the rows begin anew: nothing was measured anyway.
const MOST_EDGES: i64 = 288;
/// What is kept in the database: when a router was read last.
const SEEN: &str = "remote_seen:";

/// Everything that the thread owns.
#[derive(Debug)]
pub(crate) struct Engine {
    database: Database,
    sink: Arc<dyn SampleSink>,
    status: Arc<StatusCell>,
    routers: HashMap<RouterId, RouterState>,
}

#[derive(Debug)]
struct RouterState {
    tracker: RouterTracker,
    /// The time of the last samples.
    at_ms: i64,
    /// Ticks were lost since, for this cause.
    lost: Option<Cause>,
    lines: Numbered<OpenRow>,
    /// The first five minutes that are not booked end here.
    next_edge_ms: Option<i64>,
    /// The hour in which the names were told last.
    told_hour: i64,
    /// When it was read last by a run before.
    seen_before_ms: Option<i64>,
}

/// Samples of a router, moment by moment.
#[derive(Debug)]
struct Moments(Vec<(i64, Vec<LineSamples>)>);

impl Engine {
    pub(crate) fn new(database: Database, sink: Arc<dyn SampleSink>, status: Arc<StatusCell>) -> Self {
        status.lock().replaying = false;
        Self { database, sink, status, routers: HashMap::new() }
    }

    /// Takes a tick. An error says that it is not recorded, and that the next one follows a gap.
    pub(crate) fn tick(&mut self, tick: &Tick) -> Result<(), Error> {
        self.know(&tick.router)?;
        let Some(router) = self.routers.get_mut(&tick.router) else { return Err(Error::Closed) };
        let (time, measured) = router.tracker.time(tick);
        let ahead = tick.wall_ms - tick.mono_ms as i64;
        let ahead = if time.new_part { ahead } else { router.tracker.wall_ahead_ms.unwrap_or(ahead) };
        let at_ms = off_edge(ahead + tick.mono_ms as i64);
        if at_ms <= router.at_ms {
            // The clock was set back: a store takes nothing that is older than what it has.
            router.lose(Cause::Clock, at_ms);
            return Ok(());
        }
        let found = find_lines(&self.database, router, tick)?;
        let rows = router.tracker.rows(&found, &tick.readings, time, measured);
        let from_ms = at_ms - i64::from(time.lead_ms.max(1));
        let mut moments = Moments::between(if measured { from_ms } else { at_ms }, at_ms);
        let first_edge = router.next_edge_ms.map_or_else(|| ceil(at_ms), |next| next - FIVE_MINUTES_MS);
        let hour = at_ms.div_euclid(HOUR_MS);
        let tell_all = hour != router.told_hour;
        for (entry, reading) in rows.entries.iter().zip(&rows.readings) {
            let (Some(reading), Some(found)) = (tick.readings.get(*reading), found.get(*reading)) else { continue };
            let row = router.lines.entry(entry.line).or_insert_with(|| OpenRow::new(reading.name.clone(), first_edge));
            moments.entry(row, entry, (from_ms, at_ms), time.lead_ms);
            if tell_all || !found.same_name || found.slot.is_none() {
                let (line, shown) = (Some(reading.name.clone()), Some(reading.shown.clone()));
                moments.put(at_ms, LineSamples { line, shown, values: vec![(Metric::Seen, at_ms as f64)] });
            }
        }
        if measured {
            moments.router_read((from_ms, at_ms));
        }
        for (moment_ms, samples) in moments.0 {
            if !self.sink.push(&tick.router, moment_ms, samples) {
                router.lose(Cause::Dropped, at_ms);
                self.status.lock().dropped_ticks += 1;
                return Ok(());
            }
        }

        // From here on it is recorded.
        let before_ms = router.at_ms;
        let lost = router.lost.take().map(|cause| (cause, before_ms));
        let began = router.seen_before_ms.take().map(|seen_ms| (Cause::Restarted, seen_ms));
        let step = router.tracker.clock_step(tick).filter(|step| *step > 0).map(|_| (Cause::Clock, before_ms));
        router.tracker.remember(tick, time.seq, &found, rows, 0);
        if time.new_part {
            router.tracker.wall_ahead_ms = Some(ahead);
        }
        router.tracker.lost = false;
        (router.at_ms, router.told_hour) = (at_ms, hour);
        let number = router.tracker.number;
        router.book(&self.sink, &self.database, &tick.router, at_ms)?;
        self.recorded(tick, &found, tell_all)?;
        for (cause, from_ms) in [lost, began, step].into_iter().flatten() {
            for (at_ms, what) in [(from_ms, Happened::Began(cause, String::new())), (at_ms, Happened::Ended(cause))] {
                self.database.happened(&EventRecord { router: number, line: 0, at_ms, what })?;
            }
        }
        Ok(())
    }

    /// Keeps what lines are called, and that they were there.
    fn recorded(&mut self, tick: &Tick, found: &[FoundLine], tell_all: bool) -> Result<(), Error> {
        {
            let mut status = self.status.lock();
            (status.recording, status.bytes) = (Recording::Running, self.sink.counts().bytes);
        }
        let changed = found.iter().any(|found| !found.same_name);
        if !changed && !tell_all {
            return Ok(());
        }
        let hour_ms = tick.wall_ms.div_euclid(HOUR_MS) * HOUR_MS;
        self.database.batch(|| {
            for (reading, found) in tick.readings.iter().zip(found) {
                if !found.same_name {
                    self.database.show(found.line, &reading.shown, tick.wall_ms)?;
                }
                self.database.was_there(found.line, tick.wall_ms, hour_ms)?;
            }
            Ok(())
        })
    }

    fn know(&mut self, id: &RouterId) -> Result<(), Error> {
        if !self.routers.contains_key(id) {
            let number = self.database.router(id)?;
            let seen_before_ms = self.database.state(&format!("{SEEN}{id}"))?.and_then(|ms| ms.parse().ok());
            let state = RouterState {
                tracker: RouterTracker::new(number, id.clone(), 0),
                at_ms: i64::MIN,
                lost: None,
                lines: Numbered::default(),
                next_edge_ms: None,
                told_hour: i64::MIN,
                seen_before_ms,
            };
            self.routers.insert(id.clone(), state);
        }
        Ok(())
    }

    /// Takes an event. They stay in the database of this machine.
    pub(crate) fn event(&mut self, event: &Event) -> Result<(), Error> {
        let router = self.database.router(&event.router)?;
        let line = match &event.line {
            None => 0,
            Some(name) => self.database.line(router, name, event.at_ms)?.0,
        };
        let what = match &event.what {
            What::LinkUp => Happened::Once("link-up".into()),
            What::LinkDown => Happened::Once("link-down".into()),
            What::Rebooted => Happened::Once("reboot".into()),
            What::Began(cause, detail) => Happened::Began(*cause, detail.clone()),
            What::Ended(cause) => Happened::Ended(*cause),
        };
        self.database.happened(&EventRecord { router, line, at_ms: event.at_ms, what })
    }

    /// A tick that did not reach the engine.
    pub(crate) fn lost(&mut self, router: &RouterId) {
        if let Some(router) = self.routers.get_mut(router) {
            router.lose(Cause::Dropped, router.at_ms);
        }
    }

    /// Returns when what was recorded is safe.
    pub(crate) fn flush(&self) {
        self.sink.flush();
    }

    /// Keeps what the next run asks for.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.routers.values().filter(|router| router.at_ms > 0).try_for_each(|router| router.note_seen(&self.database))
    }
}

impl RouterState {
    /// The next tick follows a gap, and what was not seen whole is not booked.
    fn lose(&mut self, cause: Cause, at_ms: i64) {
        self.lost = Some(cause);
        self.tracker.lost = true;
        self.begin_at(ceil(at_ms.max(self.at_ms)));
    }

    fn begin_at(&mut self, edge_ms: i64) {
        self.next_edge_ms = Some(edge_ms + FIVE_MINUTES_MS);
        self.lines.values_mut().for_each(|row| row.begin_at(edge_ms));
    }

    fn note_seen(&self, database: &Database) -> Result<(), Error> {
        database.set_state(&format!("{SEEN}{}", self.tracker.id), &self.at_ms.to_string())
    }

    /// Sends the rows of what is over. What cannot be sent is not booked, and is summed from samples for ever.
    fn book(
        &mut self,
        sink: &Arc<dyn SampleSink>,
        database: &Database,
        id: &RouterId,
        at_ms: i64,
    ) -> Result<(), Error> {
        let next = *self.next_edge_ms.get_or_insert_with(|| ceil(at_ms) + FIVE_MINUTES_MS);
        if (at_ms - next) / FIVE_MINUTES_MS > MOST_EDGES {
            self.begin_at(ceil(at_ms));
            return Ok(());
        }
        let mut edge = next;
        while edge + HOLD_MS <= at_ms {
            let mut samples = Vec::new();
            for row in self.lines.values_mut() {
                let values = row.take_first();
                if !values.is_empty() {
                    samples.push(LineSamples { line: Some(row.name.clone()), shown: None, values });
                }
            }
            samples.push(LineSamples { line: None, shown: None, values: vec![(Metric::Booked, 1.0)] });
            sink.push(id, edge, samples);
            edge += FIVE_MINUTES_MS;
        }
        if edge > next {
            self.next_edge_ms = Some(edge);
            self.note_seen(database)?;
        }
        Ok(())
    }
}

impl Moments {
    /// The edges that lie between, and the end itself.
    fn between(from_ms: i64, to_ms: i64) -> Self {
        let edges = (from_ms.div_euclid(FIVE_MINUTES_MS) + 1..).map(|edge| edge * FIVE_MINUTES_MS);
        let edges = edges.take_while(|edge| *edge < to_ms).chain([to_ms]);
        Self(edges.map(|edge| (edge, Vec::new())).collect())
    }

    fn put(&mut self, at_ms: i64, samples: LineSamples) {
        if let Some((_, all)) = self.0.iter_mut().rev().find(|(moment, _)| *moment == at_ms) {
            all.push(samples);
        }
    }

    /// What a line's entry says, each part at the moment where it ends.
    fn entry(&mut self, row: &mut OpenRow, entry: &Entry, (from_ms, at_ms): (i64, i64), lead_ms: u32) {
        let [rx, tx, rx_packets, tx_packets, rx_errors, tx_errors, rx_drops, tx_drops] = entry.rises;
        let measured = entry.start.is_none_or(Start::is_measured);
        let mut last = Vec::new();
        let begin_ms = if measured { at_ms - i64::from(lead_ms) } else { at_ms };
        // Seen by this run, and not at the tick before: somebody will ask since when.
        if row.last_ms > 0 && begin_ms > row.last_ms {
            last.push((Metric::GapAge, (at_ms - row.last_ms) as f64));
            last.push((Metric::GapLength, (begin_ms - row.last_ms) as f64));
        }
        row.last_ms = at_ms;
        if measured {
            let portion = Portion {
                passed: [rx, tx, rx_packets, tx_packets],
                errors: rx_errors.saturating_add(tx_errors),
                drops: rx_drops.saturating_add(tx_drops),
                measured_ms: i64::from(lead_ms),
            };
            row.measured(from_ms, at_ms, portion);
            let mut begin_ms = from_ms;
            for (end_ms, samples) in &mut self.0 {
                let mut values = parts(&portion, (from_ms, at_ms), (begin_ms, *end_ms));
                if *end_ms == at_ms {
                    values.append(&mut last);
                }
                samples.push(LineSamples { line: Some(row.name.clone()), shown: None, values });
                begin_ms = *end_ms;
            }
        } else if rx > 0 || tx > 0 {
            row.unmeasured(at_ms, [rx, tx]);
            let both = [(Field::UnmeasuredRx, rx), (Field::UnmeasuredTx, tx)];
            last.extend(
                both.iter().filter(|(_, bytes)| *bytes > 0).map(|(field, n)| (Metric::Passed(*field), *n as f64)),
            );
        }
        if entry.start.is_some_and(Start::is_reset) {
            row.reset(at_ms);
            last.push((Metric::Passed(Field::Resets), 1.0));
        }
        if !last.is_empty() {
            self.put(at_ms, LineSamples { line: Some(row.name.clone()), shown: None, values: last });
        }
    }

    fn router_read(&mut self, (from_ms, _): (i64, i64)) {
        let mut begin_ms = from_ms;
        for (end_ms, samples) in &mut self.0 {
            let values = vec![(Metric::RouterRead, (*end_ms - begin_ms) as f64)];
            samples.push(LineSamples { line: None, shown: None, values });
            begin_ms = *end_ms;
        }
    }
}

/// What of a portion lies in a part of its time; the parts sum to the whole.
fn parts(portion: &Portion, (from_ms, to_ms): (i64, i64), (begin_ms, end_ms): (i64, i64)) -> Vec<(Metric, f64)> {
    let length = (to_ms - from_ms).max(1) as u128;
    let share = |whole: u64, until_ms: i64| (u128::from(whole) * (until_ms - from_ms).max(0) as u128 / length) as u64;
    let part = |whole: u64| share(whole, end_ms) - share(whole, begin_ms);
    let [rx, tx, rx_packets, tx_packets] = portion.passed.map(part);
    let measured = part(portion.measured_ms.max(0) as u64);
    let always = [
        (Field::RxBytes, rx),
        (Field::TxBytes, tx),
        (Field::RxPackets, rx_packets),
        (Field::TxPackets, tx_packets),
        (Field::Milliseconds, measured),
    ];
    let rare = [(Field::Errors, part(portion.errors)), (Field::Drops, part(portion.drops))];
    let all = always.into_iter().chain(rare.into_iter().filter(|(_, value)| *value > 0));
    all.map(|(field, value)| (Metric::Passed(field), value as f64)).collect()
}

/// Each reading's line and what it was called last.
fn find_lines(database: &Database, router: &RouterState, tick: &Tick) -> Result<Vec<FoundLine>, Error> {
    let each = tick.readings.iter().enumerate().map(|(place, reading)| {
        let slot = router.tracker.lines.slot(place, &reading.name);
        if let Some(state) = slot.and_then(|slot| router.tracker.lines.at(slot)) {
            return Ok(FoundLine { line: state.id, slot, same_name: state.shown == reading.shown });
        }
        let (line, shown) = database.line(router.tracker.number, &reading.name, tick.wall_ms)?;
        Ok(FoundLine { line, slot: None, same_name: shown.as_deref() == Some(&*reading.shown) })
    });
    each.collect()
}

/// The next edge of five minutes, or this one.
fn ceil(at_ms: i64) -> i64 {
    (at_ms + FIVE_MINUTES_MS - 1).div_euclid(FIVE_MINUTES_MS) * FIVE_MINUTES_MS
}

/// Not just behind an edge: whether a range begins with its first ms is not the same in every store.
fn off_edge(at_ms: i64) -> i64 {
    if at_ms.rem_euclid(FIVE_MINUTES_MS) == 1 { at_ms + 1 } else { at_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_split_at_an_edge_sums_to_the_whole() {
        let portion = Portion { passed: [101, 7, 3, 1], errors: 1, drops: 0, measured_ms: 10_000 };
        let span = (296_000, 306_000);
        let parts = [(296_000, 300_000), (300_000, 306_000)].map(|part| parts(&portion, span, part));
        let rx = parts.each_ref().map(|values| values[0].1);
        assert_eq!(rx, [40.0, 61.0]);
        let ms = parts.each_ref().map(|values| values[4].1);
        assert_eq!(ms, [4_000.0, 6_000.0]);
    }

    #[test]
    fn the_moments_of_a_tick_are_the_edges_in_it_and_its_end() {
        let of = |from, to| Moments::between(from, to).0.iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!(of(290_000, 300_000), [300_000]);
        assert_eq!(of(300_000, 310_000), [310_000]);
        assert_eq!(of(296_000, 306_000), [300_000, 306_000]);
        assert_eq!(of(0, 900_001), [300_000, 600_000, 900_000, 900_001]);
    }

    #[test]
    fn no_sample_is_in_the_first_ms_behind_an_edge() {
        assert_eq!([299_999, 300_000, 300_001, 300_002].map(off_edge), [299_999, 300_000, 300_002, 300_002]);
    }
}
