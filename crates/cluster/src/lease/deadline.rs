//! Until when a lease is good: arithmetic without a clock.

use std::collections::VecDeque;
use std::time::Duration;

use super::clock::BootTime;

/// A node stops so long before anybody else may take over: for clocks that run differently and for closing.
pub(crate) const MARGIN: Duration = Duration::from_secs(2);

/// The renewals of one lease that were sent, and what is known of them.
#[derive(Clone, Debug)]
pub(crate) struct Renewals {
    age: Duration,
    /// Number and time of sending of those whose answer may yet come.
    sent: VecDeque<(u64, BootTime)>,
    number: u64,
    /// When the last one that is known to stand was sent.
    renewed: Option<BootTime>,
}

impl Renewals {
    pub(crate) fn new(age: Duration) -> Self {
        Self { age, sent: VecDeque::new(), number: 0, renewed: None }
    }

    /// A renewal is about to be sent; its number.
    pub(crate) fn send(&mut self, now: BootTime) -> u64 {
        self.number += 1;
        if self.sent.len() == KEPT {
            self.sent.pop_front();
        }
        self.sent.push_back((self.number, now));
        self.number
    }

    /// That renewal stands in the bucket. The lease counts from before it was sent: nobody can have seen it earlier.
    pub(crate) fn stands(&mut self, number: u64) -> BootTime {
        if let Some((_, sent)) = self.sent.iter().find(|(one, _)| *one == number) {
            self.renewed = self.renewed.max(Some(*sent));
        }
        self.sent.retain(|(one, _)| *one > number);
        self.deadline()
    }

    /// Until when this node may ask routers.
    pub(crate) fn deadline(&self) -> BootTime {
        self.renewed.map_or_else(BootTime::default, |sent| sent + self.age.saturating_sub(MARGIN))
    }

    /// When the last one that is known to stand was sent.
    pub(crate) fn renewed(&self) -> Option<BootTime> {
        self.renewed
    }
}

/// More renewals than fit into a lease.
const KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: Duration = Duration::from_secs(10);

    #[test]
    fn a_lease_counts_from_before_its_renewal_was_sent() {
        let mut renewals = Renewals::new(AGE);
        assert_eq!(renewals.deadline(), BootTime::default());
        let first = renewals.send(BootTime::at(100.0));
        // The answer took long; that does not matter.
        assert_eq!(renewals.stands(first), BootTime::at(108.0));
        renewals.send(BootTime::at(101.0));
        assert_eq!(renewals.deadline(), BootTime::at(108.0), "sent is not renewed");
    }

    #[test]
    fn a_renewal_whose_answer_was_lost_counts_by_its_own_time() {
        let mut renewals = Renewals::new(AGE);
        let first = renewals.send(BootTime::at(100.0));
        let second = renewals.send(BootTime::at(101.0));
        renewals.send(BootTime::at(102.0));
        // Read from the bucket: the second one stands, and the third does not.
        assert_eq!(renewals.stands(second), BootTime::at(109.0));
        // An old answer that comes late takes nothing back, and one of a stranger gives nothing.
        assert_eq!(renewals.stands(first), BootTime::at(109.0));
        assert_eq!(renewals.stands(77), BootTime::at(109.0));
    }

    #[test]
    fn what_is_remembered_of_renewals_is_bounded() {
        let mut renewals = Renewals::new(AGE);
        for second in 0..1000 {
            renewals.send(BootTime::at(f64::from(second)));
        }
        assert_eq!(renewals.sent.len(), KEPT);
        assert_eq!(renewals.stands(1000), BootTime::at(999.0 + 8.0));
    }
}
