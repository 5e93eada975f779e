// Who filled the line in the stretch that is seen: the lines with the most bytes, each a way to its own curve.

import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { amount, fill, number } from "../shared/format.js";
import { titleOf } from "../interfaces/line-settings.js";

/** @import { Range } from "../data/types.js" */

/** So many are told. */
const MOST = 6;
/** So many are looked through for those that are customers'. */
const LOOKED_THROUGH = 60;
/** While somebody scrolls nothing is asked, ms. */
const SETTLED = 500;
/** What goes on is asked for again at most this often, ms. */
const ANEW = 60_000;

export class HistoryTop {
  #asked = "";
  #at = 0;
  #timer = 0;
  #turn = 0;
  /** The rows that are told, by line. */
  #rows = new Map();

  /**
   * @param {object} page
   * @param {string} page.lang
   * @param {Record<string, string>} page.texts
   * @param {(name: string) => "customer"|"network"} page.view whose point of view a line has
   * @param {(name: string) => void} page.open
   */
  constructor({ lang, texts, view, open }) {
    this.lang = lang;
    this.texts = texts;
    this.view = view;
    this.open = open;
    this.root = element("section", "past-top");
    this.root.dataset.testid = "past-top";
    this.title = element("h2", "", texts.past_top);
    this.note = element("small");
    this.title.append(" ", this.note);
    this.list = element("ol");
    this.root.append(this.title, this.list);
    this.root.hidden = true;
  }

  /**
   * @param {string} router
   * @param {string|null} first the chosen line
   * @param {Range} range
   * @param {boolean} follows
   */
  show(router, first, { from, to }, follows) {
    const asked = JSON.stringify(follows ? [router, first, Math.round(to - from)] : [router, first, from, to]);
    if (asked === this.#asked && !(follows && performance.now() - this.#at > ANEW)) return;
    this.#asked = asked;
    this.#at = performance.now();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#ask(router, first, from, to), SETTLED);
  }

  async #ask(router, first, from, to) {
    const mine = ++this.#turn;
    const query = new URLSearchParams({ router, from: String(from), to: String(to), limit: String(LOOKED_THROUGH) });
    let lines;
    try {
      ({ lines } = await api.get(`/api/v1/top?${query}`));
    } catch {
      lines = [];
    }
    if (mine === this.#turn) this.#draw(lines, first);
  }

  #draw(lines, first) {
    const bytes = (line) => line.rxBytes + line.txBytes;
    const whole = lines.find((line) => line.interface === first);
    const others = lines.filter((line) => line.interface !== first && bytes(line) > 0);
    const customers = others.filter((line) => this.view(line.interface) === "customer");
    // A bridge's bytes are those of its customers.
    const dialled = customers.filter((line) => line.interface.startsWith("<"));
    const told = [dialled, customers, others].find((some) => some.length > 0)?.slice(0, MOST) ?? [];
    this.root.hidden = told.length === 0;
    const of = whole && bytes(whole) > 0 ? bytes(whole) : null;
    put(
      this.note,
      of === null ? "" : fill(this.texts.past_top_of, { amount: amount(of, this.lang, 1), name: titleOf(first) }),
    );
    this.note.title = this.note.textContent;
    const most = Math.max(1, ...told.map(bytes));
    const kept = new Map(told.map(({ interface: name }) => [name, this.#rows.get(name) ?? this.#row(name)]));
    for (const line of told) {
      const { open, title, bar, amount: figure, share } = kept.get(line.interface);
      // It may have another name by now.
      put(title, titleOf(line.interface));
      open.title = fill(this.texts.past_top_open, { name: titleOf(line.interface) });
      bar.style.setProperty("--part", String(bytes(line) / most));
      put(figure, amount(bytes(line), this.lang, 1));
      put(share, of === null ? "" : `${number((bytes(line) / of) * 100, this.lang, 0)} %`);
    }
    const rows = [...kept.values()].map(({ row }) => row);
    const same = rows.length === this.list.children.length && rows.every((row, at) => row === this.list.children[at]);
    if (!same) this.list.replaceChildren(...rows);
    this.#rows = kept;
  }

  /** A line's row, which stays while the line is told: whoever is about to press it presses the same one. */
  #row(name) {
    const row = element("li");
    const open = element("button", "plain");
    open.type = "button";
    open.dataset.testid = "past-top-line";
    const title = element("bdi");
    open.append(title);
    open.addEventListener("click", () => this.open(name));
    const [figure, bar, share] = [element("span", "num"), element("span", "bar"), element("span", "num soft")];
    row.append(open, figure, bar, share);
    return { row, open, title, bar, amount: figure, share };
  }
}
