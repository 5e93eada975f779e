// How far a rate may be from the truth: the network's delays hide exactly when a router read its counters. Each tick
// has two factors, the same for all interfaces: the true rate lies between rate * low and rate * high. Does not touch
// the page.

import { place } from "./curves.js";

/** What lies nearer to the line than this part of it is not worth a band. */
export const WORTH = 0.05;

/** By how much of itself the rate of a tick may be wrong, either way; null where it is not known. */
export function uncertaintyOf(low, high) {
  return low > 0 && high >= low ? Math.max(1 - low, high - 1, 0) : null;
}

/** `± 12 %`, where it is worth telling; else nothing. */
export function uncertaintyWords(low, high) {
  const doubt = uncertaintyOf(low, high);
  return doubt !== null && doubt > WORTH ? `± ${Math.round(doubt * 100)} %` : "";
}

/**
 * Between what and what each drawn line may truly be: a list of stretches for each column of `drawn`, none where all of
 * it is as good as sure. A stretch begins and ends at a point that is sure, so that it grows out of its line.
 * @param {(number|null|undefined)[][]} drawn as drawn, not thinned out: `[t in s, ...]`
 * @param {{low: ArrayLike<number>, high: ArrayLike<number>}} factors one for each row; NaN where not known
 * @param {number[]} columns which of the columns have one
 * @param {{from: number, to: number, width: number}} seen ms, ms, px
 * @returns {{column: number, t: number[], low: number[], high: number[]}[]}
 */
export function bands(drawn, { low, high }, columns, { from, to, width }) {
  const times = drawn[0];
  const first = Math.max(0, place(times, from / 1000) - 1);
  const end = Math.min(times.length, place(times, to / 1000) + 1);
  const worth = (row) => uncertaintyOf(low[row], high[row]) > WORTH;
  let some = false;
  for (let row = first; row < end && !some; row++) some = worth(row);
  if (!some) return [];
  // Where a screen could not show them all, points share a place: the band is around all of them.
  const size = end - first > 2 * width ? ((to - from) / 1000 / width) * 2 : 0;
  const found = [];
  for (const column of columns) {
    const values = drawn[column];
    let stretch = null;
    let [open, before] = [false, -1];
    const close = () => {
      if (open) found.push(stretch);
      [stretch, open] = [null, false];
    };
    const add = (row) => {
      const [a, b] = [values[row] * (low[row] > 0 ? low[row] : 1), values[row] * (high[row] > 0 ? high[row] : 1)];
      const at = stretch.t.length - 1;
      const place = size > 0 ? Math.floor(times[row] / size) : NaN;
      if (at >= 0 && place === stretch.place) {
        // Below zero the higher factor leads further down.
        stretch.low[at] = Math.min(stretch.low[at], a, b);
        stretch.high[at] = Math.max(stretch.high[at], a, b);
        return;
      }
      stretch.place = place;
      stretch.t.push(times[row]);
      stretch.low.push(Math.min(a, b));
      stretch.high.push(Math.max(a, b));
    };
    for (let row = first; row < end; row++) {
      const value = values[row];
      if (value === undefined) continue;
      if (value === null) {
        close();
        before = -1;
        continue;
      }
      if (worth(row)) {
        stretch ??= { column, t: [], low: [], high: [] };
        if (!open && before >= 0) add(before);
        open = true;
        add(row);
      } else if (open) {
        add(row);
        close();
      }
      before = row;
    }
    close();
  }
  return found;
}

/** Which columns have a band: every line, or of a stack only the totals, since its layers would cover each other's. */
export function banded(count, mode) {
  if (mode === "stack" && count > 1) return [2 * count - 1, 2 * count];
  return Array.from({ length: 2 * count }, (_, at) => at + 1);
}
