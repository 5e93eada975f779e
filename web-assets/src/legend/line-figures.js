// What the visible time comes to for each line, reckoned once for the legend, the cards and the picture. Does not touch
// the page.

import { measure } from "../data/range-statistics.js";
/** @import { Direction, Range } from "../data/types.js" */
/** @import { PointSeries } from "../data/point-series.js" */

/** @typedef {{peak: number|null, average: number|null, p95: number|null, total: number|null, partial: boolean}} Come */

/** @type {Come} */
const NOTHING = Object.freeze({ peak: null, average: null, p95: null, total: null, partial: false });

export class LineFigures {
  /** @type {Map<string, {down: Come, up: Come}>} */
  #of = new Map();

  /**
   * @param {string[]} names
   * @param {(name: string) => PointSeries} points
   * @param {(name: string) => Direction} side
   * @param {Range} range
   * @param {number} intervalMs
   * @param {{t: ArrayLike<number>, low: ArrayLike<number>}} factors of the ticks; see `measure`
   */
  reckon(names, points, side, range, intervalMs, factors) {
    this.#of = new Map(
      names.map((name) => {
        const series = points(name);
        const of = (way) => {
          const found = measure(series.t, series[way], range.from, range.to, intervalMs, factors);
          const { peak, average, p95, bytes: total, partial } = found;
          return { peak, average, p95, total, partial };
        };
        const { down, up } = side(name);
        return [name, { down: of(down), up: of(up) }];
      }),
    );
  }

  /** Of one line; nothing is known before the first reckoning. */
  of(name) {
    return this.#of.get(name) ?? { down: NOTHING, up: NOTHING };
  }
}
