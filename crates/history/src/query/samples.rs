//! Every sample of a line, for whoever takes them elsewhere.

use crate::columns::Start;
use crate::segment::TimesCache;
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
    /// Gives every sample of a range, in the order of their times, until `each` says `false`. Where a clock was set back, or
    /// two machines asked a router at once, samples of two stretches come in turns.
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
        for kept in view.in_time(line.number(), (from_ms, to_ms), &mut TimesCache::default(), &self.damage) {
            let rises = Rises::from_array(kept.rises.map(|rise| rise as u64));
            let start = kept.start.filter(|start| *start != Start::Follows);
            if !each(Sample { at_ms: kept.at_ms, span_ms: kept.span_ms, start, rises }) {
                break;
            }
        }
        Ok(())
    }
}
