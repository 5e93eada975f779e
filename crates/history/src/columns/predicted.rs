//! A column as what is left of it when two others have had their say: packets go with bytes.
//!
//! Least squares give two coefficients a chunk, kept in fixed point so that every machine reads the same numbers. The
//! caller takes the prediction only where it is smaller, which it is by 2 to 6 % on busy lines.

/// What each of the two columns counts for, in 1 / 2^24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weights(pub(super) [i64; 2]);

const POINT: u32 = 24;
/// Beyond it the product of a weight and a counter's rise would leave 128 bits no room, and it predicts nothing.
const LARGEST: f64 = (1u64 << 40) as f64;

impl Weights {
    /// The weights with which `from` predicts `numbers` best; `None` where they do not at all.
    pub(super) fn fit(numbers: &[i64], from: [&[i64]; 2]) -> Option<Self> {
        let dot = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(&a, &b)| a as f64 * b as f64).sum::<f64>();
        let [x, y] = from;
        let (xx, xy, yy) = (dot(x, x), dot(x, y), dot(y, y));
        let (xn, yn) = (dot(x, numbers), dot(y, numbers));
        let determinant = xx * yy - xy * xy;
        let weights = if determinant > 1e-6 * xx * yy {
            [(xn * yy - yn * xy) / determinant, (yn * xx - xn * xy) / determinant]
        } else if xx > 0.0 {
            [xn / xx, 0.0]
        } else {
            return None;
        };
        let fixed = weights.map(|weight| (weight * f64::from(1 << POINT)).round());
        (fixed.iter().all(|weight| weight.abs() < LARGEST) && fixed != [0.0; 2])
            .then(|| Self(fixed.map(|weight| weight as i64)))
    }

    /// What is left of the numbers. `None` where it does not fit, which no counter of a router comes near.
    pub(super) fn remainders(self, numbers: &[i64], from: [&[i64]; 2]) -> Option<Vec<i64>> {
        let each = numbers.iter().zip(from[0].iter().zip(from[1]));
        each.map(|(&number, (&x, &y))| number.checked_sub(self.predict(x, y)?)).collect()
    }

    /// The numbers again, from what was left of them.
    pub(super) fn restore(self, remainders: &mut [i64], from: [&[i64]; 2]) {
        for (remainder, (&x, &y)) in remainders.iter_mut().zip(from[0].iter().zip(from[1])) {
            *remainder = remainder.wrapping_add(self.predict(x, y).unwrap_or(0));
        }
    }

    fn predict(self, x: i64, y: i64) -> Option<i64> {
        let product = |weight: i64, value: i64| i128::from(weight) * i128::from(value);
        let sum = product(self.0[0], x).checked_add(product(self.0[1], y))?;
        i64::try_from(sum >> POINT).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back_whatever_the_others_are(
            rows in prop::collection::vec((any::<i64>(), any::<i64>(), any::<i64>()), 1..50), shift in 0u32..63
        ) {
            let column = |pick: fn(&(i64, i64, i64)) -> i64| -> Vec<i64> { rows.iter().map(|row| pick(row) >> shift).collect() };
            let (numbers, x, y) = (column(|row| row.0), column(|row| row.1), column(|row| row.2));
            if let Some(weights) = Weights::fit(&numbers, [&x, &y])
                && let Some(mut left) = weights.remainders(&numbers, [&x, &y])
            {
                weights.restore(&mut left, [&x, &y]);
                prop_assert_eq!(left, numbers);
            }
        }
    }

    #[test]
    fn packets_of_equal_size_leave_nothing() {
        let bytes: Vec<i64> = (1..100).map(|n| n * 900).collect();
        let packets: Vec<i64> = (1..100).collect();
        let weights = Weights::fit(&packets, [&bytes, &[0; 99]]).unwrap();
        let left = weights.remainders(&packets, [&bytes, &[0; 99]]).unwrap();
        assert!(left.iter().all(|left| (0..=1).contains(left)), "{left:?}");
    }

    #[test]
    fn zeros_predict_nothing() {
        assert_eq!(Weights::fit(&[1, 2, 3], [&[0; 3], &[0; 3]]), None);
    }
}
