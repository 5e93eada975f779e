// Why nothing is known of a stretch, as the server tells it: so that a page that was opened later knows it too. Does
// not touch the page.

/** @import { Range } from "./types.js" */

/** Remembered at most. */
const MOST = 400;

/**
 * @typedef {{from: number|null, to: number|null, reason: string, cause?: string|null}} ToldGap `from` null: before all
 *   that is known; `to` null: it goes on
 */

export class ServerGaps {
  /** @type {ToldGap[]} oldest first */
  #told = [];

  /** Takes in what a window or a tick says; the same stretch told anew counts as it is told now. */
  add(/** @type {ToldGap[]|undefined} */ gaps) {
    if (!Array.isArray(gaps)) return;
    for (const gap of gaps) {
      this.#told = this.#told.filter((known) => !same(known, gap));
      this.#told.push(gap);
    }
    if (gaps.length > 0) this.#told.sort((a, b) => (a.from ?? 0) - (b.from ?? 0));
    if (this.#told.length > MOST) this.#told.splice(0, this.#told.length - MOST);
  }

  /** The clock was moved by `ms`; without it nothing of before can be told. */
  shift(ms) {
    if (ms === null) this.#told = [];
    this.#told = this.#told.map((gap) => ({
      ...gap,
      from: gap.from === null ? null : gap.from + ms,
      to: gap.to === null ? null : gap.to + ms,
    }));
  }

  /**
   * What explains this stretch: what lasted longest in it; null where nothing is told.
   * @param {Range} range
   * @returns {ToldGap|null}
   */
  why({ from, to }) {
    let [best, longest] = [null, 0];
    for (const gap of this.#told) {
      const shared = Math.min(to, gap.to ?? Infinity) - Math.max(from, gap.from ?? -Infinity);
      if (shared > longest) [best, longest] = [gap, shared];
    }
    return best;
  }
}

function same(a, b) {
  if (a.from === b.from) return true;
  // One that went on and has ended by now.
  return a.to === null && a.from !== null && b.from !== null && Math.abs(a.from - b.from) < 1_000;
}
