//! How many packets went wrong on an interface between two samples.

use crate::{Counters, Row};

/// The errors and drops of one interface between two samples, in packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCounts {
    /// The interface's index in the frame.
    pub place: usize,
    /// Packets received or sent with errors.
    pub errors: u64,
    /// Packets dropped: received, to be sent, or by the queue.
    pub drops: u64,
}

impl ErrorCounts {
    /// The counts between two samples of what should be one interface, whose index in the frame is `place`. `None`
    /// where nothing went wrong, and where that cannot be known because a counter was reset.
    pub fn between(before: &Row, after: &Row, place: usize) -> Option<Self> {
        if !before.interface.is_same(&after.interface) {
            return None;
        }
        let rise = |counters: &[fn(&Counters) -> Option<u64>]| -> Option<u64> {
            let each = counters.iter().map(|counter| match (counter(&before.counters), counter(&after.counters)) {
                (Some(old), Some(new)) => new.checked_sub(old),
                _ => Some(0),
            });
            each.sum()
        };
        let errors = rise(&[|counters| counters.rx_errors, |counters| counters.tx_errors])?;
        let drops =
            rise(&[|counters| counters.rx_drops, |counters| counters.tx_drops, |counters| counters.tx_queue_drops])?;
        (errors > 0 || drops > 0).then_some(Self { place, errors, drops })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Interface;

    fn row(name: &str, errors: u64, drops: Option<u64>) -> Row {
        let counters =
            Counters { rx_errors: Some(errors), tx_drops: drops, tx_queue_drops: Some(5), ..Counters::default() };
        Row::new(Arc::new(Interface::new("*1", name, "ether")), counters)
    }

    #[test]
    fn what_rose_is_counted_and_what_did_not_is_none() {
        let quiet = row("ether1", 3, Some(7));
        assert_eq!(ErrorCounts::between(&quiet, &quiet, 4), None);
        let worse = ErrorCounts::between(&quiet, &row("ether1", 5, Some(8)), 4);
        assert_eq!(worse, Some(ErrorCounts { place: 4, errors: 2, drops: 1 }));
    }

    #[test]
    fn a_reset_counter_another_interface_and_one_that_is_missing_tell_nothing() {
        let before = row("ether1", 3, Some(7));
        assert_eq!(ErrorCounts::between(&before, &row("ether1", 1, Some(9)), 0), None);
        let renamed = row("ether2", 9, Some(9));
        assert!(ErrorCounts::between(&before, &renamed, 0).is_some());
        let other = Interface { id: "*2".into(), ..Interface::clone(&renamed.interface) };
        assert_eq!(ErrorCounts::between(&before, &Row::new(Arc::new(other), renamed.counters), 0), None);
        assert_eq!(ErrorCounts::between(&before, &row("ether1", 3, None), 0), None);
    }
}
