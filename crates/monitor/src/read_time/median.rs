//! The weighted median: what most of the witnesses say, however far off the others are.

/// The least value such that the values up to it have half of the weight, in linear time; `None` of none. Reorders.
pub(crate) fn weighted_median(values: &mut [(f64, f64)]) -> Option<f64> {
    let mut wanted = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut rest = values;
    loop {
        let middle = rest.len().checked_sub(1)? / 2;
        let (below, pivot, above) = rest.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
        let (value, weight) = *pivot;
        let weight_below = below.iter().map(|(_, weight)| weight).sum::<f64>();
        if weight_below >= wanted && !below.is_empty() {
            rest = below;
        } else if weight_below + weight >= wanted || above.is_empty() {
            return Some(value);
        } else {
            wanted -= weight_below + weight;
            rest = above;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_one_at_half_of_the_weight() {
        assert_eq!(weighted_median(&mut []), None);
        assert_eq!(weighted_median(&mut [(7.0, 0.1)]), Some(7.0));
        assert_eq!(weighted_median(&mut [(20.0, 1.0), (2.0, 1.0)]), Some(2.0), "the lower of two");
        assert_eq!(weighted_median(&mut [(1.0, 1.0), (3.0, 5.0), (2.0, 1.0)]), Some(3.0));
        assert_eq!(weighted_median(&mut [(5.0, 1.0), (1.0, 1.0), (4.0, 1.0), (2.0, 1.0), (3.0, 1.0)]), Some(3.0));
    }

    #[test]
    fn it_is_what_sorting_finds() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 40) as f64
        };
        for length in 1..200 {
            let mut values: Vec<_> = (0..length).map(|_| (random() % 50.0, 1.0 + random() % 9.0)).collect();
            let mut sorted = values.clone();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            let half = sorted.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
            let mut sum = 0.0;
            let by_sorting = sorted.iter().find(|(_, weight)| {
                sum += weight;
                sum >= half
            });
            assert_eq!(weighted_median(&mut values), by_sorting.map(|(value, _)| *value));
        }
    }
}
