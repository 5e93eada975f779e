// The headline of the list of routers: how many there are and how they stand, what their WANs carry in all, and of
// how
// many that is not known. The same count is the header's pill and stands in the tab's title.

import { element, put } from "../shared/elements.js";
import { fill, number, rateParts } from "../shared/format.js";
import { sign } from "../shared/signs.js";
import { inTrouble, totals } from "./router-summary.js";
import { troubleName } from "./router-trouble.js";
/** @import { RouterEntry } from "../data/types.js" */

export class FleetFacts {
  #parts = null;
  #title = document.title;

  /** @param {{root: HTMLElement, pill: HTMLElement, texts: Record<string, string>, lang: string}} page */
  constructor({ root, pill, texts, lang }) {
    this.root = root;
    this.pill = pill;
    this.texts = texts;
    this.lang = lang;
  }

  /**
   * @param {RouterEntry[]} routers
   * @param {boolean} old the server does not answer: nothing of it is now
   */
  show(routers, old) {
    const { texts, lang } = this;
    const parts = (this.#parts ??= this.#build());
    const { all, live, late, trouble, downBps, upBps, sessions, unknown } = totals(routers);
    const figure = ({ number, unit }, part) => {
      put(part.number, number);
      put(part.word, unit);
    };
    put(parts.all.number, number(all, lang, 0));
    for (const [name, count] of /** @type {[string, number][]} */ ([
      ["live", live],
      ["late", late],
      ["trouble", trouble],
    ])) {
      put(parts[name].number, number(count, lang, 0));
      parts[name].root.toggleAttribute("data-some", count > 0);
    }
    parts.live.root.toggleAttribute("data-some", live > 0 && !old);
    parts.late.root.hidden = late === 0;
    figure(rateParts(downBps, lang), parts.down);
    figure(rateParts(upBps, lang), parts.up);
    put(parts.sessions.number, sessions === null ? "–" : number(sessions, lang, 0));
    put(parts.unknown, unknown === 0 || all === 0 ? "" : fill(texts.fleet_without, { n: unknown }));
    this.#head(routers, trouble, old);
  }

  /** So many of them are listed. */
  count(shown, all) {
    if (!this.#parts) return;
    put(this.#parts.all.number, number(shown, this.lang, 0));
    put(this.#parts.all.word, shown === all ? this.texts.fleet_registered : fill(this.texts.fleet_of, { all }));
  }

  #head(routers, trouble, old) {
    const { texts } = this;
    const worst = routers.filter(inTrouble);
    let words = "";
    if (old) words = texts["trouble.server"];
    else if (trouble === 1) words = `${troubleName(worst[0], texts)}: ${worst[0].name}`;
    else if (trouble > 1) words = fill(texts.fleet_pill, { n: trouble });
    this.pill.hidden = words === "";
    put(/** @type {Element} */ (this.pill.lastElementChild), words);
    this.pill.dataset.state = old ? "reconnecting" : "unreachable";
    const title = words === "" ? this.#title : `⚠ ${words} · ${this.#title}`;
    if (document.title !== title) document.title = title;
  }

  #build() {
    const { texts, root } = this;
    /** @type {Record<string, any>} */
    const parts = {};
    const add = (name, word, { shape = "", arrow = "" } = {}) => {
      const made = element("span", `fact ${name}`);
      const term = element("span", "", word);
      const value = element("b");
      if (shape) made.append(sign(shape, "st"));
      if (arrow) made.append(element("i", "", arrow));
      made.append(value, term);
      root.append(made);
      parts[name] = { root: made, number: value, word: term };
    };
    add("all", texts.fleet_registered);
    const small = (/** @type {string} */ word) => word.toLowerCase();
    add("live", small(texts["standing.live"]), { shape: "s-up" });
    add("late", small(texts["standing.late"]), { shape: "s-late" });
    add("trouble", small(texts.fleet_trouble), { shape: "s-bad" });
    root.append(element("span", "grow"), element("span", "of", texts.fleet_all_wans));
    add("down", "", { arrow: "↓" });
    add("up", "", { arrow: "↑" });
    add("sessions", small(texts["column.sessions"]));
    parts.unknown = element("span", "of unknown");
    parts.unknown.dataset.testid = "fleet-unknown";
    root.append(parts.unknown);
    return parts;
  }
}
