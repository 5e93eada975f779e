//! Why there are no samples: taken down while it lasts, told with the sample that ends it.

use std::sync::Arc;

use lalin_stats::{Counters, Frame, GapPart, GapReason, Row};
use tokio::time::Instant;

/// The most reasons that one gap has, one after the other; the newest stands for those that are too many.
const PARTS: usize = 16;

/// The reasons since the newest sample.
#[derive(Debug)]
pub(crate) struct Gaps {
    parts: Vec<(Instant, GapReason)>,
    /// What was before belongs to an earlier start of this program.
    restarted: bool,
}

/// A gap as it is told: from when to when, ms since 1970-01-01 UTC; `None` is before all that is known, or still on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Since when.
    pub from_ms: Option<u64>,
    /// Until when.
    pub until_ms: Option<u64>,
    /// Why.
    pub reason: GapReason,
}

impl Gaps {
    pub(crate) fn new(restarted: bool) -> Self {
        Self { parts: vec![(Instant::now(), GapReason::Unwatched)], restarted }
    }

    /// From now on there is nothing because of this.
    pub(crate) fn begins(&mut self, reason: GapReason) {
        let full = self.parts.len() >= PARTS;
        match self.parts.last_mut() {
            // Of one outage the last cause is the nearest to the truth: a lost session is noticed before its router.
            Some((_, last)) if full || last.code() == reason.code() => *last = reason,
            _ => self.parts.push((Instant::now(), reason)),
        }
    }

    /// Another machine asked until now; whatever it told of the time since its last sample is its own business.
    pub(crate) fn moved(&mut self) {
        self.parts = vec![(Instant::now(), GapReason::Moved)];
        self.restarted = false;
    }

    /// Whether reads failed since the newest sample.
    pub(crate) fn has_failures(&self) -> bool {
        self.parts.iter().any(|(_, reason)| matches!(reason, GapReason::Unreachable(_)))
    }

    /// A sample is there. `line` is whether it makes a line with the one `before`.
    pub(crate) fn end(
        &mut self,
        before: Option<&Frame>,
        sample: (Instant, u64),
        step_ms: i64,
        (line, rebooted): (bool, bool),
    ) -> Option<Arc<[GapPart]>> {
        let (at, unix_ms) = sample;
        let mut parts = std::mem::take(&mut self.parts);
        let restarted = std::mem::take(&mut self.restarted) && before.is_none();
        if line && !rebooted {
            return None;
        }
        let watched = parts.iter().all(|(_, reason)| *reason != GapReason::Unwatched);
        if step_ms != 0 && watched {
            parts = vec![(at, GapReason::Clock)];
        } else if rebooted {
            for (_, reason) in parts.iter_mut().filter(|(_, reason)| reason.code() == "unreachable") {
                *reason = GapReason::Rebooted;
            }
        }
        let passed =
            |since: Instant| u64::try_from(at.saturating_duration_since(since).as_millis()).unwrap_or(u64::MAX);
        let mut told: Vec<GapPart> = Vec::with_capacity(parts.len() + 1);
        if restarted {
            told.push(GapPart { reason: GapReason::Restarted, before_ms: None });
        }
        for (place, (since, reason)) in parts.into_iter().enumerate() {
            let before_ms = match before {
                // The gap begins with the last sample, whenever its reason was noticed.
                Some(before) if place == 0 => {
                    unix_ms.saturating_sub(before.unix_ms.saturating_add_signed(step_ms.min(0)))
                }
                _ => passed(since),
            };
            told.push(GapPart { reason, before_ms: Some(before_ms) });
        }
        (!told.is_empty()).then(|| told.into())
    }

    /// The gap that is still on, where the newest sample is older than samples are apart.
    pub(crate) fn open(&self, newest: Option<&Frame>) -> Vec<Gap> {
        let Some(newest) = newest else {
            let last = self.parts.last().map(|(_, reason)| Gap { from_ms: None, until_ms: None, reason: *reason });
            return last.into_iter().collect();
        };
        let ms = |since: Instant| {
            let later = since.saturating_duration_since(newest.at).as_millis();
            newest.unix_ms.saturating_add(u64::try_from(later).unwrap_or(u64::MAX))
        };
        let begins =
            |place: usize| self.parts.get(place).map(|(since, _)| if place == 0 { newest.unix_ms } else { ms(*since) });
        let each = self.parts.iter().enumerate();
        each.map(|(place, (_, reason))| Gap { from_ms: begins(place), until_ms: begins(place + 1), reason: *reason })
            .filter(|gap| gap.until_ms.is_none() || gap.from_ms < gap.until_ms)
            .collect()
    }
}

impl Gap {
    /// The parts of the gap that a frame ends, oldest first.
    pub fn before(frame: &Frame) -> Vec<Self> {
        frame.gap.as_ref().map(|parts| told(parts, frame.unix_ms, None)).unwrap_or_default()
    }
}

/// The parts as they are told, before a sample at `unix_ms`; `last_ms` is the sample before where that is known.
pub(crate) fn told(parts: &[GapPart], unix_ms: u64, last_ms: Option<u64>) -> Vec<Gap> {
    let begins = |place: usize| {
        let part = parts.get(place)?;
        let exact = last_ms.filter(|_| place == 0);
        exact.or_else(|| part.before_ms.map(|before| unix_ms.saturating_sub(before)))
    };
    let each = parts.iter().enumerate().map(|(place, part)| Gap {
        from_ms: begins(place),
        until_ms: if place + 1 < parts.len() { begins(place + 1) } else { Some(unix_ms) },
        reason: part.reason,
    });
    each.filter(|gap| gap.from_ms.is_none() || gap.from_ms < gap.until_ms).collect()
}

/// Whether the counters of a lasting interface begin anew; `None` where it had counted nothing.
pub(crate) fn begins_anew(old: Option<&Row>, new: &Row) -> Option<bool> {
    let bytes = |counters: &Counters| Some(counters.rx_bytes?.saturating_add(counters.tx_bytes?));
    let (old, now) = (bytes(&old?.counters)?, bytes(&new.counters)?);
    (!new.interface.dynamic && old != 0).then_some(now < old)
}

/// Whether every lasting interface that had counted anything counts from the beginning: the router was started anew.
pub(crate) fn counts_anew(each: impl Iterator<Item = Option<bool>>) -> bool {
    let mut each = each.flatten().peekable();
    each.peek().is_some() && each.all(|anew| anew)
}

#[cfg(test)]
mod tests {
    use lalin_stats::Interface;

    use super::*;

    fn counts(rows: &[(bool, u64, u64)]) -> bool {
        let row = |dynamic: bool, bytes: u64| {
            Row::new(Arc::new(Interface { dynamic, ..Interface::new("*1", "e", "ether") }), Counters::bytes(bytes, 0))
        };
        counts_anew(rows.iter().map(|(d, old, new)| begins_anew(Some(&row(*d, *old)), &row(*d, *new))))
    }

    #[test]
    fn a_router_was_started_anew_where_all_that_lasts_counts_from_the_beginning() {
        assert!(counts(&[(false, 10, 1), (false, 7, 0), (false, 0, 0), (true, 5, 9)]));
        assert!(!counts(&[(false, 10, 1), (false, 7, 8)]), "one interface was reset");
        assert!(!counts(&[(true, 10, 1)]), "a customer dialled in anew");
        assert!(!counts(&[]) && !counts(&[(false, 0, 0)]));
    }

    #[test]
    fn the_reasons_of_one_gap_are_bounded_and_follow_each_other() {
        let mut gaps = Gaps::new(true);
        for turn in 0..1_000 {
            gaps.begins(if turn % 2 == 0 { GapReason::Unreachable("timed-out") } else { GapReason::Unwatched });
        }
        gaps.begins(GapReason::Unreachable("closed"));
        gaps.begins(GapReason::Unreachable("refused"));
        assert_eq!(gaps.parts.len(), PARTS);
        assert_eq!(gaps.parts.last().unwrap().1, GapReason::Unreachable("refused"));
        let parts = [
            GapPart { reason: GapReason::Restarted, before_ms: None },
            GapPart { reason: GapReason::Unwatched, before_ms: Some(500) },
            GapPart { reason: GapReason::Unreachable("refused"), before_ms: Some(500) },
        ];
        let told: Vec<_> =
            told(&parts, 1_000, None).iter().map(|gap| (gap.from_ms, gap.until_ms, gap.reason.code())).collect();
        assert_eq!(told, [(None, Some(500), "restarted"), (Some(500), Some(1_000), "unreachable")]);
    }
}
