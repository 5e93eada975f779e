// The chart's data as a table, for people who cannot see the chart or want the numbers. Newest first, and limited.

import { rows } from "./csv.js";
import { dialog } from "../shared/dialog.js";
import { element } from "../shared/elements.js";
import { fill, shortName, speed } from "../shared/format.js";
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
  open(names, table, from, to, range, factors) {
    const { texts, lang } = this;
    this.#dialog ??= dialog("data-table", texts.table, texts.close);
    const all = rows(table, from, to, factors);
    // A column that says the same nothing in every row is none.
    const doubtful = all.some(({ low, high }) => uncertaintyWords(low, high) !== "");
    const shown = all.slice(-MOST).reverse();
    const made = element("table");
    const told =
      shown.length < all.length
        ? `${range} · ${fill(texts.table_newest, { n: shown.length, all: all.length })}`
        : range;
    made.append(element("caption", "", told), this.#head(names, doubtful));
    const body = element("tbody");
    for (const { t, rates, low, high } of shown) {
      const row = element("tr");
      const time = element("th", "", this.clock(t));
      time.scope = "row";
      row.append(time, ...rates.map((rate) => element("td", "", speed(rate, lang))));
      if (doubtful) row.append(element("td", "", uncertaintyWords(low, high)));
      body.append(row);
    }
    made.append(body);
    this.#dialog.body.replaceChildren(made);
    this.#dialog.body.scrollTop = 0;
    this.#dialog.open();
  }

  #head(names, doubtful) {
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
      who.append(element("bdi", "", shortName(name)));
      first.append(who);
      for (const way of ["RX", "TX"]) {
        const cell = element("th", "", way);
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
