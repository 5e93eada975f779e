// The legend under the chart of a desktop: a row for each line with its figures now and of the visible time, all in one
// unit that stands in the head. Its rows can be sorted; the row under the pointer or the keys lifts its line.

import { amountUnit, columnFigure } from "../chart/figures.js";
import { NAMED } from "../chart/end-labels.js";
import { PALETTE } from "../chart/palette.js";
import { element, put, style, target } from "../shared/elements.js";
import { atLeast, fill } from "../shared/format.js";
import { fullness } from "../data/partial-sums.js";
import { faultWords } from "../data/fault-counts.js";
import { recall, remember } from "../shared/preferences.js";
import { sign } from "../shared/signs.js";
import { PAIRS, pressed, read, sorted, written } from "./legend-columns.js";
/** @import { Entry } from "./legend-columns.js" */
/** @import { LineFigures } from "./line-figures.js" */
/** @import { Direction, Facts, FaultCount, Texts } from "../data/types.js" */

/**
 * What is told of a line.
 * @typedef {object} LineView
 * @property {Facts|null} facts null where it is gone
 * @property {string} title
 * @property {Direction} side
 * @property {number|null} down bit/s now
 * @property {number|null} up
 * @property {{share: number, partial: boolean, of: string}|null} share of its package or link
 * @property {FaultCount} faults
 */

export class LegendTable {
  /** @type {Map<string, ReturnType<LegendTable["row"]>>} */
  #rows = new Map();
  #heads = new Map();
  #sort = read(recall("legend-sort"));
  #unit = { name: "", bps: 1e6 };
  #pinned = /** @type {string|null} */ (null);

  /**
   * @param {HTMLElement} root
   * @param {object} page
   * @param {string} page.lang
   * @param {Texts} page.texts
   * @param {(name: string) => void} page.remove takes a line out of the choice
   * @param {(name: string|null) => void} page.lift lets a line stand out
   * @param {(name: string) => void} page.turn looks at a line from the other side
   */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.texts = page.texts;
    this.lang = page.lang;
    this.table = element("table");
    this.table.append(this.#head());
    this.body = element("tbody");
    this.table.append(this.body);
    root.append(this.table);
    const name = (event) => target(event, "tr")?.dataset.interface ?? null;
    this.body.addEventListener("pointerover", (event) => this.page.lift(name(event) ?? this.#pinned));
    this.body.addEventListener("pointerleave", () => this.page.lift(this.#pinned));
    this.body.addEventListener("focusin", (event) => this.page.lift(name(event) ?? this.#pinned));
    this.body.addEventListener("focusout", () => this.page.lift(this.#pinned));
    this.#mark();
  }

  /**
   * What flows now; cheap.
   * @param {string[]} names
   * @param {(name: string) => LineView} of
   * @param {import("../chart/figures.js").Unit} unit
   * @param {boolean} dim the figures are not of now
   */
  show(names, of, unit, dim) {
    this.root.hidden = names.length === 0;
    if (this.#unit.name !== unit.name) this.#unit = unit;
    put(this.nowUnit, unit.name);
    for (const [name, row] of this.#rows) {
      if (names.includes(name)) continue;
      row.root.remove();
      this.#rows.delete(name);
      if (this.#pinned === name) this.page.lift((this.#pinned = null));
    }
    let made = false;
    names.forEach((name, at) => {
      let row = this.#rows.get(name);
      if (!row) {
        this.#rows.set(name, (row = this.row(name)));
        made = true;
      }
      this.#now(row, of(name), at, names.length > NAMED, dim);
    });
    if (made || this.body.childElementCount !== names.length) this.#arrange(names);
  }

  /**
   * What the visible time comes to.
   * @param {string[]} names
   * @param {LineFigures} figures
   * @param {string} title the visible time in words
   * @param {string} exactly the same by the clock
   */
  measure(names, figures, title, exactly) {
    if (this.range.title !== exactly) this.range.title = exactly;
    let most = 0;
    for (const name of names) {
      const row = this.#rows.get(name);
      const come = figures.of(name);
      for (const way of WAYS) {
        if (row) Object.assign(row.entry[way], come[way]);
        most = Math.max(most, come[way].total ?? 0);
      }
    }
    const amounts = amountUnit(most);
    put(this.amountUnit, amounts.name);
    // Thousands need wider columns.
    const highest = Math.max(0, ...names.flatMap((name) => WAYS.map((way) => figures.of(name)[way].peak ?? 0)));
    this.root.classList.toggle("long", highest >= 1000 * this.#unit.bps);
    let partial = false;
    for (const name of names) {
      const row = this.#rows.get(name);
      if (row && this.#figures(row, amounts)) partial = true;
    }
    // A sign before each figure would be noise: said once, and each of them is underlined.
    put(this.range, partial ? `${title} · ${this.texts.legend_partly}` : title);
    // Under the pointer nothing jumps away.
    if (!this.body.matches(":hover")) this.#arrange(names);
  }

  /** Another line stands for the same: its row goes on under the new name. */
  rename(names) {
    for (const name of names.keys()) {
      this.#rows.get(name)?.root.remove();
      this.#rows.delete(name);
    }
  }

  #now(row, { facts, title, side, down, up, share, faults }, at, numbered, dim) {
    const { entry, cells, root } = row;
    const { texts, lang } = this;
    row.side = side;
    Object.assign(entry, { title, at, share: share?.share ?? null, faults: faults.errors + faults.drops });
    entry.down.now = down;
    entry.up.now = up;
    root.classList.toggle("dim", dim || !facts);
    style(root, "--colour", PALETTE[at % PALETTE.length]);
    put(row.number, numbered ? String(at + 1) : "");
    put(row.title, title);
    if (row.title.title !== entry.name) row.title.title = entry.name;
    // What is wrong with it is more than what it is for.
    const condition = !facts ? "gone" : facts.disabled ? "disabled" : facts.running ? "running" : "down";
    const comment = condition === "running" ? (facts?.comment ?? "") : texts[condition];
    put(row.comment, comment);
    if (row.comment.title !== comment) row.comment.title = comment;
    if (row.comment.dataset.is !== condition) row.comment.dataset.is = condition;
    WAYS.forEach((way) => {
      const cell = cells[`now-${way}`];
      const bps = entry[way].now;
      put(cell, columnFigure(bps, this.#unit, lang));
      // For tests and those who embed: which direction of the router it is.
      const id = `${side[way]}-now`;
      if (cell.dataset.testid !== id) cell.dataset.testid = id;
      if (bps === null) delete cell.dataset.bps;
      else cell.dataset.bps = String(bps);
    });
    const n = share && `${Math.round(share.share * 100)} %`;
    put(row.share, share ? atLeast(n, share.partial) : "–");
    const kind = share ? fullness(share.share) : "none";
    if (row.share.dataset.full !== kind) row.share.dataset.full = kind;
    style(row.share, "--use", String(Math.min(100, Math.round((share?.share ?? 0) * 100))));
    put(cells.faults, String(entry.faults));
    cells.faults.classList.toggle("bad", entry.faults > 0);
    const bad = faultWords(faults, texts);
    const told = bad && `${bad} ${texts.since_opened}`;
    if (cells.faults.title !== told) cells.faults.title = told;
    const [from, other] = side.view === "customer" ? ["customer", "network"] : ["network", "customer"];
    const view = `${texts[`view_${from}`]} (↓ ${side.down.toUpperCase()}). ${texts[`turn_${other}`]}`;
    if (row.view.title !== view) {
      row.view.title = view;
      row.view.setAttribute("aria-label", `${title}: ${view}`);
    }
    row.view.hidden = !facts;
    root.dataset.view = side.view;
  }

  #figures({ entry, cells, root }, amounts) {
    let some = false;
    for (const way of WAYS) {
      const { partial } = entry[way];
      some ||= partial;
      for (const { id, amount } of PAIRS) {
        if (id === "now") continue;
        put(cells[`${id}-${way}`], columnFigure(entry[way][id], amount ? amounts : this.#unit, this.lang));
        cells[`${id}-${way}`].classList.toggle("partial", partial);
      }
    }
    const title = some ? this.texts.partial_time : "";
    if (root.title !== title) root.title = title;
    return some;
  }

  #arrange(names) {
    const entries = names.map((name) => this.#rows.get(name)?.entry).filter((entry) => entry !== undefined);
    sorted(entries, this.#sort).forEach(({ name }, at) => {
      const { root } = this.#rows.get(name);
      if (this.body.children[at] !== root) this.body.insertBefore(root, this.body.children[at] ?? null);
    });
  }

  #head() {
    const { texts } = this;
    const head = element("thead");
    const [first, second] = [element("tr"), element("tr")];
    const who = this.#sorting("name", texts.interface, "who");
    this.range = element("th", "who range");
    this.range.dataset.testid = "legend-range";
    first.append(who);
    second.append(this.range);
    for (const { id } of PAIRS) {
      const cell = element("th", `cut g-${id}`);
      cell.scope = "colgroup";
      cell.colSpan = 2;
      cell.append(texts[`legend_${id}`]);
      if (id === "p95") cell.title = texts.p95_meaning;
      if (id === "now" || id === "total") {
        const unit = element("span");
        cell.append(", ", unit);
        if (id === "now") this.nowUnit = unit;
        else this.amountUnit = unit;
        unit.dataset.testid = `legend-unit-${id}`;
      }
      first.append(cell);
      for (const way of WAYS)
        second.append(this.#sorting(`${id}-${way}`, ARROWS[way], `g-${id}${way === "down" ? " cut" : ""}`, texts[id]));
    }
    const share = element("th", "cut one", texts.legend_share);
    share.scope = "col";
    const faults = element("th", "one err", texts.legend_errors);
    faults.scope = "col";
    first.append(share, faults, element("td", "x"));
    second.append(
      this.#sorting("share", "%", "cut", texts.legend_share),
      this.#sorting("faults", texts.legend_drops, "", texts.legend_errors),
      element("td", "x"),
    );
    head.append(first, second);
    return head;
  }

  /** A head that sorts. */
  #sorting(by, text, kind, what = "") {
    const cell = element("th", kind);
    cell.scope = "col";
    const press = element("button", "sort", text);
    press.type = "button";
    press.dataset.testid = `sort-${by}`;
    press.setAttribute("aria-label", fill(this.texts.legend_sort, { what: [what, text].filter(Boolean).join(" ") }));
    press.addEventListener("click", () => {
      this.#sort = pressed(this.#sort, by);
      remember("legend-sort", written(this.#sort));
      this.#mark();
      this.#arrange([...this.#rows.values()].sort((a, b) => a.entry.at - b.entry.at).map(({ entry }) => entry.name));
    });
    cell.append(press);
    this.#heads.set(by, cell);
    return cell;
  }

  #mark() {
    for (const [by, cell] of this.#heads) {
      if (by !== this.#sort.by) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", this.#sort.rising ? "ascending" : "descending");
    }
  }

  /** Makes a row. */
  row(/** @type {string} */ name) {
    const { texts } = this;
    const root = element("tr");
    root.dataset.testid = "card";
    root.dataset.interface = name;
    const who = element("th", "who");
    who.scope = "row";
    const box = element("div", "line-name");
    const mark = element("span", "swatch");
    const number = element("i", "number");
    const title = element("button", "lift");
    title.type = "button";
    title.dataset.testid = "legend-name";
    title.setAttribute("aria-pressed", "false");
    const comment = element("bdi", "comment");
    const view = element("button", "view", "⇄");
    view.type = "button";
    view.dataset.testid = "card-view";
    box.append(mark, number, title, comment, view);
    who.append(box);
    root.append(who);
    /** @type {Record<string, HTMLTableCellElement>} */
    const cells = {};
    for (const { id } of PAIRS)
      for (const way of WAYS) {
        const cell = element("td", `g-${id}${way === "down" ? " cut" : " up"}${id === "now" ? " now" : ""}`, "–");
        cell.dataset.way = way;
        if (id !== "now") cell.dataset.testid = id;
        cells[`${id}-${way}`] = cell;
        root.append(cell);
      }
    const use = element("td", "cut one");
    const share = element("span", "share", "–");
    use.append(share);
    cells.faults = element("td", "one err", "0");
    const last = element("td", "x");
    const remove = element("button", "bare icon");
    remove.type = "button";
    remove.dataset.testid = "card-remove";
    remove.setAttribute("aria-label", fill(texts.remove, { name }));
    remove.title = remove.getAttribute("aria-label");
    remove.append(sign("i-x"));
    last.append(remove);
    root.append(use, cells.faults, last);
    remove.addEventListener("click", () => this.page.remove(name));
    view.addEventListener("click", () => this.page.turn(name));
    title.addEventListener("click", () => {
      this.#pinned = this.#pinned === name ? null : name;
      for (const row of this.#rows.values())
        row.title.setAttribute("aria-pressed", String(row.entry.name === this.#pinned));
      this.page.lift(this.#pinned ?? name);
    });
    const nothing = () => ({ now: null, peak: null, average: null, p95: null, total: null, partial: false });
    /** @type {Entry} */
    const entry = { name, title: name, at: 0, down: nothing(), up: nothing(), share: null, faults: 0 };
    /** @type {Direction} */
    const side = { down: "rx", up: "tx", view: "network" };
    return { root, cells, entry, side, number, title, comment, share, view };
  }
}

const WAYS = /** @type {("down"|"up")[]} */ (["down", "up"]);
const ARROWS = { down: "↓", up: "↑" };
