// What a stretch of the past comes to: its curves in the line's own directions, how much of it was measured, its
// average and its peak. Does not touch the page.

/** @import { Direction, Range } from "../data/types.js" */
/** @import { HistoryPoint } from "../data/history-tiles.js" */

/** @typedef {{t: number, end: number, value: number, low: number, high: number}} Mark a step of a curve */

/**
 * One direction's curve, in pieces: a new one begins behind each step without a value.
 * @param {(HistoryPoint & {stepMs?: number})[]} points
 * @param {"rx"|"tx"} way
 * @param {number} stepMs of points that do not say it themselves
 * @param {number} shift is added to the times, ms
 * @returns {Mark[][]}
 */
export function pieces(points, way, stepMs, shift = 0) {
  const made = [];
  let piece = null;
  let end = 0;
  for (const point of points) {
    const value = point[`${way}Bps`];
    if (value === null || value === undefined) {
      piece = null;
      continue;
    }
    const step = point.stepMs ?? stepMs;
    if (piece === null || point.t > end + step / 2) made.push((piece = []));
    end = point.t + step;
    piece.push({
      t: point.t + shift,
      end: end + shift,
      value,
      low: point[`${way}MinBps`] ?? value,
      high: point[`${way}MaxBps`] ?? value,
    });
  }
  return made;
}

/** The part of a stretch that was measured, 0 to 1; what is still to come does not count. */
export function coverageOf(points, { from, to }, stepMs, now) {
  const length = Math.min(to, now) - from;
  if (length <= 0) return 0;
  let measured = 0;
  for (const point of points) {
    const step = point.stepMs ?? stepMs;
    const inside = Math.min(point.t + step, to, now) - Math.max(point.t, from);
    // The step that is going on is covered as far as it has come.
    if (inside > 0) measured += Math.min(inside, (point.coverage ?? 0) * (point.t < from ? inside : step));
  }
  return Math.min(1, measured / length);
}

/**
 * The average, by how much of each step was measured, and the highest; null where nothing was.
 * @param {(HistoryPoint & {stepMs?: number})[]} points
 * @param {"rx"|"tx"} way
 */
export function figuresOf(points, way) {
  let [sum, weight] = [0, 0];
  /** @type {number|null} */
  let highest = null;
  for (const point of points) {
    const value = point[`${way}Bps`];
    if (value === null || value === undefined) continue;
    const part = (point.coverage || 0) * (point.stepMs ?? 1);
    sum += value * part;
    weight += part;
    highest = Math.max(highest ?? 0, point[`${way}MaxBps`] ?? value);
  }
  return { average: weight > 0 ? sum / weight : null, highest };
}

/** The step that holds a moment; null where none does. */
export function stepAt(points, t, stepMs) {
  let [low, high] = [0, points.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const point = points[middle];
    if (t < point.t) high = middle - 1;
    else if (t >= point.t + (point.stepMs ?? stepMs)) low = middle + 1;
    else return point;
  }
  return null;
}
