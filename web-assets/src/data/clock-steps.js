// Follows changes of the server's clock: which time base the points use, and when the clock was set. Does not touch the
// page.

/** @import { ClockStep, Range } from "./types.js" */

/** So many changes of the clock are remembered. */
const MOST = 64;

export class ClockSteps {
  /** @type {number|null} The time base of the newest sample; null where the server does not say. */
  base = null;
  /** @type {{t: number, ms: number}[]} When the clock was found elsewhere, and by how much; below 0 it was set back. */
  #steps = [];
  /** The start of the server by which bases are numbered. */
  #epoch = null;

  /**
   * @param {number|null|undefined} base
   * @param {ClockStep[]} steps
   * @param {string|null} [epoch] the server's
   */
  add(base, steps, epoch = null) {
    for (const { t, ms } of steps) {
      if (!this.#steps.some((known) => known.t === t)) this.#steps.push({ t, ms });
    }
    this.#steps.splice(0, this.#steps.length - MOST);
    this.base = base ?? null;
    this.#epoch = epoch;
  }

  /**
   * By how much the clock was set back since the base that is known, ms below 0; null where it was not.
   * @param {ClockStep[]} steps
   * @param {string|null} [epoch] the server's
   */
  backBy(steps, epoch = null) {
    if (this.#epoch !== epoch || this.base === null) return null;
    const back = steps.filter((step) => step.base > this.base && step.ms < 0);
    return back.length > 0 ? back.reduce((sum, { ms }) => sum + ms, 0) : null;
  }

  /** What was told by another clock is told anew. */
  forget() {
    this.#steps = [];
  }

  /**
   * Why there is a gap, where it was the clock: the kind of reason; null where it was not.
   * @param {Range} range
   */
  kindIn({ from, to }) {
    const step = this.#steps.find(({ t }) => t > from && t <= to);
    return step ? (step.ms < 0 ? "clock_back" : "clock_forward") : null;
  }
}
