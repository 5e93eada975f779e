// The scrolling list of interfaces. Of thousands of rows only the visible ones exist. It is one tab stop; the keys move
// a marked row, which stays marked however the list is sorted or changes.

import { element, target } from "../shared/elements.js";
import { VirtualList } from "./virtual-list.js";
/** @import { Entry } from "./list-order.js" */
/** @import { Item } from "./virtual-list.js" */

/** How high rows and headings are, px: for a mouse, and for fingers. The style sheet has the same figures. */
const COMPACT = Object.freeze({ row: 28, heading: 22 });
const TOUCH = Object.freeze({ row: 56, heading: 28 });
/** Rows are made a little before they are seen, px. */
const BEYOND = 140;
/** After the hand last did something here, ms, the list counts as in use for so long. */
const IN_USE = 3_000;
const SETTLING = 400;
const COARSE = matchMedia("(pointer: coarse)");
/** A finger that rests so long, ms, and does not move further than this, px, asks for what else a row can do. */
const [LONG, STILL] = [500, 10];

/**
 * A row or a heading, as it is shown.
 * @typedef {object} Shown
 * @property {HTMLElement} root
 * @property {number} [top] px
 * @property {string} [key] a heading's
 * @property {Entry[]} [members] a heading's
 */

let size = COARSE.matches ? TOUCH : COMPACT;
const heightOf = (item) => (item.name === undefined ? size.heading : size.row);

export class InterfaceList {
  #lane = new VirtualList();
  #rows = new Map();
  #headings = new Map();
  #spare = [];
  #height = 0;
  #marked = null;
  #touched = -Infinity;
  #hovered = false;
  #lastY = 0;
  #made = 0;
  /** @type {{timer: any, x: number, y: number}|null} */
  #pressed = null;
  #swallow = false;

  /**
   * @param {HTMLElement} root it scrolls
   * @param {object} page
   * @param {(id: string) => Shown} page.row
   * @param {() => Shown} page.heading
   * @param {(row: Shown, item: Item, place: number, size: number) => void} page.fill
   * @param {(row: Shown) => void} page.paint
   * @param {(name: string) => void} page.toggle
   * @param {(name: string) => void} page.other
   * @param {(name: string, at: {x: number, y: number}) => void} page.menu
   * @param {(width: number) => void} page.sized
   * @param {() => void} page.leave
   */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.canvas = element("div", "lane");
    this.canvas.setAttribute("role", "presentation");
    this.pinned = page.heading();
    this.pinned.root.classList.add("pinned");
    this.canvas.append(this.pinned.root);
    root.append(this.canvas);
    root.addEventListener("scroll", () => this.#render(), { passive: true });
    root.addEventListener("click", (event) => {
      const name = target(event, "[role=option]")?.dataset.interface;
      if (name === undefined || this.#swallow) return;
      this.#mark(name, false);
      const more = target(event, ".more");
      if (more) {
        const { left, bottom } = more.getBoundingClientRect();
        page.menu(name, { x: left, y: bottom });
      } else page.toggle(name);
    });
    root.addEventListener("contextmenu", (event) => {
      // By the keys it comes to the list itself, and means the marked row.
      const name = target(event, "[role=option]")?.dataset.interface ?? null;
      if (name === null && (event.target !== root || this.#marked === null)) return;
      event.preventDefault();
      this.#release();
      if (name === null) return this.#menu();
      this.#mark(name, false);
      page.menu(name, { x: event.clientX, y: event.clientY });
    });
    root.addEventListener("pointerdown", (event) => this.#press(event));
    for (const kind of ["pointerup", "pointercancel", "scroll"])
      root.addEventListener(kind, () => this.#release(), { passive: true });
    COARSE.addEventListener("change", () => {
      size = COARSE.matches ? TOUCH : COMPACT;
      this.set(this.#lane.items, true);
    });
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("focus", () => {
      this.#measure(); // the observer comes later than the focus
      if (this.#marked === null) this.#mark(this.#firstSeen(), false);
    });
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      root.addEventListener(kind, () => (this.#touched = performance.now()), { passive: true });
    }
    root.addEventListener("pointermove", (event) => {
      if (this.#pressed && Math.hypot(event.clientX - this.#pressed.x, event.clientY - this.#pressed.y) > STILL)
        this.#release();
      this.#hovered = event.pointerType !== "touch";
      this.#lastY = event.clientY;
    });
    root.addEventListener("pointerleave", () => (this.#hovered = false));
    new ResizeObserver(() => this.#measure()).observe(root);
  }

  /** Whether somebody is using the list: then nothing may move. */
  get inUse() {
    return this.#hovered || performance.now() - this.#touched < IN_USE || this.root.matches(":focus-visible");
  }

  /** Shows these; `sorted`: on purpose in a new order, so they move visibly and the list stays where it is scrolled. */
  set(items, sorted = false) {
    const old = this.#lane;
    this.#lane = new VirtualList(items, heightOf);
    this.canvas.style.height = `${this.#lane.height}px`;
    if (!sorted && old.items.length > 0) {
      const { scrollTop } = this.root;
      const wanted = this.#lane.scrollLike(old, scrollTop, this.#looked(old));
      if (wanted !== scrollTop) this.root.scrollTop = wanted;
    }
    if (this.#marked !== null && !this.#lane.places.has(this.#marked)) this.#markNeighbour(old);
    this.canvas.classList.toggle("settling", sorted);
    if (sorted) setTimeout(() => this.canvas.classList.remove("settling"), SETTLING);
    this.#render();
  }

  /** To the beginning: what is searched for stands there. */
  top() {
    this.root.scrollTop = 0;
    this.#marked = null;
    this.root.removeAttribute("aria-activedescendant");
    this.#render();
  }

  /** Fills in anew what all seen rows say of themselves. */
  refresh() {
    for (const [name, row] of this.#rows) this.#fill(row, name);
  }

  /** The figures of the rows that are seen. */
  paint() {
    if (this.#height === 0) return;
    const { scrollTop } = this.root;
    for (const row of this.#rows.values()) {
      if (row.top + size.row >= scrollTop && row.top <= scrollTop + this.#height) this.page.paint(row);
    }
    for (const heading of this.#headings.values()) this.page.paint(heading);
    if (!this.pinned.root.hidden) this.page.paint(this.pinned);
  }

  focus() {
    this.root.focus({ preventScroll: true });
  }

  /** The first row of all: what Enter in the search means. */
  get first() {
    const { items, rows } = this.#lane;
    return rows.length > 0 ? items[rows[0]].name : null;
  }

  /** All rows that are in the page. */
  each(does) {
    for (const row of [...this.#rows.values(), ...this.#spare]) does(row);
  }

  #measure() {
    this.#height = this.root.clientHeight;
    this.page.sized(this.root.clientWidth);
    this.#render();
    this.paint();
  }

  #render() {
    const { first, end } =
      this.#height === 0 ? { first: 0, end: 0 } : this.#lane.seen(this.root.scrollTop, this.#height, BEYOND);
    const seen = this.#lane.items.slice(first, end);
    // The marked row stays: the focus is said to be on it.
    const marked =
      this.#marked === null ? undefined : this.#lane.items[this.#lane.rows[this.#lane.places.get(this.#marked)]];
    if (marked && !seen.includes(marked) && this.#height > 0) seen.push(marked);
    const names = new Set(seen.map((item) => item.name));
    const titles = new Set(seen.map((item) => item.heading));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      this.#rows.delete(name);
      this.#spare.push(row);
    }
    for (const [title, heading] of this.#headings) {
      if (titles.has(title)) continue;
      heading.root.remove();
      this.#headings.delete(title);
    }
    for (const item of seen) item.name === undefined ? this.#heading(item) : this.#row(item);
    this.#pin();
    // Those not needed leave the page, so that nobody finds them there; a few wait to be used again.
    for (const row of this.#spare) row.root.remove();
    this.#spare.length = Math.min(this.#spare.length, 20);
  }

  #row(item) {
    let row = this.#rows.get(item.name);
    if (!row) {
      row = this.#spare.pop() ?? this.page.row(`row-${++this.#made}`);
      this.#rows.set(item.name, row);
      this.#fill(row, item.name);
      this.#put(row, this.#lane.topOf(item.name));
      if (!row.root.isConnected) this.canvas.append(row.root);
      this.page.paint(row);
    } else {
      this.#fill(row, item.name);
      this.#put(row, this.#lane.topOf(item.name));
    }
  }

  #fill(row, name) {
    const place = this.#lane.places.get(name);
    if (place === undefined) return;
    this.page.fill(row, this.#lane.items[this.#lane.rows[place]], place, this.#lane.rows.length);
    row.root.classList.toggle("marked", name === this.#marked);
  }

  #heading(item) {
    let heading = this.#headings.get(item.heading);
    if (!heading) {
      heading = this.page.heading();
      this.#headings.set(item.heading, heading);
      this.canvas.append(heading.root);
    }
    this.page.fill(heading, item, 0, 0);
    this.#put(heading, this.#lane.tops[this.#lane.items.indexOf(item)]);
    this.page.paint(heading);
  }

  /** The heading of the group that is seen stays above it. */
  #pin() {
    const heading = this.#lane.headingAbove(this.root.scrollTop);
    this.pinned.root.hidden = heading === null;
    if (heading === null || (this.pinned.key === heading.heading && this.pinned.members === heading.members)) return;
    this.page.fill(this.pinned, heading, 0, 0);
    this.page.paint(this.pinned);
  }

  #put(row, top) {
    if (row.top === top) return;
    row.top = top;
    row.root.style.transform = `translateY(${top}px)`;
  }

  /** The row being used stays where it is. */
  #looked(lane) {
    if (this.root.matches(":focus-visible") && this.#marked !== null) return this.#marked;
    if (!this.#hovered) return null;
    const item = lane.items[lane.at(this.root.scrollTop + this.#lastY - this.root.getBoundingClientRect().top)];
    return item?.name ?? null;
  }

  #firstSeen() {
    const { items } = this.#lane;
    for (let at = this.#lane.at(this.root.scrollTop); at < items.length; at++)
      if (items[at].name !== undefined) return items[at].name;
    return null;
  }

  #markNeighbour(old) {
    const { items, rows, places } = old;
    const from = places.get(this.#marked) ?? 0;
    const next = rows
      .slice(from)
      .map((at) => items[at].name)
      .find((name) => this.#lane.places.has(name));
    this.#marked = next ?? this.first;
    this.#say();
  }

  /** @param {boolean} reveal scroll to it: for the keys, since a hand's next click would go to another row */
  #mark(name, reveal = true) {
    const before = this.#rows.get(this.#marked);
    before?.root.classList.remove("marked");
    this.#marked = name;
    if (name === null) return;
    if (reveal) {
      const top = this.#lane.topOf(name);
      const { scrollTop } = this.root;
      if (top < scrollTop + size.heading) this.root.scrollTop = Math.max(0, top - size.heading);
      else if (top + size.row > scrollTop + this.#height) this.root.scrollTop = top + size.row - this.#height;
    }
    this.#render();
    this.#say();
  }

  #say() {
    const row = this.#rows.get(this.#marked);
    if (!row) return;
    row.root.classList.add("marked");
    row.describe();
    this.root.setAttribute("aria-activedescendant", row.root.id);
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowUp" && this.#lane.places.get(this.#marked) === 0) {
      event.preventDefault();
      this.page.leave();
      return;
    }
    const page = Math.max(1, Math.floor(this.#height / size.row) - 1);
    const next = this.#lane.step(this.#marked, event.key, page);
    if (next !== null) this.#mark(next);
    else if ((event.key === " " || event.key === "Enter") && this.#marked !== null) this.page.toggle(this.#marked);
    else if (event.key.toLowerCase() === "v" && this.#marked !== null) {
      this.page.other(this.#marked);
      this.#say();
    } else if (event.key.toLowerCase() === "o" && this.#marked !== null) this.#menu();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What else the marked row can do, below it. */
  #menu() {
    const row = this.#rows.get(this.#marked);
    if (!row) return;
    const { left, bottom } = row.root.getBoundingClientRect();
    this.page.menu(this.#marked, { x: left + 34, y: bottom });
  }

  /** A finger rests on a row: not every browser says so by itself. */
  #press(event) {
    this.#swallow = false;
    this.#release();
    const name = target(event, "[role=option]")?.dataset.interface;
    if (event.pointerType !== "touch" || name === undefined) return;
    const { clientX: x, clientY: y } = event;
    const timer = setTimeout(() => {
      this.#pressed = null;
      // What follows when the finger leaves is no tap.
      this.#swallow = true;
      this.#mark(name, false);
      this.page.menu(name, { x, y });
    }, LONG);
    this.#pressed = { timer, x, y };
  }

  #release() {
    clearTimeout(this.#pressed?.timer);
    this.#pressed = null;
  }
}
