// Statistics of a time range. Each point is the mean rate since the point before it, and is weighted by that time: the
// average is total over time, and the 95th percentile is the lowest rate that was not exceeded for 95 % of the known
// time. Unknown time counts neither as time nor as zero. Does not touch the page.

import { place } from "../chart/curves.js";
import { GAP_INTERVALS } from "./point-store.js";

const NOTHING = Object.freeze({ peak: null, average: null, p95: null, bytes: null, known_ms: 0, partial: false });

/**
 * @param {ArrayLike<number>} t ms, rising
 * @param {ArrayLike<number|null>} values bit/s; null or NaN where not known
 * @param {number} from ms
 * @param {number} to ms
 * @param {number} intervalMs how far apart points are
 * @param {{t: ArrayLike<number>, low: ArrayLike<number>}} [uncertainty] the factors that lead to the least which each
 *   point may truly be: peak and percentile are of these, so that no doubt becomes a record
 * @returns {{peak: number|null, average: number|null, p95: number|null, bytes: number|null, known_ms: number, partial:
 *   boolean}} `partial`: of some of the time between there is nothing known
 */
export function measure(t, values, from, to, intervalMs = 2_000, uncertainty = NONE) {
  const rates = new Float64Array(t.length);
  const times = new Float64Array(t.length);
  let [count, known, bits, peak] = [0, 0, 0, 0];
  const first = place(t, from);
  let factor = place(uncertainty.t, from);
  // Before the very first point that is known there is nothing to miss.
  let [begun, missing, last] = [
    earlier(values, first),
    false,
    first > 0 && isKnown(values[first - 1]) ? t[first - 1] : -Infinity,
  ];
  for (let i = first; i < t.length && t[i] <= to; i++) {
    const value = values[i];
    if (!isKnown(value)) {
      missing ||= begun;
      continue;
    }
    const before = i > 0 ? t[i - 1] : -Infinity;
    // A slow router's rate is that of all the time since the point before it. After a gap it stands for one interval
    // only.
    const late = (i === 0 || before !== last) && t[i] - before > GAP_INTERVALS * intervalMs;
    if (late && begun) missing = true;
    [begun, last] = [true, t[i]];
    const ms = t[i] - Math.max(late ? t[i] - intervalMs : before, from);
    while (uncertainty.t[factor] < t[i]) factor++;
    const low = uncertainty.t[factor] === t[i] && uncertainty.low[factor] <= 1 ? uncertainty.low[factor] : 1;
    rates[count] = value * low;
    times[count] = ms;
    count++;
    known += ms;
    bits += (value * ms) / 1000;
    if (rates[count - 1] > peak) peak = rates[count - 1];
  }
  if (count === 0) return NOTHING;
  const partial = missing || to - last > GAP_INTERVALS * intervalMs;
  if (known === 0) return { peak, average: peak, p95: peak, bytes: 0, known_ms: 0, partial };
  return {
    peak,
    average: (bits * 1000) / known,
    p95: rank(rates, times, count, 0.95 * known),
    bytes: bits / 8,
    known_ms: known,
    partial,
  };
}
const NONE = Object.freeze({ t: [], low: [] });

function isKnown(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

/** Whether anything is known before this place. */
function earlier(values, end) {
  for (let i = end - 1; i >= 0; i--) if (isKnown(values[i])) return true;
  return false;
}

/** The lowest rate that, with all below it, lasted at least `wanted` ms. */
function rank(rates, times, count, wanted) {
  const sorted = rates.slice(0, count).sort();
  const enough = (place) => {
    let lasted = 0;
    for (let i = 0; i < count; i++) if (rates[i] <= sorted[place]) lasted += times[i];
    // Sums of the same parts in another order may differ in the last digits.
    return lasted >= wanted * (1 - 1e-12);
  };
  let [low, high] = [0, count - 1];
  // Points are about equally far apart, so it is near the place that it would have among equals: from there in growing
  // steps, and by halves once it lies between two of them.
  let middle = Math.min(high, Math.ceil(0.95 * count) - 1);
  let [above, below] = [false, false];
  for (let stride = 1; low < high; stride *= 2) {
    if (enough(middle)) [high, above] = [middle, true];
    else [low, below] = [middle + 1, true];
    if (above && below) middle = (low + high) >> 1;
    else middle = above ? Math.max(low, high - stride) : Math.min(high - 1, low + stride - 1);
  }
  return sorted[low];
}
