//! Fills a grid with what a line carried, each day from the tier that suits the grid and still has the day.

use crate::meta::{RAW_FROM, TotalsRow};
use crate::rollup::{Bucket, Grid, bucket_of, fold, fold_bucket};
use crate::segment::{Piece, Tier, TimesCache};
use crate::store::{DAY_MS, FIVE_MINUTES, HOUR_MS, MINUTE, TierKind, View, has_day, rows, touches};
use crate::{Error, LineId, Reader};

/// A stretch of measured time.
pub(crate) type Stretch = (i64, i64);

/// What filling found besides the sums.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The measured time, as exactly as the tiers know it; in order.
    pub(crate) measured: Vec<Stretch>,
    /// The coarsest tier that was used.
    pub(crate) tier: Option<Tier>,
}

impl Reader {
    /// Fills the grid, within its clip.
    pub(crate) fn fill(
        &self,
        view: &View,
        line: LineId,
        grid: &mut Grid,
        cache: &mut TimesCache,
    ) -> Result<Found, Error> {
        let whole = grid.clipped();
        let raw_from = self.database().number(RAW_FROM)?;
        let mut found = Found::default();
        for (tier, from_ms, to_ms) in slices(view, whole, grid.step_ms, raw_from) {
            grid.clip(from_ms, to_ms);
            found.tier = found.tier.max(Some(tier));
            match tier {
                Tier::Raw => {
                    let pieces = view.pieces(line.number(), (from_ms, to_ms), cache, &self.damage);
                    fold(&pieces, grid);
                    found.measured.extend(pieces.iter().flat_map(stretches));
                }
                Tier::Minute => self.fill_rows(view, MINUTE, line, grid, &mut found)?,
                Tier::FiveMinutes => self.fill_rows(view, FIVE_MINUTES, line, grid, &mut found)?,
                Tier::Hour => self.fill_hours(line, grid, &mut found)?,
            }
        }
        grid.clip(whole.0, whole.1);
        found.measured.sort_unstable();
        Ok(found)
    }

    fn fill_rows(
        &self,
        view: &View,
        kind: TierKind,
        line: LineId,
        grid: &mut Grid,
        found: &mut Found,
    ) -> Result<(), Error> {
        let (from_ms, to_ms) = grid.clipped();
        for segment in view.tier(kind.tier).iter().filter(|segment| touches(segment, from_ms, to_ms)) {
            let entries = match segment.find(line.number()) {
                Ok(entries) => entries,
                Err(why) => {
                    self.damage.segment(segment, &why);
                    continue;
                }
            };
            for entry in entries {
                let chunk = match segment.chunk(&entry) {
                    Ok(chunk) => chunk,
                    Err(why) => {
                        self.damage.chunk(segment, &entry, &why);
                        continue;
                    }
                };
                for (place, row) in rows(&chunk) {
                    let begin = segment.header.from_ms + i64::from(place) * kind.width_ms;
                    if begin + kind.width_ms <= from_ms || begin >= to_ms {
                        continue;
                    }
                    let bucket = bucket_of(&row, kind.width_ms);
                    add_row(&bucket, begin, kind.width_ms, grid, found);
                }
            }
        }
        Ok(())
    }

    fn fill_hours(&self, line: LineId, grid: &mut Grid, found: &mut Found) -> Result<(), Error> {
        let (from_ms, to_ms) = grid.clipped();
        let first = from_ms.div_euclid(HOUR_MS) * HOUR_MS;
        let number = line.number();
        for TotalsRow { from_ms, totals, .. } in self.database().hours((number, number), first, to_ms)? {
            let bucket = Bucket {
                passed: [totals.rx_bytes, totals.tx_bytes, totals.rx_packets, totals.tx_packets],
                errors: totals.errors,
                drops: totals.drops,
                unmeasured: [totals.unmeasured_rx_bytes, totals.unmeasured_tx_bytes],
                measured_ms: totals.measured_ms as i64,
                resets: totals.resets,
                extremes: None,
            };
            // An hour has no lowest rate: its mean stands for it.
            let rates = [(0, totals.rx_max_bps), (1, totals.tx_max_bps)];
            let rates = rates.map(|(direction, most)| (bucket.mean_bps(direction), most));
            add_row(&Bucket { extremes: Some(rates), ..bucket }, from_ms, HOUR_MS, grid, found);
        }
        Ok(())
    }
}

fn add_row(bucket: &Bucket, from_ms: i64, width_ms: i64, grid: &mut Grid, found: &mut Found) {
    fold_bucket(bucket, from_ms, width_ms, grid);
    if bucket.measured_ms > 0 {
        match found.measured.last_mut() {
            Some(last) if last.1 == from_ms => last.1 = from_ms + width_ms,
            _ => found.measured.push((from_ms, from_ms + width_ms)),
        }
    }
}

/// The measured stretches of a piece.
fn stretches(piece: &Piece) -> impl Iterator<Item = Stretch> + '_ {
    piece.chunk.runs.0.iter().filter_map(|run| {
        let before = if run.start.is_measured() { i64::from(piece.times.span(run.tick)) } else { 0 };
        let stretch = (piece.times.at(run.tick) - before, piece.times.at(run.tick + run.length - 1));
        (stretch.0 < stretch.1).then_some(stretch)
    })
}

/// Which tier to ask for which stretch: at least two of its rows a point, unless only a coarser one is left.
pub(super) fn slices(view: &View, (from_ms, to_ms): (i64, i64), step_ms: i64, raw_from: i64) -> Vec<(Tier, i64, i64)> {
    let mut slices: Vec<(Tier, i64, i64)> = Vec::new();
    let mut at = from_ms;
    while at < to_ms {
        let day = at.div_euclid(DAY_MS) * DAY_MS;
        let end = (day + DAY_MS).min(to_ms);
        let has = |kind: TierKind| view.tier(kind.tier).iter().any(|segment| has_day(segment, day));
        let wide = |kind: TierKind, rows: i64| step_ms >= rows * kind.width_ms && has(kind);
        let tier = if wide(FIVE_MINUTES, 2) || (step_ms == FIVE_MINUTES.width_ms && has(FIVE_MINUTES)) {
            Tier::FiveMinutes
        } else if wide(MINUTE, 2) || (step_ms == MINUTE.width_ms && has(MINUTE)) {
            Tier::Minute
        } else if day >= raw_from {
            Tier::Raw
        } else if has(MINUTE) {
            Tier::Minute
        } else if has(FIVE_MINUTES) {
            Tier::FiveMinutes
        } else {
            Tier::Hour
        };
        match slices.last_mut() {
            Some(last) if last.0 == tier => last.2 = end,
            _ => slices.push((tier, at, end)),
        }
        at = end;
    }
    slices
}
