//! Samples that another Lalin recorded: put where an hour is put that was recorded here, and sealed, booked and put
//! together as that is. Nothing counts before its segment has its name, so an import that ends early has taken in whole
//! days and nothing of the next.

use std::sync::Arc;

use lalin_stats::RouterId;

use super::engine::Engine;
use super::folder::DAY_MS;
use super::sealing::SEAL_AT;
use super::view::lock;
use crate::columns::Times;
use crate::journal::Journal;
use crate::open::{OpenLine, OpenPart};
use crate::{Error, LineName};

/// A router's ticks, one after the other, with its lines: each with its name and what the router called it.
#[derive(Debug)]
pub(crate) struct ImportedPart {
    pub(crate) router: RouterId,
    pub(crate) times: Times,
    pub(crate) lines: Vec<(LineName, Arc<str>, OpenLine)>,
}

impl Engine {
    /// Before the first part: what was recorded here is sealed, and its journal is behind what is imported.
    pub(crate) fn begin_import(&mut self) -> Result<(), Error> {
        self.seal()?;
        self.finish_work()
    }

    /// Takes a part, in memory; the day before it is sealed first.
    pub(crate) fn import(&mut self, part: ImportedPart) -> Result<(), Error> {
        let day_ms = part.times.anchor_ms.div_euclid(DAY_MS) * DAY_MS;
        let (empty, bytes) = {
            let hour = lock(&self.hour);
            (hour.is_empty(), hour.bytes)
        };
        if !empty && (day_ms != self.hour_ms || bytes >= SEAL_AT) {
            self.seal_import()?;
        }
        self.hour_ms = day_ms;
        self.know(&part.router)?;
        let (from_ms, to_ms) = part.times.range();
        let Some(router) = self.routers.get_mut(&part.router) else { return Err(Error::Closed) };
        let (number, first_seq) = (router.number, (router.seq + 1).max(self.numbers_from));
        let last_seq = first_seq + (part.times.offsets.len() as u64).saturating_sub(1);
        let numbers = last_seq - router.seq;
        router.seq = last_seq;
        // What was seen at the last tick that was recorded here still was: its counters go on from there.
        router.lines.states_mut().for_each(|state| state.seen_seq += numbers);
        // Only from where it was read last is there a gap when it is read again.
        router.wall_ms = router.wall_ms.max(to_ms);
        let mut open = OpenPart { router: number, first_seq, times: part.times, lines: Default::default() };
        let database = &self.database;
        database.batch(|| {
            for (name, shown, line) in part.lines {
                let (id, _) = database.line(number, &name, from_ms)?;
                database.was_shown(id, &shown, from_ms)?;
                database.was_there(id, from_ms, to_ms)?;
                open.lines.insert(id, line);
            }
            Ok(())
        })?;
        lock(&self.hour).insert(open);
        self.today.ms = self.today.ms.max(to_ms);
        self.latest_ms = self.latest_ms.max(to_ms);
        Ok(())
    }

    /// Makes what was taken safe: its segment, its totals, and the days that it completes.
    pub(crate) fn seal_import(&mut self) -> Result<(), Error> {
        if self.journal.is_none() {
            // A history that is new: sealing wants a journal to go on from.
            let folder = self.folder.journal();
            let number = lock(&self.hour).number;
            self.journal = Some(Journal::create(&self.disk, &folder, number, &[]).map_err(Error::file(&folder))?);
        }
        self.seal()?;
        self.finish_work()
    }
}
