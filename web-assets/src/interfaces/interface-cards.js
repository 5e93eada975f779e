// A card for each chosen line, where there is no room for the legend: on a phone, and on the wall. Its rates now, its
// figures of the visible time, and, when it is pressed, what can be done with it.

import { PALETTE } from "../chart/palette.js";
import { figure } from "../chart/figures.js";
import { element, put, style } from "../shared/elements.js";
import { fullness } from "../data/partial-sums.js";
import { faultWords } from "../data/fault-counts.js";
import { about, atLeast, commonUnit, fill, number, rateParts } from "../shared/format.js";
/** @import { LineView } from "../legend/legend-table.js" */
/** @import { LineFigures } from "../legend/line-figures.js" */
/** @import { Texts } from "../data/types.js" */

export class InterfaceCards {
  /** @type {Map<string, ReturnType<InterfaceCards["card"]>>} */
  #cards = new Map();

  /**
   * @param {HTMLElement} root
   * @param {object} page
   * @param {Texts} page.texts
   * @param {string} page.lang
   * @param {(name: string) => void} page.remove takes a line out of the choice
   * @param {(name: string) => void} page.turn looks at a line from the other side
   */
  constructor(root, { texts, lang, remove, turn }) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.remove = remove;
    this.turn = turn;
  }

  /**
   * @param {string[]} names what is chosen
   * @param {(name: string) => LineView} of
   * @param {LineFigures} figures of the visible time
   * @param {boolean} dim the figures are not of now
   */
  show(names, of, figures, dim) {
    for (const [name, card] of this.#cards) {
      if (names.includes(name)) continue;
      card.root.remove();
      this.#cards.delete(name);
    }
    this.root.hidden = names.length === 0;
    this.root.dataset.count = String(names.length);
    this.root.toggleAttribute("data-many", names.length > 4);
    names.forEach((name, at) => {
      const line = of(name);
      let card = this.#cards.get(name);
      if (!card) this.#cards.set(name, (card = this.card(name)));
      if (this.root.children[at] !== card.root) this.root.insertBefore(card.root, this.root.children[at] ?? null);
      style(card.root, "--colour", PALETTE[at % PALETTE.length]);
      card.root.classList.toggle("dim", dim || !line.facts);
      this.#fill(card, line, figures.of(name));
    });
  }

  /** Makes a card. */
  card(/** @type {string} */ name) {
    const { texts } = this;
    const root = element("article", "card");
    root.dataset.testid = "card";
    root.dataset.interface = name;
    const head = element("button", "card-head");
    head.type = "button";
    head.setAttribute("aria-expanded", "false");
    const who = element("h2");
    const [title, comment, condition] = [element("bdi"), element("small"), element("span", "condition")];
    who.append(title, comment, condition);
    const [down, up] = [this.#figure("down", "↓", texts.download), this.#figure("up", "↑", texts.upload)];
    const more = element("p", "more");
    const [peak, other] = [element("span"), element("span")];
    more.append(peak, other);
    head.append(who, down.root, up.root, more);
    const actions = element("div", "card-actions");
    actions.hidden = true;
    const view = element("button");
    view.type = "button";
    view.dataset.testid = "card-view";
    // An interface that is gone is in no list any more, but must not stay here for ever.
    const remove = element("button", "", fill(texts.remove, { name: "" }).trim());
    remove.type = "button";
    remove.dataset.testid = "card-remove";
    remove.setAttribute("aria-label", fill(texts.remove, { name }));
    actions.append(view, remove);
    root.append(head, actions);
    head.addEventListener("click", () => {
      actions.hidden = !actions.hidden;
      head.setAttribute("aria-expanded", String(!actions.hidden));
    });
    remove.addEventListener("click", () => this.remove(name));
    view.addEventListener("click", () => this.turn(name));
    return { root, title, comment, condition, down, up, peak, other, view };
  }

  #figure(way, sign, word) {
    const root = element("span", `figure ${way}`);
    const mark = element("i", "", sign);
    mark.setAttribute("aria-label", word);
    mark.setAttribute("role", "img");
    const now = element("span", "now");
    now.dataset.way = way;
    const [value, unit] = [element("b"), element("small")];
    now.append(value, unit);
    root.append(mark, now);
    return { root, now, value, unit };
  }

  #fill(card, { facts, title, side, down, up, share, faults }, come) {
    const { texts, lang } = this;
    card.root.dataset.view = side.view;
    const comment = facts?.comment ?? "";
    for (const [part, text] of [
      [card.title, title],
      [card.comment, comment],
    ]) {
      put(part, text);
      if (part.title !== text) part.title = text;
    }
    for (const way of /** @type {const} */ (["down", "up"])) {
      const { now, value, unit } = card[way];
      const bps = way === "down" ? down : up;
      const parts = rateParts(bps, lang);
      put(value, parts.number);
      put(unit, parts.unit && ` ${parts.unit}`);
      const id = `${side[way]}-now`;
      if (now.dataset.testid !== id) now.dataset.testid = id;
      if (bps === null) delete now.dataset.bps;
      else now.dataset.bps = String(bps);
    }
    const bit = commonUnit(Math.max(come.down.peak ?? 0, come.up.peak ?? 0, 1e6));
    const peaks = [
      ["↓", come.down],
      ["↑", come.up],
    ].map(([sign, { peak, partial }]) => `${sign} ${atLeast(figure(peak, bit, lang), partial)}`);
    put(card.peak, come.down.peak === null ? "" : `${texts.peak} ${peaks.join(" · ")}`);
    const bad = faultWords(faults, texts);
    const used = share && fill(texts[`share.${share.of}`], { n: number(Math.round(share.share * 100), lang, 0) });
    const mean = `${texts.average} ↓ ${about(figure(come.down.average, bit, lang), come.down.partial)}`;
    put(card.other, bad ? `⚠ ${bad}` : (used ?? (come.down.average === null ? "" : mean)));
    card.other.dataset.full = bad ? "full" : share ? fullness(share.share) : "";
    const condition = !facts ? "gone" : facts.disabled ? "disabled" : facts.running ? "running" : "down";
    // That all is well needs no word.
    put(card.condition, condition === "running" ? "" : texts[condition]);
    card.condition.dataset.is = condition;
    card.condition.hidden = condition === "running";
    const [from, other] = side.view === "customer" ? ["customer", "network"] : ["network", "customer"];
    put(card.view, texts[`view_${from}`]);
    card.view.title = texts[`turn_${other}`];
    card.view.setAttribute("aria-label", `${texts[`view_${from}`]}. ${texts[`turn_${other}`]}`);
    card.view.hidden = facts === null;
  }
}
