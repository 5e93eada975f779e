// When the figures of the visible time are reckoned anew: after the chart was drawn, and not with every drawing; at
// once where something else is looked at.

/** They change this often at most, ms. */
const USUAL = 1_000;

export class FiguresTimer {
  #timer = null;
  #last = 0;
  #looked = "";

  /** @param {() => void} reckon */
  constructor(reckon) {
    this.reckon = reckon;
  }

  /** What was looked at is another thing now. */
  anew() {
    this.#looked = "";
  }

  /**
   * @param {string} looked what is looked at
   * @param {number} windowMs how much of what follows is seen; 0 for what stands still
   */
  soon(looked, windowMs) {
    if (looked !== this.#looked) {
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#last = -Infinity;
    }
    this.#looked = looked;
    if (this.#timer !== null) return;
    // Of an hour one tick more changes little, and there is much to reckon.
    const pause = Math.max(USUAL, windowMs / 600);
    const wait = Math.max(0, this.#last + pause - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#last = performance.now();
      this.reckon();
    }, wait);
  }
}
