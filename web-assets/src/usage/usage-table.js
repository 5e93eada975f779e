// The table of used bytes: thousands of lines, of which only those that are seen are in the page. Sorted by its heads.

import { VirtualList } from "../interfaces/virtual-list.js";
import { element, put } from "../shared/elements.js";
import { fill, number, speed } from "../shared/format.js";
import { SORTS } from "./usage-rows.js";

/** @import { UsageRow } from "./usage-rows.js" */

/** Rows above and below what is seen, px. */
const BEYOND = 300;
/** Below this part of the time measured, a figure is marked. */
const THIN = 0.99;

export class UsageTable {
  /**
   * @param {HTMLElement} root
   * @param {Record<string, string>} texts
   * @param {string} lang
   * @param {{chosen: (name: string) => void, sorted: (by: string, falling: boolean) => void}} told
   */
  constructor(root, texts, lang, told) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.told = told;
    this.by = "total";
    this.falling = true;
    this.unit = "GB";
    this.bytes = 1e9;
    /** The height of a row, px; measured when it is first needed. @type {number|undefined} */
    this.height = undefined;
    this.rows = /** @type {UsageRow[]} */ ([]);
    this.list = new VirtualList([], () => this.rowHeight());
    this.chosen = null;
    this.cells = new Map();
    this.heads = new Map();
    root.setAttribute("role", "grid");
    root.setAttribute("aria-label", texts.usage_title);
    this.head = element("div", "usage-head");
    this.head.setAttribute("role", "row");
    for (const by of SORTS) this.head.append(this.headOf(by));
    this.body = element("div", "usage-body");
    this.body.tabIndex = 0;
    this.body.setAttribute("role", "rowgroup");
    this.room = element("div", "usage-room");
    this.room.setAttribute("role", "presentation");
    this.body.append(this.room);
    root.replaceChildren(this.head, this.body);
    this.body.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(this.body);
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
  }

  headOf(by) {
    const cell = element("div", by === "name" ? "name" : `num ${by}`);
    cell.setAttribute("role", "columnheader");
    const button = element("button", "plain", this.texts[`usage_head.${by}`]);
    button.type = "button";
    button.dataset.by = by;
    button.addEventListener("click", () => {
      // A figure is wanted with the largest first, a name with the first.
      const falling = this.by === by ? !this.falling : by !== "name";
      this.told.sorted(by, falling);
    });
    cell.append(button);
    this.heads.set(by, { cell, button });
    return cell;
  }

  /**
   * @param {UsageRow[]} rows in their order
   * @param {string} by
   * @param {boolean} falling
   * @param {string} unit of the amounts, such as GB
   * @param {number} bytes of that unit
   */
  show(rows, by, falling, unit, bytes) {
    this.rows = rows;
    this.by = by;
    this.falling = falling;
    this.unit = unit;
    this.bytes = bytes;
    for (const [name, { cell, button }] of this.heads) {
      cell.setAttribute("aria-sort", name === by ? (falling ? "descending" : "ascending") : "none");
      put(button, fill(this.texts[`usage_head.${name}`], { unit }) + (name === by ? (falling ? " ▾" : " ▴") : ""));
    }
    this.list = new VirtualList(rows, () => this.rowHeight());
    this.root.setAttribute("aria-rowcount", String(rows.length + 1));
    this.room.style.height = `${this.list.height}px`;
    for (const row of this.cells.values()) row.remove();
    this.cells.clear();
    this.draw();
  }

  choose(name) {
    this.chosen = name;
    for (const [at, row] of this.cells) row.setAttribute("aria-selected", String(this.rows[at]?.name === name));
  }

  rowHeight() {
    return (this.height ??= Number.parseFloat(getComputedStyle(this.root).getPropertyValue("--row")) || 28);
  }

  measure() {
    const before = this.height;
    this.height = undefined;
    if (before !== undefined && this.rowHeight() !== before)
      this.show(this.rows, this.by, this.falling, this.unit, this.bytes);
    else this.draw();
  }

  draw() {
    const { first, end } = this.list.seen(this.body.scrollTop, this.body.clientHeight, BEYOND);
    for (const [at, row] of this.cells) {
      if (at >= first && at < end) continue;
      row.remove();
      this.cells.delete(at);
    }
    for (let at = first; at < end; at++) {
      if (this.cells.has(at)) continue;
      const row = this.rowOf(this.rows[at], at);
      this.cells.set(at, row);
      this.room.append(row);
    }
  }

  /** @param {UsageRow} one */
  rowOf(one, at) {
    const row = element("div", "usage-row");
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", String(at + 2));
    row.setAttribute("aria-selected", String(one.name === this.chosen));
    row.style.transform = `translateY(${this.list.tops[at]}px)`;
    row.dataset.name = one.name;
    const name = element("div", "name");
    name.title = one.note ? `${one.label} · ${one.note}` : one.label;
    name.append(element("bdi", "", one.label));
    if (one.note) name.append(element("small", "", one.note));
    const amount = (bytes) => number(bytes / this.bytes, this.lang, 0, bytes / this.bytes < 100 ? 1 : 0);
    const rate = (bps) => (bps === null ? "–" : number(bps / 1e6, this.lang, 1));
    const cells = [
      ["down", amount(one.down)],
      ["up soft", amount(one.up)],
      ["total", amount(one.total)],
      ["downP95", rate(one.downP95)],
      ["upP95 soft", rate(one.upP95)],
      ["coverage", one.coverage === null ? "–" : `${number(one.coverage * 100, this.lang, 1)} %`],
    ];
    row.append(name, ...cells.map(([kind, text]) => element("div", `num ${kind}`, text)));
    if (one.coverage !== null && one.coverage < THIN) {
      row.lastElementChild.classList.add("thin");
      row.lastElementChild.setAttribute("title", this.texts.usage_thin);
    }
    row.querySelector(".downP95").setAttribute("title", one.downP95 === null ? "" : speed(one.downP95, this.lang));
    for (const cell of row.children) cell.setAttribute("role", "gridcell");
    return row;
  }

  click(event) {
    const row = event.target instanceof Element ? event.target.closest("[data-name]") : null;
    if (row instanceof HTMLElement) this.told.chosen(row.dataset.name);
  }

  key(event) {
    if (event.target !== this.body) return;
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.rowHeight()) - 1);
    const name = this.list.step(this.chosen, event.key, page);
    if (name === null) return;
    event.preventDefault();
    this.reveal(name);
    this.told.chosen(name);
  }

  /** Scrolls so far that a row is seen. */
  reveal(name) {
    const top = this.list.topOf(name);
    if (top === null) return;
    const [height, seen] = [this.rowHeight(), this.body.clientHeight];
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + height > this.body.scrollTop + seen) this.body.scrollTop = top + height - seen;
  }
}
