//! The recent answers: how long the quickest took, and how sure it is that none could be quicker.

use std::collections::VecDeque;

/// So many are remembered. The quickest of few is quicker than most by chance, and the gate then too narrow.
const REMEMBERED: usize = 300;

/// How long the recent answers took, seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    took: VecDeque<f64>,
}

impl Answers {
    /// Takes in the newest; the quickest of all.
    pub(crate) fn push(&mut self, took: f64) -> f64 {
        if self.took.len() == REMEMBERED {
            self.took.pop_front();
        }
        self.took.push_back(took);
        self.quickest()
    }

    /// The quickest; none: 0.
    pub(crate) fn quickest(&self) -> f64 {
        self.took.iter().copied().reduce(f64::min).unwrap_or_default()
    }

    /// How many are remembered.
    pub(crate) fn count(&self) -> usize {
        self.took.len()
    }

    /// By how much an answer might have been quicker than the quickest that was seen: where they take any time up to a
    /// bound alike, the quickest of all is that much slower than the least in one of four hundred cases.
    pub(crate) fn slack(&self) -> f64 {
        let count = self.took.len().max(1) as f64;
        let excess = self.took.iter().sum::<f64>() / count - self.quickest();
        12.0 * excess / count + 1e-3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_is_forgotten_after_three_hundred_others() {
        let mut answers = Answers::default();
        answers.push(0.01);
        for _ in 0..299 {
            assert_eq!(answers.push(0.5), 0.01);
        }
        assert_eq!(answers.push(0.5), 0.5);
        assert_eq!(answers.count(), 300);
        assert_eq!(answers.slack(), 1e-3, "a constant delay leaves no more than clocks do");
    }
}
