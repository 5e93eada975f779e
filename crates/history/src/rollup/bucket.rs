//! A stretch of time and what passed in it; a row of them.

/// What passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// Bytes and packets, received and sent, in time that was measured.
    pub(crate) passed: [u64; 4],
    pub(crate) errors: u64,
    pub(crate) drops: u64,
    /// Bytes that passed in time that was not measured; booked where that time ends.
    pub(crate) unmeasured: [u64; 2],
    pub(crate) measured_ms: i64,
    pub(crate) resets: u32,
    /// The lowest and the highest average over 10 s and more, bit/s, received and sent.
    pub(crate) extremes: Option<[(u64, u64); 2]>,
}

impl Bucket {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The average over the measured time, bit/s.
    pub(crate) fn mean_bps(&self, direction: usize) -> u64 {
        rate(self.passed[direction], self.measured_ms)
    }

    pub(crate) fn widen(&mut self, rates: [(u64, u64); 2]) {
        let widest = self.extremes.get_or_insert(rates);
        for (widest, (low, high)) in widest.iter_mut().zip(rates) {
            *widest = (widest.0.min(low), widest.1.max(high));
        }
    }
}

/// Bytes in so many ms, as bit/s.
#[inline]
pub(crate) fn rate(bytes: u64, ms: i64) -> u64 {
    // Percentiles divide by the million, and a division of 128 bits is ten times as long.
    if let (Some(bits), 1..) = (bytes.checked_mul(8_000), ms) {
        return bits / ms as u64;
    }
    match u128::try_from(ms) {
        Ok(ms) if ms > 0 => u64::try_from(u128::from(bytes) * 8_000 / ms).unwrap_or(u64::MAX),
        _ => 0,
    }
}

/// Buckets of one width, side by side.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) from_ms: i64,
    pub(crate) step_ms: i64,
    pub(crate) buckets: Vec<Bucket>,
    /// What lies outside belongs to somebody else.
    clip: (i64, i64),
}

/// What is to be spread over a stretch of time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Portion {
    pub(crate) passed: [u64; 4],
    pub(crate) errors: u64,
    pub(crate) drops: u64,
    pub(crate) measured_ms: i64,
}

impl Grid {
    pub(crate) fn new(from_ms: i64, step_ms: i64, count: usize) -> Self {
        let step_ms = step_ms.max(1);
        let clip = (from_ms, from_ms + step_ms * count as i64);
        Self { from_ms, step_ms, buckets: vec![Bucket::default(); count], clip }
    }

    /// Empty again, to take only what lies between the two moments.
    pub(crate) fn clear(&mut self, from_ms: i64, to_ms: i64) {
        self.buckets.fill(Bucket::default());
        self.clip(from_ms, to_ms);
    }

    /// At least as long as to this moment, which then lies within.
    pub(crate) fn extend_to(&mut self, at_ms: i64) {
        while self.to_ms() < at_ms {
            self.buckets.push(Bucket::default());
        }
        self.clip.1 = self.to_ms();
    }

    /// Takes out the first bucket; an empty one where there is none. The grid begins behind it from now on.
    pub(crate) fn take_first(&mut self) -> Bucket {
        self.from_ms += self.step_ms;
        let first = if self.buckets.is_empty() { Bucket::default() } else { self.buckets.remove(0) };
        self.clip = (self.from_ms, self.to_ms());
        first
    }

    /// Takes only what lies between the two moments, from here on.
    pub(crate) fn clip(&mut self, from_ms: i64, to_ms: i64) {
        self.clip = (from_ms.max(self.from_ms), to_ms.min(self.to_ms()));
    }

    pub(crate) fn clipped(&self) -> (i64, i64) {
        self.clip
    }

    pub(crate) fn to_ms(&self) -> i64 {
        self.from_ms + self.step_ms * self.buckets.len() as i64
    }

    /// The bucket that a moment is in.
    #[inline]
    pub(crate) fn at(&mut self, at_ms: i64) -> Option<&mut Bucket> {
        if at_ms < self.clip.0 || at_ms >= self.clip.1 {
            return None;
        }
        let place = (at_ms - self.from_ms).div_euclid(self.step_ms);
        self.buckets.get_mut(usize::try_from(place).ok()?)
    }

    /// Spreads over the time from `from_ms` to `to_ms`; what lies outside the grid is left out.
    #[inline]
    pub(crate) fn spread(&mut self, from_ms: i64, to_ms: i64, portion: Portion) {
        let (first, last) = (self.place(from_ms), self.place((to_ms - 1).max(from_ms)));
        if first == last && from_ms >= self.clip.0 && to_ms <= self.clip.1 {
            if let Some(bucket) = usize::try_from(first).ok().and_then(|place| self.buckets.get_mut(place)) {
                bucket.add(portion);
            }
            return;
        }
        self.split(from_ms, to_ms, portion, first.max(0), last.min(self.buckets.len() as i64 - 1));
    }

    fn place(&self, at_ms: i64) -> i64 {
        (at_ms - self.from_ms).div_euclid(self.step_ms)
    }

    fn split(&mut self, from_ms: i64, to_ms: i64, portion: Portion, first: i64, last: i64) {
        let length = to_ms - from_ms;
        // The share up to a moment; the differences of such shares sum to the whole.
        let share = |whole: u64, until_ms: i64| -> u64 {
            let passed = (until_ms - from_ms).clamp(0, length) as u128;
            (u128::from(whole) * passed / length as u128) as u64
        };
        for place in first..=last {
            let begin = self.from_ms + place * self.step_ms;
            let (begin, end) = (begin.max(self.clip.0), (begin + self.step_ms).min(self.clip.1));
            if begin >= end {
                continue;
            }
            let part = |whole: u64| share(whole, end) - share(whole, begin);
            let measured = portion.measured_ms.max(0) as u64;
            let Some(bucket) = self.buckets.get_mut(place as usize) else { continue };
            bucket.add(Portion {
                passed: portion.passed.map(part),
                errors: part(portion.errors),
                drops: part(portion.drops),
                measured_ms: part(measured) as i64,
            });
        }
    }

    /// Widens what every bucket between the two moments has seen.
    #[inline]
    pub(crate) fn widen(&mut self, from_ms: i64, to_ms: i64, rates: [(u64, u64); 2]) {
        let (first, last) = (self.place(from_ms).max(0), self.place((to_ms - 1).max(from_ms)));
        for place in first..=last.min(self.buckets.len() as i64 - 1) {
            self.buckets[place as usize].widen(rates);
        }
    }
}

impl Bucket {
    #[inline]
    fn add(&mut self, portion: Portion) {
        self.passed.iter_mut().zip(portion.passed).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        self.errors = self.errors.saturating_add(portion.errors);
        self.drops = self.drops.saturating_add(portion.drops);
        self.measured_ms += portion.measured_ms;
    }

    /// Takes out what was taken in before; the extremes stay.
    pub(crate) fn take_out(&mut self, other: &Self) {
        self.passed.iter_mut().zip(other.passed).for_each(|(sum, less)| *sum = sum.saturating_sub(less));
        self.unmeasured.iter_mut().zip(other.unmeasured).for_each(|(sum, less)| *sum = sum.saturating_sub(less));
        self.errors = self.errors.saturating_sub(other.errors);
        self.drops = self.drops.saturating_sub(other.drops);
        self.measured_ms -= other.measured_ms;
        self.resets = self.resets.saturating_sub(other.resets);
    }

    /// Takes in another one, of another stretch or another line.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.add(Portion {
            passed: other.passed,
            errors: other.errors,
            drops: other.drops,
            measured_ms: other.measured_ms,
        });
        self.unmeasured.iter_mut().zip(other.unmeasured).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        self.resets = self.resets.saturating_add(other.resets);
        if let Some(rates) = other.extremes {
            self.widen(rates);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_split_sums_to_the_whole(
            passed: [u64; 4], errors: u64, from in 0i64..5_000, length in 1i64..5_000, step in 1i64..3_000
        ) {
            let mut grid = Grid::new(0, step, (10_000 / step + 1) as usize);
            grid.spread(from, from + length, Portion { passed, errors, drops: 3, measured_ms: length });
            let mut sum = Bucket::default();
            grid.buckets.iter().for_each(|bucket| sum.merge(bucket));
            prop_assert_eq!(sum.passed, passed);
            prop_assert_eq!((sum.errors, sum.drops, sum.measured_ms), (errors, 3, length));
            for (place, bucket) in grid.buckets.iter().enumerate() {
                let begin = place as i64 * step;
                let inside = (from + length).min(begin + step) - from.max(begin);
                prop_assert_eq!(bucket.measured_ms, inside.max(0));
            }
        }
    }

    #[test]
    fn an_edge_splits_in_proportion() {
        let mut grid = Grid::new(0, 10_000, 2);
        grid.spread(8_000, 18_000, Portion { passed: [101, 0, 0, 0], measured_ms: 10_000, ..Portion::default() });
        assert_eq!([grid.buckets[0].passed[0], grid.buckets[1].passed[0]], [20, 81]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut grid = Grid::new(10_000, 10_000, 1);
        grid.spread(0, 30_000, Portion { passed: [300, 0, 0, 0], measured_ms: 30_000, ..Portion::default() });
        assert_eq!((grid.buckets[0].passed[0], grid.buckets[0].measured_ms), (100, 10_000));
        grid.spread(-500, -100, Portion { passed: [300, 0, 0, 0], ..Portion::default() });
        assert_eq!(grid.buckets[0].passed[0], 100);
        grid.widen(0, 5, [(0, 1); 2]);
        assert_eq!(grid.buckets[0].extremes, None);
    }
}
