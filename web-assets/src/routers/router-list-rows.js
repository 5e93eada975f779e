// The rows of the list of routers. Of hundreds only the visible ones exist, whatever part of the page it is that
// scrolls.

import { element } from "../shared/elements.js";
import { VirtualList } from "../interfaces/virtual-list.js";
/** @import { RouterEntry } from "../data/types.js" */
/** @import { RouterListRow } from "./router-list-row.js" */

/** Rows are made a little before they are seen, px. */
const BEYOND = 300;

export class RouterListRows {
  /** @type {VirtualList<{name: string, router: RouterEntry}>} */
  #lane = new VirtualList();
  /** @type {Map<string, RouterListRow>} */
  #rows = new Map();
  /** @type {RouterListRow[]} */
  #spare = [];
  #width = 0;
  #measured = false;

  /**
   * @param {HTMLElement} root
   * @param {object} page
   * @param {() => RouterListRow} page.make
   * @param {(router: RouterEntry) => number} page.heightOf
   * @param {(routers: RouterEntry[]) => void} page.seen these are in the page now
   */
  constructor(root, { make, heightOf, seen }) {
    this.root = root;
    this.make = make;
    this.heightOf = heightOf;
    this.seen = seen;
    this.canvas = element("div", "fleet-lane");
    this.canvas.setAttribute("role", "rowgroup");
    root.append(this.canvas);
    const render = () => this.#render();
    // In its own room on a desktop, with the page on a phone.
    addEventListener("scroll", render, { passive: true, capture: true });
    addEventListener("resize", () => {
      this.#measured = false;
      render();
    });
  }

  /** Writes what came by the stream, in the rows that there are. */
  live(/** @type {string|null} */ router) {
    if (router !== null) return this.#rows.get(router)?.live();
    for (const row of this.#rows.values()) row.live();
  }

  /** The colours are others now, or the columns. */
  redraw() {
    this.#measured = false;
    this.#width = -1;
    this.#measure();
  }

  /** Shows these, in this order; also after the heights of rows have changed. */
  set(routers) {
    this.#lane = new VirtualList(
      routers.map((router) => ({ name: router.id, router })),
      ({ router }) => this.heightOf(router),
    );
    this.canvas.style.height = `${this.#lane.height}px`;
    this.#render();
  }

  /** How wide the curves are is asked once, and again when the room has changed. */
  #measure() {
    const width = this.root.querySelector(".at-trend")?.clientWidth ?? 0;
    if (width === this.#width) return void (this.#measured = true);
    this.#measured = true;
    this.#width = width;
    for (const row of this.#rows.values()) {
      row.width = width;
      row.redraw();
    }
  }

  #render() {
    const { top } = this.canvas.getBoundingClientRect();
    const { first, end } = this.#lane.seen(Math.max(0, -top), innerHeight, BEYOND);
    const seen = this.#lane.items.map((item, at) => ({ ...item, at })).slice(first, end);
    // The row that has the focus stays, however far it is scrolled away.
    for (const [id, row] of this.#rows) {
      if (!row.root.contains(document.activeElement) || seen.some(({ name }) => name === id)) continue;
      const at = this.#lane.places.get(id);
      if (at !== undefined) seen.push({ ...this.#lane.items[at], at });
    }
    seen.sort((a, b) => a.at - b.at);
    const ids = new Set(seen.map(({ name }) => name));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      this.#rows.delete(id);
      row.root.remove();
      if (this.#spare.length < 20) this.#spare.push(row);
    }
    // In the page they stand in the order in which they are seen: the keys walk through them so.
    let next = this.canvas.firstElementChild;
    for (const { name, router, at } of seen) {
      let row = this.#rows.get(name);
      if (!row) this.#rows.set(name, (row = this.#spare.pop() ?? this.make()));
      row.width = this.#width;
      row.fill(router, at);
      if (row.top !== this.#lane.tops[at])
        row.root.style.transform = `translateY(${(row.top = this.#lane.tops[at])}px)`;
      const height = this.#lane.tops[at + 1] - this.#lane.tops[at];
      if (row.height !== height) row.root.style.height = `${(row.height = height)}px`;
      if (row.root === next) next = next.nextElementSibling;
      else this.canvas.insertBefore(row.root, next);
    }
    if (!this.#measured) this.#measure();
    this.seen(seen.map(({ router }) => router));
  }
}
