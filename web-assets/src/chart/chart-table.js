// The chart's data as a table, for people who cannot see the chart or want the numbers. Newest first, and limited.
// Where nothing is known a row says why.

import { rows } from "./csv.js";
import { dialog } from "../shared/dialog.js";
import { element } from "../shared/elements.js";
import { fill, speed } from "../shared/format.js";
import { uncertaintyWords } from "./uncertainty.js";

const MOST = 300;

export class ChartTable {
  #dialog = null;

  constructor({ lang, texts, clock }) {
    this.lang = lang;
    this.texts = texts;
    this.clock = clock;
  }

  /** Shows what is visible at this moment; it stands still while it is read. */
  open({ names, table, range: { from, to }, factors, gaps }, words, side, title) {
    const { texts, lang } = this;
    this.#dialog ??= dialog("data-table", texts.table, texts.close);
    const all = rows(table, from, to, factors);
    // A column that says the same nothing in every row is none.
    const doubtful = all.some(({ low, high }) => uncertaintyWords(low, high) !== "");
    const shown = all.slice(-MOST).reverse();
    const made = element("table");
    const caption =
      shown.length < all.length
        ? `${words} · ${fill(texts.table_newest, { n: shown.length, all: all.length })}`
        : words;
    made.append(element("caption", "", caption), this.#head(names, doubtful, side, title));
    const body = element("tbody");
    const missing = gaps.toSorted((a, b) => b.from - a.from);
    const oldest = shown.at(-1)?.t ?? -Infinity;
    const told = (before) => {
      while (missing.length > 0 && missing[0].to > before) {
        const gap = missing.shift();
        if (gap.to <= oldest && shown.length < all.length) return;
        const row = element("tr", "gap");
        const time = element("th", "", `${this.clock(gap.from)} – ${this.clock(gap.to)}`);
        time.scope = "row";
        const why = element("td", "", gap.why);
        why.colSpan = 2 * names.length + (doubtful ? 1 : 0);
        row.append(time, why);
        body.append(row);
      }
    };
    for (const { t, rates, low, high } of shown) {
      told(t);
      const row = element("tr");
      const time = element("th", "", this.clock(t));
      time.scope = "row";
      row.append(time, ...rates.map((rate) => element("td", "", speed(rate, lang))));
      if (doubtful) row.append(element("td", "", uncertaintyWords(low, high)));
      body.append(row);
    }
    told(-Infinity);
    made.append(body);
    this.#dialog.body.replaceChildren(made);
    this.#dialog.body.scrollTop = 0;
    this.#dialog.open();
  }

  #head(names, doubtful, side, title) {
    const head = element("thead");
    const [first, second] = [element("tr"), element("tr")];
    const time = element("th", "", this.texts.time);
    time.scope = "col";
    time.rowSpan = 2;
    first.append(time);
    for (const name of names) {
      const who = element("th");
      who.scope = "colgroup";
      who.colSpan = 2;
      who.append(element("bdi", "", title(name)));
      first.append(who);
      const { down, up } = side(name);
      for (const [arrow, way] of [
        ["↓", down],
        ["↑", up],
      ]) {
        const cell = element("th", "", arrow);
        cell.append(" ", element("small", "", way.toUpperCase()));
        cell.scope = "col";
        second.append(cell);
      }
    }
    if (doubtful) {
      const cell = element("th", "", this.texts.doubt);
      cell.scope = "col";
      cell.rowSpan = 2;
      first.append(cell);
    }
    head.append(first, second);
    return head;
  }
}
