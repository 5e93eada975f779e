// The rows of the list of routers. Of hundreds only the visible ones exist, and the page itself scrolls.

import { element } from "../shared/elements.js";
import { VirtualList } from "../interfaces/virtual-list.js";
/** @import { RouterEntry } from "../data/types.js" */

/** Rows are made a little before they are seen, px. */
const BEYOND = 300;

export class RouterListRows {
  /** @type {VirtualList<{name: string, router: RouterEntry}>} */
  #lane = new VirtualList();
  #rows = new Map();
  #spare = [];

  /**
   * @param {HTMLElement} root
   * @param {{make: () => {root: HTMLElement, fill: (router: RouterEntry, place: number) => void}, heightOf: (router:
   *   RouterEntry) => number}} page
   */
  constructor(root, { make, heightOf }) {
    this.make = make;
    this.heightOf = heightOf;
    this.canvas = element("div", "fleet-lane");
    this.canvas.setAttribute("role", "rowgroup");
    root.append(this.canvas);
    const render = () => this.#render();
    addEventListener("scroll", render, { passive: true });
    addEventListener("resize", render);
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
      row.fill(router, at);
      if (row.top !== this.#lane.tops[at])
        row.root.style.transform = `translateY(${(row.top = this.#lane.tops[at])}px)`;
      const height = this.#lane.tops[at + 1] - this.#lane.tops[at];
      if (row.height !== height) row.root.style.height = `${(row.height = height)}px`;
      if (row.root === next) next = next.nextElementSibling;
      else this.canvas.insertBefore(row.root, next);
    }
  }
}
