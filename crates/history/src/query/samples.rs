//! Every sample of a line, for whoever takes them elsewhere.

use crate::columns::Start;
use crate::segment::TimesCache;
use crate::tick::COUNTERS;
use crate::{Error, LineId, Reader, Rises};

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When the counters were read, ms since 1970.
    pub at_ms: i64,
    /// How long the interval before was, ms.
    pub span_ms: u32,
    /// How a stretch of samples begins with it; `None` where it follows the one before.
    pub start: Option<Start>,
    /// By how much the counters rose in the interval.
    pub rises: Rises,
}

impl Reader {
    /// Gives every sample of a range, in the order in which they were recorded, until `each` says `false`.
    pub fn samples(
        &self,
        line: LineId,
        from_ms: i64,
        to_ms: i64,
        each: &mut dyn FnMut(Sample) -> bool,
    ) -> Result<(), Error> {
        if self.remote().is_some() {
            return Err(Error::Question("the samples are in a store of yours: it gives them out itself"));
        }
        let view = self.shared.get();
        for piece in view.pieces(line.number(), (from_ms, to_ms), &mut TimesCache::default(), &self.damage) {
            for (sample, (tick, start)) in piece.chunk.runs.ticks().enumerate() {
                let at_ms = piece.times.at(tick);
                if at_ms < from_ms || at_ms >= to_ms {
                    continue;
                }
                let mut rises = [0; COUNTERS];
                rises.iter_mut().zip(&piece.chunk.columns).for_each(|(rise, column)| *rise = column[sample] as u64);
                let start = start.filter(|start| *start != Start::Follows);
                let sample = Sample { at_ms, span_ms: piece.times.span(tick), start, rises: Rises::from_array(rises) };
                if !each(sample) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
