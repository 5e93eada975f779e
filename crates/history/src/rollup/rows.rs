//! A bucket as the 14 numbers of a row of the tiers above raw, and back.
//!
//! Extremes are kept as how far they are from the mean, in hundredths of it, rounded away from it: kept exactly, they
//! would double a busy line's row.

use super::bucket::Bucket;
use crate::columns::Picked;

/// Bytes and packets 0 to 3, missing ms, resets, unmeasured bytes 6 and 7, errors, drops, highest 10 and 11, lowest 12
/// and 13. What a percentile needs comes first, so that the rest need not be read for it.
pub(crate) type Row = [i64; 14];
/// The columns that a percentile needs: bytes and missing ms.
pub(crate) const FOR_PERCENTILE: Picked = Picked(1 << RECEIVED | 1 << SENT | 1 << MISSING);
/// Bytes received.
pub(crate) const RECEIVED: usize = 0;
/// Bytes sent.
pub(crate) const SENT: usize = 1;
/// Milliseconds that were not measured.
pub(crate) const MISSING: usize = 4;

/// The row of a bucket that is `width_ms` long.
pub(crate) fn row_of(bucket: &Bucket, width_ms: i64) -> Row {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let [rx_bytes, tx_bytes, rx_packets, tx_packets] = bucket.passed.map(number);
    let mut row = [0; 14];
    row[..4].copy_from_slice(&[rx_bytes, tx_bytes, rx_packets, tx_packets]);
    row[8] = number(bucket.errors);
    row[9] = number(bucket.drops);
    row[6] = number(bucket.unmeasured[0]);
    row[7] = number(bucket.unmeasured[1]);
    row[4] = width_ms - bucket.measured_ms;
    row[5] = bucket.resets.into();
    for (direction, (low, high)) in bucket.extremes.unwrap_or_default().into_iter().enumerate() {
        let mean = u128::from(bucket.mean_bps(direction));
        if mean > 0 && bucket.extremes.is_some() {
            let over = (u128::from(high).saturating_sub(mean) * 100).div_ceil(mean);
            let under = (mean.saturating_sub(u128::from(low)) * 100).div_ceil(mean);
            row[10 + direction] = i64::try_from(over).unwrap_or(i64::MAX);
            row[12 + direction] = i64::try_from(under.min(100)).unwrap_or(100);
        }
    }
    row
}

/// The bucket again.
pub(crate) fn bucket_of(row: &Row, width_ms: i64) -> Bucket {
    let number = |value: i64| value.max(0) as u64;
    let mut bucket = Bucket {
        passed: [row[0], row[1], row[2], row[3]].map(number),
        errors: number(row[8]),
        drops: number(row[9]),
        unmeasured: [number(row[6]), number(row[7])],
        measured_ms: width_ms.saturating_sub(row[4]),
        resets: u32::try_from(row[5]).unwrap_or_default(),
        extremes: None,
    };
    if bucket.measured_ms > 0 {
        let extremes = [0, 1].map(|direction| {
            let mean = bucket.mean_bps(direction);
            let at = |percent: i64| match mean.checked_mul(percent.max(0) as u64) {
                Some(hundredths) => hundredths / 100,
                None => u64::try_from(u128::from(mean) * percent.max(0) as u128 / 100).unwrap_or(u64::MAX),
            };
            (at(100i64.saturating_sub(row[12 + direction])), at(100i64.saturating_add(row[10 + direction])))
        });
        bucket.extremes = Some(extremes);
    }
    bucket
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_come_back_exactly_and_extremes_within_two_hundredths_of_the_mean(
            passed in [0u64..1 << 40, 0u64..1 << 40, 0u64..1 << 30, 0u64..1 << 30],
            measured_ms in 1i64..70_000, lower in 0u64..100, higher in 0u64..900
        ) {
            let mut bucket = Bucket { passed, measured_ms, errors: 3, drops: 4, unmeasured: [5, 6], resets: 7, extremes: None };
            let means = [bucket.mean_bps(0), bucket.mean_bps(1)];
            bucket.extremes = Some(means.map(|mean| (mean - mean * lower / 100, mean + mean * higher / 100)));
            let back = bucket_of(&row_of(&bucket, 60_000), 60_000);
            prop_assert_eq!(Bucket { extremes: None, ..back }, Bucket { extremes: None, ..bucket });
            for (direction, mean) in means.into_iter().enumerate() {
                let ((low, high), (kept_low, kept_high)) =
                    (bucket.extremes.unwrap()[direction], back.extremes.unwrap()[direction]);
                prop_assert!(kept_high + 1 >= high && kept_high <= high + mean / 50 + 1, "{high} {kept_high}");
                prop_assert!(kept_low <= low && kept_low + mean / 50 + 2 >= low, "{low} {kept_low}");
            }
        }
    }
}
