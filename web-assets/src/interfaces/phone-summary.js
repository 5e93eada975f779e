// The first thing on a phone: the two rates of one chosen interface in large figures, and a chip for each of the
// others.

import { PALETTE } from "../chart/palette.js";
import { element, put, target } from "../shared/elements.js";
import { fill, speed } from "../shared/format.js";
import { direction } from "./direction.js";
import { titleOf } from "./line-settings.js";

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
    this.down = new Figure("lead-down");
    this.up = new Figure("lead-up");
    this.chips = element("div", "lead-chips");
    const figures = element("p", "lead-figures");
    figures.append(this.down.root, this.up.root);
    root.append(this.name, figures, this.chips);
    this.chips.addEventListener("click", (event) => {
      const { name } = target(event, "button")?.dataset ?? {};
      if (name === undefined) return;
      this.#chosen = name;
      changed();
    });
  }

  /** @param {(name: string) => {facts: object|null, rx: number|null, tx: number|null}} of */
  show(names, of, dim) {
    this.root.hidden = names.length === 0;
    if (names.length === 0) return;
    const lead = names.includes(this.#chosen) ? this.#chosen : names[0];
    const now = of(lead);
    if (now.facts) this.#facts.set(lead, now.facts);
    const { down, up } = direction(lead, this.#facts.get(lead));
    this.root.classList.toggle("dim", dim || !now.facts);
    this.root.style.setProperty("--colour", PALETTE[names.indexOf(lead) % PALETTE.length]);
    put(this.name, titleOf(lead));
    this.down.show(`↓ ${speed(now[down], this.lang, 1)}`);
    this.up.show(`↑ ${speed(now[up], this.lang, 1)}`);
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
  constructor(kind) {
    this.root = element("span", kind);
    this.number = element("b");
    this.unit = element("small");
    this.root.append(this.number, this.unit);
  }

  show(text) {
    const unit = text.lastIndexOf(" ");
    put(this.number, text.slice(0, unit));
    put(this.unit, text.slice(unit));
  }
}
