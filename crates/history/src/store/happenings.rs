//! What happens beside the ticks: events, and that nothing can be recorded.

use lalin_stats::RouterId;

use super::engine::Engine;
use super::status::Recording;
use crate::journal::{EventRecord, Happened, RecordWriter};
use crate::{Cause, Error, Event, Tick, What};

impl Engine {
    pub(super) fn gap(&mut self, router: u32, cause: Cause, from_ms: i64, to_ms: i64) {
        let began = EventRecord { router, line: 0, at_ms: from_ms, what: Happened::Began(cause, String::new()) };
        let ended = EventRecord { router, line: 0, at_ms: to_ms, what: Happened::Ended(cause) };
        for event in [began, ended] {
            self.happened(&event);
        }
    }

    /// Keeps an event. One that cannot be kept costs a cause and no sample, so nothing is stopped for it.
    pub(super) fn happened(&mut self, event: &EventRecord) {
        let mut records = RecordWriter::default();
        records.event(event);
        let written = self.journal.as_mut().map_or(Ok(()), |journal| journal.append(&records.bytes));
        if let Err(error) = self.database.happened(event) {
            tracing::warn!(%error, "an event of the history is lost");
        } else if let Err(error) = written {
            tracing::debug!(%error, "an event is not in the journal");
        }
    }

    /// Takes an event.
    pub(crate) fn event(&mut self, event: &Event) -> Result<(), Error> {
        self.know(&event.router)?;
        let Some(router) = self.routers.get(&event.router) else { return Ok(()) };
        let number = router.number;
        let line = match &event.line {
            None => 0,
            Some(name) => match router.lines.get(name) {
                Some(state) => state.id,
                None => self.database.line(number, name, event.at_ms)?.0,
            },
        };
        let what = match &event.what {
            What::LinkUp => Happened::Once("link-up".into()),
            What::LinkDown => Happened::Once("link-down".into()),
            What::Rebooted => Happened::Once("reboot".into()),
            What::Began(cause, detail) => Happened::Began(*cause, detail.clone()),
            What::Ended(cause) => Happened::Ended(*cause),
        };
        self.happened(&EventRecord { router: number, line, at_ms: event.at_ms, what });
        Ok(())
    }

    /// Another history may have recorded a router since its last tick here.
    pub(crate) fn begins_anew(&mut self, router: &RouterId) {
        if let Some(router) = self.routers.get_mut(router) {
            router.begins_anew();
        }
    }

    /// A tick that did not reach the engine.
    pub(crate) fn lost(&mut self, router: &RouterId) {
        if let Some(router) = self.routers.get_mut(router) {
            router.lost = true;
        }
    }

    pub(super) fn failed(&mut self, tick: &Tick, error: &Error) {
        self.lost(&tick.router);
        if self.stopped.is_none() {
            tracing::error!(%error, "the history is not recorded; it is tried again every few seconds");
            self.stopped = Some((tick.wall_ms, error.to_string()));
            self.status.lock().recording = Recording::Stopped { since_ms: tick.wall_ms, cause: error.to_string() };
        }
    }

    pub(super) fn recorded(&mut self, wall_ms: i64) {
        let Some((since_ms, cause)) = self.stopped.take() else { return };
        tracing::info!("the history is recorded again");
        self.status.lock().recording = Recording::Running;
        let routers: Vec<u32> = self.routers.values().map(|router| router.number).collect();
        for router in routers {
            let what = Happened::Began(Cause::DiskFull, cause.clone());
            self.happened(&EventRecord { router, line: 0, at_ms: since_ms, what });
            let what = Happened::Ended(Cause::DiskFull);
            self.happened(&EventRecord { router, line: 0, at_ms: wall_ms, what });
        }
    }

    /// Whether nothing is recorded at present.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }
}
