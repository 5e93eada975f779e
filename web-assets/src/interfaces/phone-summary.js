// The first thing on a phone: the two rates of one chosen interface in large figures, and a chip for each of the
// others.

import { PALETTE } from "../chart/palette.js";
import { fullness, shareOf } from "../data/partial-sums.js";
import { element, put, target } from "../shared/elements.js";
import { fill, rateParts, speed } from "../shared/format.js";
import { direction } from "./direction.js";
import { settingsOf, titleOf } from "./line-settings.js";
import { ShareCell } from "./rate-cell.js";

export class PhoneSummary {
  #chosen = null;
  #chips = new Map();
  /** What was last known of each: an interface that is gone is still a customer's. */
  #facts = new Map();

  /** @param {() => void} changed another interface leads */
  constructor(root, texts, lang, changed) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.name = element("bdi", "lead-name");
    this.note = element("small", "lead-note");
    this.use = new ShareCell();
    this.last = element("small", "lead-last");
    this.down = new Figure("lead-down", "↓", lang);
    this.up = new Figure("lead-up", "↑", lang);
    this.chips = element("div", "lead-chips");
    const figures = element("p", "lead-figures");
    figures.append(this.down.root, this.up.root);
    const head = element("div", "lead-head");
    head.append(this.name, this.note, this.use.root);
    root.append(head, figures, this.last, this.chips);
    this.chips.addEventListener("click", (event) => {
      const { name } = target(event, "button")?.dataset ?? {};
      if (name === undefined) return;
      this.#chosen = name;
      changed();
    });
  }

  /** @param {(name: string) => {facts: import("../data/types.js").Facts|null, rx: number|null, tx: number|null}} of */
  show(names, of, dim) {
    this.root.hidden = names.length === 0;
    if (names.length === 0) return;
    const lead = names.includes(this.#chosen) ? this.#chosen : names[0];
    const now = of(lead);
    if (now.facts) this.#facts.set(lead, now.facts);
    const { down, up } = direction(lead, this.#facts.get(lead));
    this.root.style.setProperty("--colour", PALETTE[names.indexOf(lead) % PALETTE.length]);
    const title = titleOf(lead);
    const note = this.#facts.get(lead)?.comment ?? "";
    const whole = [title, note].filter(Boolean).join("\n");
    if (this.name.parentElement.title !== whole) this.name.parentElement.title = whole;
    put(this.name, title);
    put(this.note, note);
    // What is not of now is told as the last that was known, and smaller.
    const old = dim || !now.facts;
    this.down.show(old ? null : now[down]);
    this.up.show(old ? null : now[up]);
    const known = old && (now[down] !== null || now[up] !== null);
    this.last.hidden = !known;
    const [below, above] = [now[down], now[up]].map((bps) => speed(bps, this.lang, 1));
    if (known) put(this.last, fill(this.texts.lead_last, { down: below, up: above }));
    const limits = { linkBps: now.facts?.linkBps, ...settingsOf(lead) };
    const share = old ? null : shareOf(limits, now[down], now[up]);
    this.use.show(share?.share ?? null, { partial: share?.partial, level: fullness(share?.share) });
    this.chips.hidden = names.length < 2;
    for (const [name, chip] of this.#chips) {
      if (names.includes(name)) continue;
      chip.remove();
      this.#chips.delete(name);
      this.#facts.delete(name);
    }
    names.forEach((name, at) => {
      let chip = this.#chips.get(name);
      if (!chip) {
        chip = element("button", "chip");
        chip.type = "button";
        chip.dataset.name = name;
        chip.append(element("bdi"));
        this.#chips.set(name, chip);
      }
      const title = titleOf(name);
      if (chip.textContent !== title) {
        put(chip.firstElementChild, title);
        chip.title = title;
        chip.setAttribute("aria-label", fill(this.texts.lead, { name: title }));
      }
      if (this.chips.children[at] !== chip) this.chips.insertBefore(chip, this.chips.children[at] ?? null);
      chip.style.setProperty("--colour", PALETTE[at % PALETTE.length]);
      chip.setAttribute("aria-pressed", String(name === lead));
    });
  }
}

/** A speed whose unit is small beside its number. */
class Figure {
  constructor(kind, arrow, lang) {
    this.lang = lang;
    this.root = element("span", kind);
    this.number = element("b");
    this.unit = element("small");
    this.root.append(element("i", "", arrow), this.number, this.unit);
  }

  show(bps) {
    const { number, unit } = rateParts(bps, this.lang);
    put(this.number, number);
    put(this.unit, unit);
    this.root.classList.toggle("none", bps === null);
  }
}
