// What a stretch of points comes to. Each point is the mean rate since the point before it, so it counts for as long
// as that was: the average is total over time, and the 95th percentile is the nearest rank by time, the lowest rate
// that was not exceeded for 95 % of the known time. What is not known counts neither as time nor as zero. No page here.

import { place } from "./curves.js";

const NOTHING = Object.freeze({ peak: null, average: null, p95: null, bytes: null, known_ms: 0 });
/** A point further than this many intervals from the one before it stands for one interval only. */
const GAP_INTERVALS = 3;

/**
 * @param {ArrayLike<number>} t ms, rising
 * @param {ArrayLike<number|null>} values bit/s; null or NaN where not known
 * @param {number} from ms
 * @param {number} to ms
 * @param {number} intervalMs how far apart points are
 * @returns {{peak: number|null, average: number|null, p95: number|null, bytes: number|null, known_ms: number}}
 */
export function measure(t, values, from, to, intervalMs = 2_000) {
  const rates = new Float64Array(t.length);
  const times = new Float64Array(t.length);
  let [count, known, bits, peak] = [0, 0, 0, 0];
  for (let i = place(t, from); i < t.length && t[i] <= to; i++) {
    const value = values[i];
    if (value === null || value === undefined || Number.isNaN(value)) continue;
    const before = i > 0 ? t[i - 1] : -Infinity;
    const since = t[i] - before > GAP_INTERVALS * intervalMs ? t[i] - intervalMs : before;
    const ms = t[i] - Math.max(since, from);
    rates[count] = value;
    times[count] = ms;
    count++;
    known += ms;
    bits += (value * ms) / 1000;
    if (value > peak) peak = value;
  }
  if (count === 0) return NOTHING;
  if (known === 0) return { peak, average: peak, p95: peak, bytes: 0, known_ms: 0 };
  return { peak, average: (bits * 1000) / known, p95: rank(rates, times, count, 0.95 * known), bytes: bits / 8, known_ms: known };
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
