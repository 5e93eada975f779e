//! One interface while the router runs: its counters at any moment, its link, and its row.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use super::interface_row::{Counters, Link, Moving, Row, Wanted};
use crate::{InterfaceSpec, LossCounters, LossRates};

/// One interface.
pub(crate) struct Interface {
    /// Its number among all interfaces there ever were.
    pub(crate) serial: u32,
    pub(crate) spec: InterfaceSpec,
    /// When the present traffic began, and the counters at that moment.
    since: Instant,
    /// How long it had been flowing by then.
    age: Duration,
    base: Counters,
    /// The highest counters so far, because rounding must never make a counter fall.
    highest: Counters,
    hidden: bool,
    link: Link,
    row: Row,
}

impl Interface {
    /// One that appears now, `unix` seconds since 1970 by the router's clock.
    pub(crate) fn new(serial: u32, spec: InterfaceSpec, unix: u64, names_months: bool) -> Self {
        let link = Link { up: spec.running.then_some(unix), ..Link::default() };
        let base = Counters { bytes: spec.base, ..Counters::default() };
        let (since, age) = (Instant::now(), spec.age);
        let (highest, hidden, row) = (base, false, Row::default());
        let mut interface = Self { serial, spec, since, age, base, highest, hidden, link, row };
        interface.encode(names_months);
        interface
    }

    /// Counters and link start again.
    pub(crate) fn reboot(&mut self, unix: u64, names_months: bool) {
        self.restart(Counters::default());
        self.link = Link { up: self.spec.running.then_some(unix), ..Link::default() };
        self.encode(names_months);
    }

    pub(crate) fn id(&self) -> String {
        // Dynamic interfaces have ids in a range of their own.
        let offset = if self.spec.dynamic { 0xF0_0000 } else { 0 };
        format!("*{:X}", offset + self.serial)
    }

    fn elapsed(&self) -> Option<Duration> {
        (self.spec.running && !self.spec.disabled).then(|| self.since.elapsed() + self.age)
    }

    /// The counters now.
    pub(crate) fn counters(&mut self) -> Counters {
        if let Some(time) = self.elapsed() {
            let rx = self.base.bytes.0.saturating_add(self.spec.rx.bytes_until(time));
            let tx = self.base.bytes.1.saturating_add(self.spec.tx.bytes_until(time));
            self.highest.bytes = (self.highest.bytes.0.max(rx), self.highest.bytes.1.max(tx));
            self.highest.losses = self.base.losses.plus(self.spec.losses.until(time));
        }
        self.highest
    }

    /// The exact rates now, bit/s received and sent.
    pub(crate) fn rates(&self) -> (f64, f64) {
        self.elapsed().map_or((0.0, 0.0), |time| (self.spec.rx.rate_at(time), self.spec.tx.rate_at(time)))
    }

    /// Errors and drops per second now.
    pub(crate) fn loss_rates(&self) -> LossRates {
        if self.elapsed().is_some() { self.spec.losses } else { LossRates::default() }
    }

    /// Changes what flows; the counters go on from where they are.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut InterfaceSpec)) {
        let counters = self.counters();
        self.restart(counters);
        change(&mut self.spec);
    }

    /// The counters of bytes go on from other values.
    pub(crate) fn jump(&mut self, rx: u64, tx: u64) {
        let counters = Counters { bytes: (rx, tx), ..self.counters() };
        self.restart(counters);
    }

    pub(crate) fn set_losses(&mut self, losses: LossRates, names_months: bool) {
        self.change(|spec| spec.losses = losses);
        self.encode(names_months);
    }

    pub(crate) fn add_losses(&mut self, more: LossCounters, names_months: bool) {
        let counters = self.counters();
        self.restart(Counters { losses: counters.losses.plus(more), ..counters });
        self.encode(names_months);
    }

    /// The counters go on from these.
    fn restart(&mut self, counters: Counters) {
        (self.base, self.highest) = (counters, counters);
        (self.since, self.age) = (Instant::now(), Duration::ZERO);
    }

    pub(crate) fn set_running(&mut self, running: bool, unix: u64, names_months: bool) {
        if self.spec.running == running {
            return;
        }
        self.change(|spec| spec.running = running);
        if running {
            self.link.up = Some(unix);
        } else {
            self.link.down = Some(unix);
            self.link.downs += 1;
        }
        self.encode(names_months);
    }

    /// Leaves the counters out of the row.
    pub(crate) fn hide(&mut self, hidden: bool, names_months: bool) {
        self.hidden = hidden;
        self.encode(names_months);
    }

    /// Appends the row, with the properties that are wanted.
    pub(crate) fn sentence(&mut self, tag: Option<&[u8]>, wanted: Wanted, to: &mut Vec<u8>) {
        let counters = self.counters();
        self.row.sentence(&counters, tag, wanted, to);
    }

    /// The value of a property, if the row has it.
    pub(crate) fn value(&self, name: &[u8], counters: &Counters) -> Option<Cow<'_, [u8]>> {
        self.row.value(name, counters)
    }

    fn encode(&mut self, names_months: bool) {
        let moving = if self.hidden {
            Moving::None
        } else if self.spec.losses == LossRates::default() && self.base.losses == LossCounters::default() {
            Moving::Traffic
        } else {
            Moving::All
        };
        self.row = Row::encode((&self.id(), self.serial), &self.spec, &self.link, moving, names_months);
    }
}
