// A card for each chosen interface: what flows now, and how it stands with it.

import { PALETTE } from "./chart.js";
import { fill, shortName, speed } from "./format.js";
import { element } from "./picker.js";

export class Cards {
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
   * @param {(name: string) => {facts: object|null, rx: number|null, tx: number|null, series: object}} of
   * @param {boolean} dim the figures are not of now
   */
  show(names, of, dim) {
    for (const [name, card] of this.#cards) {
      if (names.includes(name)) continue;
      card.root.remove();
      this.#cards.delete(name);
    }
    names.forEach((name, at) => {
      const { facts, rx, tx, series } = of(name);
      let card = this.#cards.get(name);
      if (!card) this.#cards.set(name, (card = this.#make(name)));
      if (this.root.children[at] !== card.root) this.root.insertBefore(card.root, this.root.children[at] ?? null);
      card.root.style.setProperty("--colour", PALETTE[at % PALETTE.length]);
      card.root.classList.toggle("dim", dim || !facts);
      this.#fill(card, facts, rx, tx, series);
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
    const [rx, tx] = ["rx", "tx"].map((direction) => {
      const figure = element("div", "figure");
      const legend = element("span", "name");
      const word = element("span");
      legend.append(element("span", `stroke ${direction}`), word);
      const now = element("span", "now");
      now.dataset.testid = `${direction}-now`;
      const more = element("span", "more");
      const mean = element("span", "more");
      figure.append(legend, now, more, mean);
      return { figure, word, now, more, mean };
    });
    const view = element("span", "view");
    root.append(remove, title, note, figures, view);
    return { root, kind, condition, note, comment, figures, rx, tx, view };
  }

  #fill(card, facts, rx, tx, series) {
    const { texts, lang } = this;
    const customer = (facts?.pointOfView ?? card.root.dataset.view) === "customer";
    card.root.dataset.view = customer ? "customer" : "network";
    // Download stands first, whichever direction of the router it is.
    const [down, up] = customer ? [card.tx, card.rx] : [card.rx, card.tx];
    if (card.figures.firstChild !== down.figure) card.figures.replaceChildren(down.figure, up.figure);
    put(down.word, `↓ ${texts.download} (${customer ? "TX" : "RX"})`);
    put(up.word, `↑ ${texts.upload} (${customer ? "RX" : "TX"})`);
    put(card.view, customer ? texts.view_customer : texts.view_network);
    card.view.hidden = !facts && !card.seen;
    card.seen ||= facts !== null;
    for (const [figure, bps, values] of [[card.rx, rx, series.rx], [card.tx, tx, series.tx]]) {
      put(figure.now, speed(bps, lang));
      if (bps === null) delete figure.now.dataset.bps;
      else figure.now.dataset.bps = String(bps);
      const known = values.filter((value) => value !== null);
      const sum = known.reduce((total, value) => total + value, 0);
      const most = known.reduce((top, value) => Math.max(top, value), 0);
      put(figure.more, known.length < 2 ? "" : `${texts.peak} ${speed(most, lang)}`);
      put(figure.mean, known.length < 2 ? "" : `${texts.average} ${speed(sum / known.length, lang)}`);
    }
    if (facts) {
      put(card.kind, facts.type);
      put(card.comment, facts.comment ?? "");
      card.note.hidden = !facts.comment;
    }
    const condition = !facts ? "gone" : facts.disabled ? "disabled" : facts.running ? "running" : "down";
    put(card.condition, texts[condition]);
    card.condition.dataset.up = condition === "running" ? "yes" : "no";
  }

  /** What is shown, in a sentence each, for those who do not see it. */
  summary(names, of) {
    return names
      .map((name) => {
        const { facts, rx, tx } = of(name);
        const [down, up] = facts?.pointOfView === "customer" ? [tx, rx] : [rx, tx];
        return fill(this.texts.summary, { name: shortName(name), down: speed(down, this.lang), up: speed(up, this.lang) });
      })
      .join(". ");
  }
}

function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
