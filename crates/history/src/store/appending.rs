//! Takes in ticks that another history handed over: each once, in the order of its numbers there.
//!
//! A tick and the cursor that it moves are one record of the journal. What was taken in already is known by its number.

use std::collections::{HashMap, HashSet};

use lalin_stats::{Counters, RouterId};

use super::engine::Engine;
use super::introducing::{introduce, knows};
use super::view::lock;
use crate::columns::Start;
use crate::handover::{HandedEvent, HandedTick, HandedTicks};
use crate::journal::{EventRecord, Happened};
use crate::meta::Cursor;
use crate::open::{Entry, FoundLine, RouterTracker, Rows, Session, TickTime};
use crate::tick::{COUNTERS, Cause, LineReading, Tick};
use crate::{Error, LineName};

impl Engine {
    /// How far a history is taken in, by router.
    pub(crate) fn cursors_of(&self, source: u64) -> Result<HashMap<RouterId, u64>, Error> {
        let routers: HashMap<u32, RouterId> = self.database.routers()?.into_iter().collect();
        let own = self.cursors.all().filter(|cursor| cursor.source == source);
        Ok(own.filter_map(|cursor| Some((routers.get(&cursor.router)?.clone(), cursor.seq))).collect())
    }

    /// Takes in ticks; how far their router is taken in then. Those that were asked behind a tick that is not here are
    /// left alone: what is between would be lost. An error leaves out the tick that it met and all behind it.
    pub(crate) fn append(&mut self, batch: &HandedTicks, mono_ms: u64) -> Result<u64, Error> {
        self.know(&batch.router)?;
        let Some(number) = self.routers.get(&batch.router).map(|router| router.number) else {
            return Err(Error::Closed);
        };
        let reached = self.cursors.get(batch.source, number);
        if batch.after > reached || batch.last() <= reached {
            return Ok(reached);
        }
        let names: HashSet<&LineName> = batch.names.iter().map(|(name, _)| name).collect();
        if names.len() < batch.names.len() {
            return Err(Error::Damaged("ticks that were handed over name a line twice"));
        }
        self.take_events(batch, number);
        let mut before = batch.after;
        for tick in &batch.ticks {
            if tick.seq > reached {
                self.append_tick(batch, tick, before + 1 == tick.seq, mono_ms)?;
            }
            before = tick.seq;
        }
        Ok(self.cursors.get(batch.source, number))
    }

    /// Before the ticks: one that is taken in twice changes nothing, and one behind them could be missed.
    fn take_events(&mut self, batch: &HandedTicks, router: u32) {
        for HandedEvent { name, at_ms, until_ms, what } in &batch.events {
            let line = match name.and_then(|name| batch.names.get(name as usize)) {
                None => Ok(0),
                Some((name, _)) => self.database.line(router, name, *at_ms).map(|(line, _)| line),
            };
            let Ok(line) = line else { continue };
            self.happened(&EventRecord { router, line, at_ms: *at_ms, what: what.clone() });
            if let (Some(until_ms), Happened::Began(cause, _)) = (until_ms, what) {
                self.happened(&EventRecord { router, line, at_ms: *until_ms, what: Happened::Ended(*cause) });
            }
        }
    }

    fn append_tick(&mut self, batch: &HandedTicks, tick: &HandedTick, next: bool, mono_ms: u64) -> Result<(), Error> {
        self.know(&batch.router)?;
        self.seal_if_due(tick.wall_ms)?;
        self.begin_journal()?;
        let Some(router) = self.routers.get(&batch.router) else { return Err(Error::Closed) };
        let others = router.handed_by != Some(batch.source);
        let new_part = tick.new_part || !next || others;
        let time = TickTime { seq: router.seq + 1, wall_ms: tick.wall_ms, lead_ms: tick.lead_ms, new_part };
        let as_read = as_read(batch, tick, mono_ms);
        let found = self.find_lines(router, &as_read)?;
        let rows = rows(router, tick, &found, batch.source);

        let cursor = Cursor { source: batch.source, router: router.number, seq: tick.seq };
        let Some(journal) = &mut self.journal else { return Err(Error::Closed) };
        let mut records = introduce(journal.number, router, &as_read.readings, &found);
        let entries = rows.entries.iter().zip(&rows.sessions).zip(rows.implied.iter().zip(&found));
        let entries = entries.map(|((entry, sessions), (implied, found))| {
            (entry, (!(*implied && knows(journal.number, router, found))).then_some(&sessions[..]))
        });
        records.handed(self.cursors.get(batch.source, router.number), cursor, time, entries);
        journal.append(&records.bytes).map_err(Error::file(&journal.path))?;

        // From here on it is taken in.
        let (number, journal_number, latest_ms) = (router.number, journal.number, self.latest_ms);
        lock(&self.hour).push(number, time, &rows.entries);
        self.cursors.reach(cursor);
        self.remember(&as_read, time.seq, &found, rows, journal_number);
        self.latest_ms = self.latest_ms.max(latest_ms);
        if let Some(router) = self.routers.get_mut(&batch.router) {
            (router.mono, router.wall_ahead_ms, router.lost) = (None, None, false);
            router.handed_by = Some(batch.source);
        }
        for (reading, found) in as_read.readings.iter().zip(&found).filter(|(_, found)| !found.same_name) {
            self.database.show(found.line, &reading.shown, tick.wall_ms)?;
        }
        if others {
            // Whoever saw it begin may never say that it is over.
            let what = Happened::Ended(Cause::Unreachable);
            self.happened(&EventRecord { router: number, line: 0, at_ms: tick.wall_ms, what });
        }
        Ok(())
    }
}

/// The lines of a tick as a router would have told them; their counters are those of whoever read them.
fn as_read(batch: &HandedTicks, tick: &HandedTick, mono_ms: u64) -> Tick {
    let named = tick.samples.iter().filter_map(|sample| batch.names.get(sample.name as usize));
    let readings = named.map(|(name, shown)| LineReading {
        name: name.clone(),
        shown: shown.clone(),
        incarnation: batch.source,
        born: false,
        counters: Counters::default(),
    });
    let readings = readings.collect();
    Tick { router: batch.router.clone(), wall_ms: tick.wall_ms, mono_ms, interval_ms: 0, readings }
}

/// What passed, as the other history says. What was not measured is taken only where the line's last sample here is from
/// there too: otherwise the same bytes may be here already, from somebody else.
fn rows(router: &RouterTracker, tick: &HandedTick, found: &[FoundLine], source: u64) -> Rows {
    let mut rows = Rows::default();
    for (place, (sample, found)) in tick.samples.iter().zip(found).enumerate() {
        let state = found.slot.and_then(|slot| router.lines.at(slot));
        let known = match state.map(|state| &state.sessions[..]) {
            Some([session]) if session.incarnation == source => Some(session.counters),
            _ => None,
        };
        let measured = sample.start.is_none_or(Start::is_measured);
        let (start, rises) = match known {
            None if !measured => (Some(Start::First), [0; COUNTERS]),
            None => (Some(sample.start.unwrap_or(Start::Follows)), sample.rises),
            Some(_) => (sample.start, sample.rises),
        };
        // Nobody asks what a counter showed: what counts is by how much it rose.
        let bases = known.unwrap_or_default();
        let mut counters = bases;
        counters.iter_mut().zip(rises).for_each(|(counter, rise)| *counter = counter.wrapping_add(rise));
        rows.entries.push(Entry { line: found.line, start, bases, rises });
        rows.sessions.push(vec![Session { incarnation: source, counters }]);
        rows.implied.push(known.is_some() && start.is_none());
        rows.readings.push(place);
    }
    rows
}
