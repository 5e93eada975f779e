// Moves the cross-hair by keyboard: for assistive technology the chart is a slider over its points.

import { place } from "./curves.js";

/** How much one key moves or zooms. */
const PAN = 0.25;
const ZOOM = 0.8;

/** The point that a key leads to from the moment `t` (ms or null), within `from` to `to`; null where there is none. */
export function step(times, t, key, { from, to }) {
  const first = place(times, from / 1000);
  const last = place(times, to / 1000 + 1e-4) - 1;
  if (last < first) return null;
  const here = t === null ? last + 1 : place(times, t / 1000 - 1e-4);
  const there = {
    ArrowLeft: here - 1,
    ArrowRight: t === null ? last : here + 1,
    PageUp: here - 10,
    PageDown: here + 10,
    Home: first,
    End: last,
  }[key];
  return there === undefined ? null : times[Math.min(last, Math.max(first, there))] * 1000;
}

export class KeyboardCursor {
  /** Where it stands, ms; null where it is not shown. */
  t = null;

  /**
   * @param {HTMLElement} root of the chart
   * @param {object} view
   * @param {() => {table: (number|null|undefined)[][], range: {from: number, to: number}}} view.seen
   * @param {(t: number|null) => void} view.point
   * @param {(t: number) => string} view.words what is at this moment
   * @param {(part: number) => void} view.pan by this part of what is seen
   * @param {(factor: number, at: number|null) => void} view.scale
   */
  constructor(root, view) {
    this.root = root;
    this.view = view;
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("blur", () => this.#set(null));
    // The pointer takes it over.
    root.addEventListener("pointermove", (event) => event.pointerType === "mouse" && (this.t = null));
    // The chart hides it with the mouse; the keys and a finger want it to stay.
    root.addEventListener("mouseleave", () => this.follow());
  }

  /** Stands at the point nearest to this moment. */
  show(t) {
    const { table, range } = this.view.seen();
    const times = table[0];
    const after = place(times, t / 1000);
    const near = [after - 1, after]
      .map((row) => times[row] * 1000)
      .filter((time) => time >= range.from && time <= range.to);
    if (near.length > 0)
      this.#set(near.reduce((best, time) => (Math.abs(time - t) < Math.abs(best - t) ? time : best)));
  }

  /** Hides it. */
  leave() {
    if (this.t !== null) this.#set(null);
  }

  /** After each drawing: it stays at its moment while the data go on. */
  follow() {
    if (this.t === null) return;
    const { from, to } = this.view.seen().range;
    if (this.t < from || this.t > to) this.#set(null);
    else this.view.point(this.t);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { view } = this;
    if (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight"))
      view.pan(event.key === "ArrowLeft" ? -PAN : PAN);
    else if (event.key === "+" || event.key === "=") view.scale(ZOOM, this.t);
    else if (event.key === "-" || event.key === "−") view.scale(1 / ZOOM, this.t);
    else if (event.key === "Escape" && this.t !== null) this.#set(null);
    else {
      const { table, range } = view.seen();
      const t = step(table[0], this.t, event.key, range);
      if (t === null) return;
      this.#set(t);
    }
    event.preventDefault();
  }

  #set(t) {
    this.t = t;
    this.view.point(t);
    const { from, to } = this.view.seen().range;
    if (t === null) {
      this.root.removeAttribute("aria-valuetext");
      this.root.setAttribute("aria-valuenow", "100");
    } else {
      this.root.setAttribute("aria-valuenow", String(Math.round((100 * (t - from)) / (to - from))));
      this.root.setAttribute("aria-valuetext", this.view.words(t));
    }
  }
}
