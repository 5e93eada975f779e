// A card for each chosen interface: its current rates, its state and its statistics.

import { PALETTE } from "../chart/palette.js";
import { element, put } from "../shared/elements.js";
import { faultWords } from "../data/fault-counts.js";
import { linkUse } from "../data/partial-sums.js";
import { about, atLeast, fill, shortName, speed } from "../shared/format.js";
import { measure } from "../data/range-statistics.js";
import { direction, turn } from "./direction.js";

export class InterfaceCards {
  #cards = new Map();

  /** @param {(name: string) => void} remove takes an interface out of the choice */
  constructor(root, texts, lang, remove) {
    this.root = root;
    this.remove = remove;
    this.texts = texts;
    this.lang = lang;
  }

  /**
   * @param {string[]} names what is chosen
   * @param {(name: string) => {facts: object|null, rx: number|null, tx: number|null, points: object,
   *   factors: {t: ArrayLike<number>, low: ArrayLike<number>}, range: {from: number, to: number}, intervalMs: number,
   *   faults: {errors: number, drops: number}}} of
   * @param {boolean} dim the figures are not of now
   */
  show(names, of, dim) {
    for (const [name, card] of this.#cards) {
      if (names.includes(name)) continue;
      card.root.remove();
      this.#cards.delete(name);
    }
    this.root.dataset.count = String(names.length);
    this.root.toggleAttribute("data-many", names.length > 4);
    names.forEach((name, at) => {
      const now = of(name);
      let card = this.#cards.get(name);
      if (!card) this.#cards.set(name, (card = this.#make(name)));
      if (this.root.children[at] !== card.root) this.root.insertBefore(card.root, this.root.children[at] ?? null);
      card.root.style.setProperty("--colour", PALETTE[at % PALETTE.length]);
      card.root.classList.toggle("dim", dim || !now.facts);
      this.#fill(name, card, now);
    });
  }

  #make(name) {
    const root = element("article", "card");
    root.dataset.testid = "card";
    root.dataset.interface = name;
    const title = element("h2");
    title.append(element("bdi", "", shortName(name)));
    const kind = element("span", "kind");
    const condition = element("span", "condition");
    title.append(kind, condition);
    // An interface that is gone is in no list any more, but must not stay here for ever.
    const remove = element("button", "remove", "×");
    remove.type = "button";
    remove.dataset.testid = "card-remove";
    remove.setAttribute("aria-label", fill(this.texts.remove, { name: shortName(name) }));
    remove.addEventListener("click", () => this.remove(name));
    const note = element("p", "note");
    const comment = element("bdi");
    note.append(comment);
    const figures = element("div", "figures");
    const [rx, tx] = ["rx", "tx"].map((way) => {
      const figure = element("div", "figure");
      const legend = element("span", "name");
      const [stroke, arrow, word] = [element("span", "stroke"), element("span", "arrow"), element("span", "word")];
      legend.append(stroke, arrow, word);
      const now = element("span", "now");
      now.dataset.testid = `${way}-now`;
      const [more, mean] = [element("span", "more"), element("span", "more")];
      figure.append(legend, now, more, mean);
      stroke.classList.add(way);
      return { figure, arrow, word, now, more, mean };
    });
    const foot = element("div", "foot");
    const [use, bar, useText] = [element("span", "use"), element("i"), element("span")];
    use.append(bar, useText);
    const faults = element("span", "faults");
    const view = element("button", "view");
    view.type = "button";
    view.dataset.testid = "card-view";
    foot.append(use, faults, view);
    root.append(remove, title, note, figures, foot);
    const card = {
      root,
      kind,
      condition,
      note,
      comment,
      figures,
      rx,
      tx,
      view,
      use,
      bar,
      useText,
      faults,
      facts: null,
    };
    view.addEventListener("click", () => {
      turn(name, card.facts);
      view.focus();
    });
    return card;
  }

  #fill(name, card, { facts, rx, tx, points, factors, range, intervalMs, faults }) {
    const { texts, lang } = this;
    if (facts) card.facts = facts;
    const side = direction(name, card.facts);
    const customer = side.view === "customer";
    card.root.dataset.view = side.view;
    // Download stands first, whichever direction of the router it is.
    const [down, up] = [card[side.down], card[side.up]];
    if (card.figures.firstChild !== down.figure) card.figures.replaceChildren(down.figure, up.figure);
    put(down.arrow, "↓");
    put(up.arrow, "↑");
    put(down.word, ` ${texts.download} (${side.down.toUpperCase()})`);
    put(up.word, ` ${texts.upload} (${side.up.toUpperCase()})`);
    put(card.view, customer ? texts.view_customer : texts.view_network);
    card.view.title = customer ? texts.turn_network : texts.turn_customer;
    card.view.setAttribute("aria-label", `${card.view.textContent}. ${card.view.title}`);
    card.view.hidden = card.facts === null;
    const now = { rx, tx };
    for (const way of ["rx", "tx"]) {
      const figure = card[way];
      put(figure.now, speed(now[way], lang));
      if (now[way] === null) delete figure.now.dataset.bps;
      else figure.now.dataset.bps = String(now[way]);
      // Of what the chart shows; looked at again when that changes.
      const seen = `${range.from} ${range.to} ${points.length} ${points.last}`;
      if (figure.seen !== seen) {
        figure.seen = seen;
        figure.measured = measure(points.t, points[way], range.from, range.to, intervalMs, factors);
      }
      const { peak, average, partial } = figure.measured;
      put(figure.more, peak === null ? "" : `${texts.peak} ${atLeast(speed(peak, lang), partial)}`);
      put(figure.mean, average === null ? "" : `${texts.average} ${about(speed(average, lang), partial)}`);
      const title = partial ? texts.partial_time : "";
      if (figure.figure.title !== title) figure.figure.title = title;
    }
    const use = linkUse(facts, rx, tx);
    card.use.hidden = use === null;
    if (use !== null) {
      // One direction alone is known: the other one may be fuller.
      const n = atLeast(String(Math.round(use * 100)), rx === null || tx === null);
      put(card.useText, fill(texts.use, { n, link: speed(facts.linkBps, lang, 0) }));
      card.bar.style.setProperty("--use", Math.min(1, use).toFixed(3));
      card.use.dataset.full = String(use >= 0.9);
    }
    const bad = faultWords(faults, texts);
    put(card.faults, bad && `⚠ ${bad} ${texts.since_opened}`);
    if (facts) {
      put(card.kind, facts.type);
      put(card.comment, facts.comment ?? "");
      card.note.hidden = !facts.comment;
    }
    const condition = !facts ? "gone" : facts.disabled ? "disabled" : facts.running ? "running" : "down";
    put(card.condition, texts[condition]);
    card.condition.dataset.is = condition;
  }

  /** What is shown, in a sentence each, for those who do not see it. */
  summary(names, of) {
    return names
      .map((name) => {
        const now = of(name);
        const { down, up } = direction(name, now.facts ?? this.#cards.get(name)?.facts);
        return fill(this.texts.summary, {
          name: shortName(name),
          down: speed(now[down], this.lang),
          up: speed(now[up], this.lang),
        });
      })
      .join(". ");
  }
}
