// Which time range is shown: the newest data, following it, or a fixed range while paused or zoomed. Does not touch the
// page.

/** Nothing shorter is seen, ms. */
const SHORTEST = 5_000;

export class TimeSpan {
  /** Where the view stands still, ms; null while it follows. */
  #to = null;
  /** The zoomed stretch {from, to}, or null. */
  #zoom = null;

  /** @param {number} windowMs */
  constructor(windowMs) {
    this.windowMs = windowMs;
  }

  /** The view stands still; what is zoomed does so anyway, and stays so when the zoom is left. */
  get paused() {
    return this.#to !== null;
  }

  get zoomed() {
    return this.#zoom !== null;
  }

  get following() {
    return !this.paused && !this.zoomed;
  }

  /** What is seen while the newest point is at `edge`. */
  range(edge) {
    if (this.#zoom) return { ...this.#zoom };
    const to = this.#to ?? edge;
    return { from: to - this.windowMs, to };
  }

  pause(edge) {
    this.#to ??= edge;
  }

  /**
   * The clock was moved by `ms`: the same stretch is seen by the new one; without `ms` it cannot be found, and the
   * newest is.
   */
  shift(ms) {
    if (ms === null) return this.live();
    if (this.#to !== null) this.#to += ms;
    if (this.#zoom) this.#zoom = { from: this.#zoom.from + ms, to: this.#zoom.to + ms };
  }

  /** Follows the newest again. */
  live() {
    this.#to = null;
    this.#zoom = null;
  }

  /** Shows all of the window again. */
  unzoom() {
    this.#zoom = null;
  }

  /** How far what is seen lies behind the newest, ms. */
  behind(edge) {
    return this.following ? 0 : Math.max(0, edge - this.range(edge).to);
  }

  /** Shows this stretch, which must be in what is remembered: from `oldest` to `edge`. */
  zoom(from, to, edge, oldest) {
    if (to < from) [from, to] = [to, from];
    const length = Math.min(Math.max(to - from, SHORTEST), edge - oldest);
    const middle = (from + to) / 2;
    from = Math.max(oldest, Math.min(middle - length / 2, edge - length));
    this.#zoom = { from, to: from + length };
  }

  /** Makes what is seen longer or shorter by a factor, around the moment `at`; as long as the window it is no zoom. */
  scale(factor, at, edge, oldest) {
    const { from, to } = this.range(edge);
    if ((to - from) * factor >= this.windowMs) {
      this.#zoom = null;
      return;
    }
    const length = Math.max((to - from) * factor, SHORTEST);
    const begin = at - ((at - from) / (to - from)) * length;
    this.zoom(begin, begin + length, edge, oldest);
  }

  /** Moves what is seen by `ms`; what followed stands still then. */
  pan(ms, edge, oldest) {
    const { from, to } = this.range(edge);
    if (this.#zoom) this.zoom(from + ms, to + ms, edge, oldest);
    else this.#to = Math.min(edge, Math.max(to + ms, Math.min(edge, oldest + this.windowMs)));
  }
}
