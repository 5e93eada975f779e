//! What comes back from a store, as samples; and samples into a grid, just as those of files go there.

use super::metric::Field;
use crate::rollup::{Bucket, Grid, Portion, Window};

/// One sample of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RawSample {
    pub(crate) at_ms: i64,
    /// How long was measured; `None` for one that only tells what else happened.
    pub(crate) span_ms: Option<u32>,
    pub(crate) passed: [u64; 4],
    pub(crate) errors: u64,
    pub(crate) drops: u64,
    pub(crate) unmeasured: [u64; 2],
    pub(crate) resets: u32,
}

/// One number of a row or a sample.
pub(super) fn put(bucket: &mut Bucket, of: &str, value: f64) {
    let value = value.max(0.0) as u64;
    let extremes = |bucket: &mut Bucket, direction: usize, lowest: bool| {
        let both = bucket.extremes.get_or_insert([(0, 0); 2]);
        let of = &mut both[direction];
        if lowest { of.0 = value } else { of.1 = value }
    };
    match of {
        "rx_bytes" => bucket.passed[0] = value,
        "tx_bytes" => bucket.passed[1] = value,
        "rx_packets" => bucket.passed[2] = value,
        "tx_packets" => bucket.passed[3] = value,
        "errors" => bucket.errors = value,
        "drops" => bucket.drops = value,
        "unmeasured_rx_bytes" => bucket.unmeasured[0] = value,
        "unmeasured_tx_bytes" => bucket.unmeasured[1] = value,
        "milliseconds" => bucket.measured_ms = i64::try_from(value).unwrap_or(i64::MAX),
        "resets" => bucket.resets = u32::try_from(value).unwrap_or(u32::MAX),
        "rx_max" => extremes(bucket, 0, false),
        "tx_max" => extremes(bucket, 1, false),
        "rx_min" => extremes(bucket, 0, true),
        "tx_min" => extremes(bucket, 1, true),
        _ => {}
    }
}

/// A line's numbers as samples, in the order of their times.
pub(super) fn together(mut numbers: Vec<(i64, Field, f64)>) -> Vec<RawSample> {
    numbers.sort_unstable_by_key(|(at_ms, ..)| *at_ms);
    let mut samples: Vec<RawSample> = Vec::new();
    let mut bucket = Bucket::default();
    for (place, (at_ms, field, value)) in numbers.iter().enumerate() {
        put(&mut bucket, field.of(), *value);
        let measured = *field == Field::Milliseconds;
        if samples.last().is_none_or(|last| last.at_ms != *at_ms) {
            samples.push(RawSample { at_ms: *at_ms, ..RawSample::default() });
        }
        if let (Some(sample), true) = (samples.last_mut(), measured) {
            sample.span_ms = Some(value.max(0.0) as u32);
        }
        if numbers.get(place + 1).is_none_or(|(next_ms, ..)| next_ms != at_ms) {
            let Bucket { passed, errors, drops, unmeasured, resets, .. } = std::mem::take(&mut bucket);
            if let Some(sample) = samples.last_mut() {
                *sample = RawSample { passed, errors, drops, unmeasured, resets, ..*sample };
            }
        }
    }
    samples
}

/// Adds samples to a grid, as far as it is clipped. Just as those of files are.
pub(crate) fn fold(samples: &[RawSample], grid: &mut Grid) {
    let mut window = Window::default();
    for sample in samples {
        let RawSample { at_ms, span_ms, passed, errors, drops, unmeasured, resets } = *sample;
        if let Some(bucket) = grid.at(at_ms - 1) {
            bucket.resets = bucket.resets.saturating_add(resets);
            bucket.unmeasured[0] = bucket.unmeasured[0].saturating_add(unmeasured[0]);
            bucket.unmeasured[1] = bucket.unmeasured[1].saturating_add(unmeasured[1]);
        }
        let Some(span_ms) = span_ms.map(i64::from) else { continue };
        let from_ms = at_ms - span_ms.max(1);
        grid.spread(from_ms, at_ms, Portion { passed, errors, drops, measured_ms: span_ms });
        window.add(grid, from_ms, at_ms, [passed[0], passed[1]]);
    }
}

/// The measured stretches of samples.
pub(crate) fn stretches(samples: &[RawSample]) -> Vec<(i64, i64)> {
    let each = samples.iter().filter_map(|sample| Some((sample.at_ms - i64::from(sample.span_ms?), sample.at_ms)));
    // One may have been moved by a ms, off an edge.
    let mut all: Vec<(i64, i64)> = Vec::new();
    for (from, to) in each {
        match all.last_mut() {
            Some(last) if from - last.1 <= 1 => last.1 = to,
            _ => all.push((from, to)),
        }
    }
    all
}
