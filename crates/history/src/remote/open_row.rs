//! A line's five minutes that are not booked yet.

use super::metric::{Field, Metric, RateField};
use super::reading::FIVE_MINUTES_MS;
use crate::LineName;
use crate::rollup::{Bucket, Grid, Portion, Window};

/// What is known of a line since its last row.
#[derive(Clone, Debug)]
pub(super) struct OpenRow {
    pub(super) name: LineName,
    /// When it was seen last.
    pub(super) last_ms: i64,
    grid: Grid,
    window: Window,
}

impl OpenRow {
    /// Of a line that was not seen before; rows are made from this edge on.
    pub(super) fn new(name: LineName, from_ms: i64) -> Self {
        Self { name, last_ms: 0, grid: Grid::new(from_ms, FIVE_MINUTES_MS, 0), window: Window::default() }
    }

    /// What was measured from one moment to another.
    pub(super) fn measured(&mut self, from_ms: i64, to_ms: i64, portion: Portion) {
        self.grid.extend_to(to_ms);
        self.grid.spread(from_ms, to_ms, portion);
        self.window.add(&mut self.grid, from_ms, to_ms, [portion.passed[0], portion.passed[1]]);
    }

    /// What passed in time that was not measured, and ends here.
    pub(super) fn unmeasured(&mut self, to_ms: i64, bytes: [u64; 2]) {
        self.grid.extend_to(to_ms);
        if let Some(bucket) = self.grid.at(to_ms - 1) {
            let [rx, tx] = &mut bucket.unmeasured;
            (*rx, *tx) = (rx.saturating_add(bytes[0]), tx.saturating_add(bytes[1]));
        }
        self.window = Window::default();
    }

    /// The counters began at zero.
    pub(super) fn reset(&mut self, to_ms: i64) {
        self.grid.extend_to(to_ms);
        if let Some(bucket) = self.grid.at(to_ms - 1) {
            bucket.resets += 1;
        }
    }

    /// The values of the first five minutes, which are over.
    pub(super) fn take_first(&mut self) -> Vec<(Metric, f64)> {
        values(&self.grid.take_first())
    }

    /// Nothing of before is booked any more.
    pub(super) fn begin_at(&mut self, from_ms: i64) {
        self.grid = Grid::new(from_ms, FIVE_MINUTES_MS, 0);
    }
}

fn values(bucket: &Bucket) -> Vec<(Metric, f64)> {
    let mut values = Vec::new();
    let mut put = |metric, value: u64| values.push((metric, value as f64));
    if bucket.measured_ms > 0 {
        let fields = [Field::RxBytes, Field::TxBytes, Field::RxPackets, Field::TxPackets];
        fields.into_iter().zip(bucket.passed).for_each(|(field, value)| put(Metric::FiveMinutes(field), value));
        put(Metric::FiveMinutes(Field::Milliseconds), bucket.measured_ms as u64);
    }
    let rare = [
        (Field::Errors, bucket.errors),
        (Field::Drops, bucket.drops),
        (Field::UnmeasuredRx, bucket.unmeasured[0]),
        (Field::UnmeasuredTx, bucket.unmeasured[1]),
        (Field::Resets, u64::from(bucket.resets)),
    ];
    rare.into_iter().filter(|(_, value)| *value > 0).for_each(|(field, value)| put(Metric::FiveMinutes(field), value));
    if let Some([rx, tx]) = bucket.extremes {
        let rates =
            [(RateField::RxMin, rx.0), (RateField::RxMax, rx.1), (RateField::TxMin, tx.0), (RateField::TxMax, tx.1)];
        rates.into_iter().for_each(|(field, value)| put(Metric::Rate(field), value));
    }
    values
}
