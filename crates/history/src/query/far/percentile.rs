//! What is billed by the peak.

use crate::query::percentile::{Averages, Percentile, PercentilesQuery};
use crate::remote::{FIVE_MINUTES_MS, Remote, Scope, fold};
use crate::rollup::Grid;
use crate::{Error, Reader};

/// So many lines are asked for at once: a month of each is some 27,000 numbers.
const LINES: usize = 20;

impl Reader {
    /// The percentiles of a month, in the order of the lines.
    pub(in crate::query) fn far_percentiles(
        &self,
        remote: &Remote,
        query: &PercentilesQuery<'_>,
        (from_ms, to_ms): (i64, i64),
    ) -> Result<Vec<Percentile>, Error> {
        let count = usize::try_from((to_ms - from_ms) / FIVE_MINUTES_MS).unwrap_or_default();
        let mut averages = Averages::new(from_ms, count);
        let lines = query.lines.iter().map(|line| self.line(*line)).collect::<Result<Vec<_>, _>>()?;
        let mut found = std::collections::HashMap::new();
        for part in lines.chunks(LINES) {
            for scope in Scope::many(part, usize::MAX) {
                let rows = remote.rows(&scope, from_ms, to_ms, false)?;
                let mut samples = Vec::new();
                for (router, stretches) in remote.unbooked(&scope, from_ms, to_ms)? {
                    for (from, to) in stretches {
                        samples.push((router.clone(), (from, to), remote.samples(&scope, from, to)?));
                    }
                }
                for (line, router) in scope.lines() {
                    averages.clear();
                    // A row that came without being booked is of a moment ago: the samples count.
                    let stray = |end_ms: i64| {
                        let mut mine = samples.iter().filter(|(of, ..)| of == router);
                        mine.any(|(_, (from, to), _)| end_ms > *from && end_ms <= *to)
                    };
                    for (end_ms, row) in rows.get(&line).into_iter().flatten().filter(|(end_ms, _)| !stray(**end_ms)) {
                        averages.add_row(*end_ms, *row);
                    }
                    for (_, (from, to), samples) in samples.iter().filter(|(of, ..)| of == router) {
                        let Some(samples) = samples.get(&line) else { continue };
                        let mut grid = Grid::new(*from, FIVE_MINUTES_MS, ((to - from) / FIVE_MINUTES_MS) as usize);
                        fold(samples, &mut grid);
                        for (bucket, place) in grid.buckets.iter().zip(1..) {
                            let [rx, tx, ..] = bucket.passed;
                            let row = [rx, tx, bucket.measured_ms.max(0) as u64];
                            averages.add_row(from + place * FIVE_MINUTES_MS, row);
                        }
                    }
                    found.insert(line, averages.percentile(query, (from_ms, to_ms)));
                }
            }
        }
        lines.iter().map(|line| found.get(&line.id.number()).copied().ok_or(Error::NoLine)).collect()
    }
}
