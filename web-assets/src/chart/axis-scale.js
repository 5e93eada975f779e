// The top of the chart's axis: a round number above the highest point that does not jump with every tick. Does not
// touch the page.

import { steps } from "../shared/format.js";

/** Less than this, bit/s, does not fill the height: silence looks like silence. */
const LEAST = 10_000;
/** Room above the highest point. */
const ROOM = 1.05;
/** The axis comes down when less than this part of it would do ... */
const LOW = 0.6;
/** ... for this long, ms. */
const PATIENCE = 8_000;

/** The round figure of this unit at or above `most` (bit/s). */
export function roundTop(most, unit) {
  const wanted = most * ROOM;
  const step = steps(unit).find((size) => size * 5 >= wanted) ?? wanted;
  return Math.ceil(wanted / step) * step;
}

/**
 * Steps between the axis' figures: those that lead exactly to both ends, where such a step is wide enough.
 * @param {number} height px
 * @param {number} space what a step must have, px
 */
export function ticks(unit, bottom, top, height, space) {
  // A step that is larger than all there is to see leads nowhere.
  const fits = (end, size) =>
    Math.abs(end / size - Math.round(end / size)) < 1e-6 && (end === 0 || size <= Math.abs(end));
  const wide = steps(unit).filter((size) => (size / (top - bottom)) * height >= space);
  const exact = wide.filter((size) => fits(top, size) && fits(bottom, size));
  return exact.length > 0 ? exact : wide.length > 0 ? wide : steps(unit);
}

/** One end of the axis: up at once, down only after a while, and only where it is worth it. */
export class AxisTop {
  #top = 0;
  #lowSince = null;
  #lowMost = 0;

  /**
   * @param {number} most the highest point that is seen, bit/s
   * @param {"bit"|"byte"} unit
   * @param {number} now ms
   * @param {number} least what the end is at least
   */
  fit(most, unit, now, least = LEAST) {
    const wanted = roundTop(Math.max(most, least), unit);
    if (wanted >= this.#top) {
      this.#top = wanted;
      this.#lowSince = null;
    } else if (wanted > this.#top * LOW) {
      this.#lowSince = null;
    } else {
      if (this.#lowSince === null) [this.#lowSince, this.#lowMost] = [now, wanted];
      this.#lowMost = Math.max(this.#lowMost, wanted);
      if (now - this.#lowSince >= PATIENCE) {
        this.#top = this.#lowMost;
        this.#lowSince = null;
      }
    }
    return this.#top;
  }

  /** Something else is looked at now: the next fit is exact. */
  reset() {
    this.#top = 0;
    this.#lowSince = null;
  }
}
