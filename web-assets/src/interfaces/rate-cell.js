// A rate in a column: the number, and its unit in a place of its own, so that the commas stand under each other. Small
// ones are softer, so that the big ones stand out. Writes to the page only what changed.

import { element } from "../shared/elements.js";
import { atLeast, rateParts, unit, UNITS } from "../shared/format.js";

export class RateCell {
  #bps;
  #unit;
  #partial = false;

  /** @param {string} kind its class beside that of every figure */
  constructor(kind, lang) {
    this.lang = lang;
    this.root = element("span", `v ${kind}`);
    this.number = document.createTextNode("");
    this.unit = element("u");
    this.root.append(this.number, this.unit);
  }

  /**
   * @param {number|null} bps null: not known
   * @param {boolean} [partial] at least so much: a part of it is not known
   */
  show(bps, partial = false) {
    if (this.#bps === bps && this.#unit === unit() && this.#partial === partial) return;
    [this.#bps, this.#unit, this.#partial] = [bps, unit(), partial];
    const parts = rateParts(bps, this.lang);
    const number = atLeast(parts.number, partial).replace("≥ ", "≥");
    if (this.number.data !== number) this.number.data = number;
    if (this.unit.textContent !== parts.unit) this.unit.textContent = parts.unit;
    const low = !UNITS[unit()].names.slice(2).includes(parts.unit);
    if (this.root.classList.contains("low") !== low) this.root.classList.toggle("low", low);
  }

  /** As one says it. */
  get words() {
    return `${this.number.data} ${this.unit.textContent}`.trim();
  }
}

/** The share of a link or a package: the number, and a rule under it as long as the share. */
export class ShareCell {
  #shown = "";

  constructor() {
    this.root = element("span", "use");
    this.number = document.createTextNode("");
    this.root.append(this.number);
  }

  /**
   * @param {number|null} share 0 to 1 or more
   * @param {{partial?: boolean, level?: string, title?: string}} [more]
   */
  show(share, { partial = false, level = "", title = "" } = {}) {
    const percent = share === null ? null : Math.round(share * 100);
    const text = percent === null ? "–" : atLeast(`${percent} %`, partial).replace("≥ ", "≥");
    const shown = `${text} ${level} ${title}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.number.data = text;
    this.root.className = `use ${percent === null ? "none" : level}`.trim();
    this.root.title = title;
    this.root.style.setProperty("--u", String(Math.min(100, percent ?? 0)));
  }
}
