// The table below the chart: peak, average, 95th percentile and total of the visible range, for each interface and
// direction.

import { element, put } from "../shared/elements.js";
import { about, amount, atLeast, shortName, speed } from "../shared/format.js";
import { measure } from "../data/range-statistics.js";
import { recall, remember } from "../shared/preferences.js";
/** @import { Range } from "../data/types.js" */

/** Here there is no room for a second decimal. */
const NARROW = "(max-width: 640px)";
const COLUMNS = ["peak", "average", "p95", "total"];
const MEANS = ["average", "p95"];

export class StatisticsTable {
  #bodies = new Map();

  constructor(root, { lang, texts, side }) {
    this.root = root;
    this.lang = lang;
    this.texts = texts;
    this.side = side;
    this.narrow = matchMedia(NARROW);
    this.title = root.querySelector("summary");
    this.table = root.querySelector("table");
    root.open = recall("measures") !== "closed";
    root.addEventListener("toggle", () => remember("measures", root.open ? "open" : "closed"));
    const head = element("tr");
    head.append(this.#head(texts.interfaces, "who-head"), this.#head(texts.direction, "way-head"));
    for (const column of COLUMNS) {
      const cell = this.#head(texts[column]);
      if (column === "p95") cell.title = texts.p95_meaning;
      head.append(cell);
    }
    const top = element("thead");
    top.append(head);
    this.table.append(top);
  }

  /** Whether somebody sees it: else it needs no reckoning. */
  get seen() {
    return this.root.open && !this.root.hidden;
  }

  /**
   * @param {string[]} names
   * @param {string[]} colours
   * @param {(name: string) => import("../data/point-series.js").PointSeries} points
   * @param {Range} range
   * @param {number} intervalMs
   * @param {string} title
   * @param {{t: ArrayLike<number>, low: ArrayLike<number>}} factors of the ticks; see `measure`
   */
  show(names, colours, points, { from, to }, intervalMs, title, factors) {
    this.root.hidden = names.length === 0;
    put(this.title, title);
    if (!this.seen) return;
    const digits = this.narrow.matches ? 1 : 2;
    for (const [name, body] of this.#bodies) {
      if (names.includes(name)) continue;
      body.root.remove();
      this.#bodies.delete(name);
    }
    names.forEach((name, at) => {
      let body = this.#bodies.get(name);
      if (!body) this.#bodies.set(name, (body = this.#make(name)));
      // The head is the first child.
      if (this.table.children[at + 1] !== body.root)
        this.table.insertBefore(body.root, this.table.children[at + 1] ?? null);
      body.root.style.setProperty("--colour", colours[at % colours.length]);
      const series = points(name);
      const { down, up } = this.side(name);
      [
        [down, "↓"],
        [up, "↑"],
      ].forEach(([way, sign], row) => {
        const found = measure(series.t, series[way], from, to, intervalMs, factors);
        const { label, stroke, cells } = body.rows[row];
        put(label, `${sign} ${way.toUpperCase()}`);
        stroke.className = `stroke ${way}`;
        const shown = [found.peak, found.average, found.p95].map((bps) => speed(bps, this.lang, digits));
        // The highest and the total of a part are the least of the whole; a mean of a part is about that of the whole.
        [...shown, amount(found.bytes, this.lang, digits)].forEach((text, column) =>
          put(cells[column], (MEANS.includes(COLUMNS[column]) ? about : atLeast)(text, found.partial)),
        );
        const title = found.partial ? this.texts.partial_time : "";
        if (body.rows[row].row.title !== title) body.rows[row].row.title = title;
      });
    });
  }

  #head(text, kind = "") {
    const cell = element("th", kind, text);
    cell.scope = "col";
    return cell;
  }

  #make(name) {
    const root = element("tbody");
    root.dataset.interface = name;
    root.dataset.testid = "measure";
    const who = () => {
      const cell = element("th", "who");
      cell.scope = "rowgroup";
      cell.append(element("bdi", "", shortName(name)));
      return cell;
    };
    // On a narrow page the name has a line of its own; the style shows one of the two.
    const [above, beside] = [who(), who()];
    above.colSpan = COLUMNS.length + 1;
    beside.rowSpan = 2;
    const line = element("tr", "above");
    line.append(above);
    const rows = [0, 1].map((at) => {
      const row = element("tr");
      if (at === 0) row.append(beside);
      const way = element("th", "way");
      way.scope = "row";
      const [stroke, label] = [element("span", "stroke"), element("span")];
      way.append(stroke, label);
      const cells = COLUMNS.map((column) => {
        const cell = element("td");
        cell.dataset.testid = column;
        return cell;
      });
      row.append(way, ...cells);
      return { row, stroke, label, cells };
    });
    root.append(line, ...rows.map(({ row }) => row));
    return { root, rows };
  }
}
