// Under the picture of the past: what each line came to, and when and why nothing was measured.

import { element, put } from "../shared/elements.js";
import { commonUnit, number, spanWords } from "../shared/format.js";
import { causeWords } from "./history-picture.js";

/** @import { TimeWords } from "./history-time.js" */

/** @typedef {{average: number|null, highest: number|null}} Figures */

/** More gaps are told in number. */
const MOST_GAPS = 20;
/** Figures of a line. */
const FIGURES = 4;

export class HistoryTable {
  #rows = /** @type {HTMLElement[]} */ ([]);
  #gaps = "";

  /** @param {{lang: string, texts: Record<string, string>, words: TimeWords}} page */
  constructor({ lang, texts, words }) {
    this.lang = lang;
    this.texts = texts;
    this.words = words;
    this.root = element("div", "past-under");
    const table = element("table", "past-lines");
    table.dataset.testid = "past-lines";
    const head = element("thead");
    const row = element("tr");
    const heads = [
      ["", texts.head_interface],
      ["↓ ", texts.past_average],
      ["↓ ", texts.past_highest],
      ["↑ ", texts.past_average],
      ["↑ ", texts.past_highest],
    ];
    for (const [arrow, text] of heads) {
      const cell = element("th");
      cell.scope = "col";
      // The arrow may stand above the word; the word stays whole.
      cell.append(arrow, element("b", "", text));
      row.append(cell);
    }
    /** All figures end under each other: their unit stands once. */
    this.unit = element("span", "unit");
    row.firstElementChild.append(" ", this.unit);
    head.append(row);
    this.body = element("tbody");
    table.append(head, this.body);
    this.list = element("ul", "past-gaps");
    this.list.dataset.testid = "past-gaps";
    this.list.setAttribute("aria-label", texts.past_gaps);
    this.root.append(table, this.list);
  }

  /**
   * @param {{title: string, down: Figures, up: Figures}[]} lines
   * @param {{from: number, to: number, cause: string}[]} gaps
   */
  show(lines, gaps) {
    const figuresOf = ({ down, up }) => [down.average, down.highest, up.average, up.highest];
    const common = commonUnit(Math.max(0, ...lines.flatMap(figuresOf).map((bps) => bps ?? 0)));
    put(this.unit, common.name);
    const words = (bps) =>
      bps === null ? "–" : number(bps / common.bps, this.lang, bps > 0 && bps < 10 * common.bps ? 2 : 1);
    while (this.#rows.length > lines.length) this.#rows.pop().remove();
    lines.forEach((line, at) => {
      const { title } = line;
      const row = (this.#rows[at] ??= this.#row(at));
      const [name, ...cells] = row.children;
      const named = name.querySelector("bdi");
      put(named, title);
      if (named.title !== title) named.title = title;
      figuresOf(line).forEach((bps, of) => put(cells[of], words(bps)));
    });
    const told = JSON.stringify(gaps);
    if (told === this.#gaps) return;
    this.#gaps = told;
    this.list.hidden = gaps.length === 0;
    this.list.replaceChildren(
      ...gaps
        .filter(({ from, to }) => to > from)
        .slice(-MOST_GAPS)
        .map(({ from, to, cause }) => {
          const one = element("li");
          const when = element("span", "", this.words.stretch(from, to));
          one.append(
            when,
            element("span", "cause", causeWords(cause, this.texts)),
            element("span", "long", spanWords(to - from, this.texts)),
          );
          return one;
        }),
    );
  }

  #row(at) {
    const row = element("tr");
    row.style.setProperty("--colour", `var(--l${at + 1})`);
    const name = element("th");
    name.scope = "row";
    name.append(element("span", "swatch"), element("bdi"));
    row.append(name, ...Array.from({ length: FIGURES }, () => element("td")));
    this.body.append(row);
    return row;
  }
}
