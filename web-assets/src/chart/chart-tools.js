// The controls above the chart, in one row: time windows, mode, unit, pause, share, and the menu for exports and help;
// over the chart the way back to live and out of a zoom. Where the row is narrow, mode and unit go into the menu.

import { fits, SCALES } from "./chart-scale.js";
import { MODES } from "./curves.js";
import { button, menu, set } from "./menu.js";
import { element, put } from "../shared/elements.js";
import { duration, fill, UNIT_NAMES } from "../shared/format.js";
import { sign, turn } from "../shared/signs.js";
/** @import { Mode, Texts } from "../data/types.js" */
/** @import { UnitName } from "../shared/format.js" */
/** @import { Scale } from "./chart-scale.js" */

const MINUTE = 60_000;
/** Offered as far as the server remembers, ms. Longer ones are history. */
const WINDOWS = [1, 5, 15, 30, 60, 180, 360].map((minutes) => minutes * MINUTE);
/** A narrower row has mode and unit in the menu, px. */
const NARROW = 720;
/** There the bar at the bottom has the menu, and that has what the row has no room for. */
const PHONE = "(max-width: 959px)";
/** What the unit's button says. */
const FACES = { bit: "Mbps", byte: "MB/s" };

/** The windows to choose from where `recentMs` is remembered; the longest is all of it, in whole minutes. */
export function windowsOf(recentMs) {
  const sizes = WINDOWS.filter((size) => size <= recentMs);
  const whole = Math.floor(recentMs / MINUTE) * MINUTE;
  const longest = sizes.at(-1) ?? 0;
  if (longest < WINDOWS.at(-1) && whole > longest * 1.5) sizes.push(whole);
  return sizes.length > 0 ? sizes : [WINDOWS[0]];
}

/** A window as operators write it: `5m`, `1h`, `2h20m`. */
export function windowWords(ms, /** @type {Texts} */ texts) {
  const [hours, minutes] = [Math.floor(ms / (60 * MINUTE)), Math.round(ms / MINUTE) % 60];
  const parts = [
    hours > 0 && fill(texts["window.h"], { n: hours }),
    minutes > 0 && fill(texts["window.m"], { n: minutes }),
  ];
  return parts.filter(Boolean).join("");
}

/** The same in whole words, for who hears it. */
export function windowSpoken(ms, /** @type {Texts} */ texts) {
  const [hours, minutes] = [Math.floor(ms / (60 * MINUTE)), Math.round(ms / MINUTE) % 60];
  const parts = [hours > 0 && fill(texts.hours, { n: hours }), minutes > 0 && fill(texts.minutes, { n: minutes })];
  return parts.filter(Boolean).join(" ");
}

export class ChartTools {
  #sizes = [];

  /**
   * @param {object} page
   * @param {HTMLElement} page.bar
   * @param {HTMLElement} page.windows
   * @param {Texts} page.texts
   * @param {(ms: number) => void} page.window
   * @param {(mode: Mode) => void} page.mode
   * @param {(unit: UnitName) => void} page.unit
   * @param {(scale: Scale) => void} page.scale
   * @param {() => void} page.pause
   * @param {() => void} page.live
   * @param {() => void} page.unzoom
   * @param {() => void} page.share
   * @param {Record<"png"|"csv"|"csv-plain"|"table"|"help", () => void>} page.more
   */
  constructor({ bar, windows, texts, ...page }) {
    this.windows = windows;
    this.texts = texts;
    this.page = page;
    this.modes = element("div", "segments");
    this.modes.setAttribute("role", "group");
    this.modes.setAttribute("aria-label", texts.mode);
    for (const mode of MODES) {
      const made = button(`mode-${mode}`, texts[`mode.${mode}`], () => page.mode(mode));
      made.dataset.mode = mode;
      this.modes.append(made);
    }
    this.units = this.#units();
    this.pause = button("pause", "", page.pause);
    this.pauseSign = sign("i-pause");
    this.pauseWord = element("span", "word");
    this.pause.append(this.pauseSign, this.pauseWord);
    this.share = button("share", "", page.share);
    this.share.append(sign("i-share"), element("span", "word", texts.share));
    this.share.setAttribute("aria-label", texts.share);
    this.live = button("live", "", page.live);
    this.live.classList.add("main");
    this.unzoom = button("unzoom", texts.reset_zoom, page.unzoom);
    const back = element("div", "view-back");
    back.append(this.unzoom, this.live);
    this.menu = this.#menu();
    const grow = element("span", "grow");
    bar.append(grow, back, this.pause, this.share, this.menu.root);
    const place = (narrow) => {
      if (narrow === (this.modes.parentElement === this.menu.list)) return;
      if (narrow) this.menu.list.prepend(this.modes, this.units.root);
      else bar.prepend(this.modes, this.units.root);
    };
    bar.prepend(this.modes, this.units.root);
    const row = bar.parentElement ?? bar;
    // A phone's toolbar is its windows alone.
    const phone = matchMedia(PHONE);
    const move = () => (phone.matches ? this.menu.list.prepend(this.share) : this.menu.root.before(this.share));
    phone.addEventListener("change", move);
    move();
    new ResizeObserver((entries) => place(entries.at(-1).contentRect.width < NARROW)).observe(row);
  }

  /** What a phone has in the bar at its bottom. */
  get docked() {
    return [this.pause, this.menu.root];
  }

  /**
   * @param {{windowMs: number, recentMs: number, mode: Mode, unit: UnitName, scale: Scale, paused: boolean,
   *   zoomed: boolean, following: boolean, behind: number, some: boolean}} now `some` is chosen
   */
  show({ windowMs, recentMs, mode, unit, scale, paused, zoomed, following, behind, some }) {
    this.#offer(recentMs);
    for (const one of /** @type {Iterable<HTMLElement>} */ (this.windows.children))
      set(one, "aria-pressed", String(Number(one.dataset.ms) === windowMs && !zoomed));
    for (const one of /** @type {Iterable<HTMLElement>} */ (this.modes.children))
      set(one, "aria-pressed", String(one.dataset.mode === mode));
    const { texts } = this;
    put(this.units.face, scale === "percent" ? "%" : `${FACES[unit]}${scale === "log" ? " log" : ""}`);
    for (const one of this.units.choices) {
      const { unit: means, scale: by } = one.dataset;
      set(one, "aria-checked", String(by ? by === scale : means === unit && scale !== "percent"));
      const not = by && !fits(/** @type {Scale} */ (by), mode);
      set(one, "aria-disabled", String(Boolean(not)));
      const why = not ? texts[`unit_not.${by}`] : "";
      if (one.title !== why) one.title = why;
    }
    set(this.pause, "aria-pressed", String(paused));
    turn(this.pauseSign, paused ? "i-play" : "i-pause");
    put(this.pauseWord, paused ? texts.resume : texts.pause);
    // A narrow page shows the sign alone.
    set(this.pause, "aria-label", paused ? texts.resume : texts.pause);
    this.share.hidden = !some;
    this.unzoom.hidden = !zoomed;
    this.live.hidden = following;
    if (following) return;
    put(this.live, `${texts.back_live}${behind >= 1_000 ? ` −${duration(behind)}` : ""}`);
    set(this.live, "title", fill(texts.live_behind, { n: duration(behind) }));
  }

  /** The windows there are; the next shorter or longer than the one in use. */
  step(windowMs, by) {
    const at = this.#sizes.indexOf(windowMs);
    return this.#sizes[Math.min(this.#sizes.length - 1, Math.max(0, at + by))];
  }

  #offer(recentMs) {
    const sizes = windowsOf(recentMs);
    if (sizes.join() === this.#sizes.join()) return;
    this.#sizes = sizes;
    this.windows.replaceChildren(
      ...sizes.map((size) => {
        const made = button("window", windowWords(size, this.texts), () => this.page.window(size));
        made.dataset.ms = String(size);
        made.title = windowSpoken(size, this.texts);
        made.setAttribute("aria-label", made.title);
        return made;
      }),
    );
  }

  /** Bits, bytes, or parts of what a line can carry; and the logarithmic axis beside it. */
  #units() {
    const { texts, page } = this;
    const face = element("span");
    const box = document.createDocumentFragment();
    box.append(face, sign("i-down"));
    const { root, list, close } = menu({ id: "unit", label: texts.unit, face: box, kind: "unit" });
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", texts.unit);
    const choices = [];
    const add = (key, role, click) => {
      const made = button(`unit-${key}`, texts[`unit.${key}`], () => {
        if (made.getAttribute("aria-disabled") === "true") return;
        click();
        close();
      });
      made.setAttribute("role", role);
      choices.push(made);
      list.append(made);
      return made;
    };
    for (const unit of UNIT_NAMES) {
      const made = add(unit, "radio", () => {
        page.unit(unit);
        if (this.#checked("percent")) page.scale("linear");
      });
      made.dataset.unit = unit;
    }
    for (const scale of SCALES.filter((one) => one !== "linear").toReversed()) {
      const role = scale === "percent" ? "radio" : "checkbox";
      const made = add(scale, role, () => page.scale(this.#checked(scale) ? "linear" : scale));
      made.dataset.scale = scale;
    }
    return { root, face, choices };
  }

  #checked(scale) {
    return this.units.choices.some((one) => one.dataset.scale === scale && one.getAttribute("aria-checked") === "true");
  }

  #menu() {
    const made = menu({ id: "more", label: this.texts.more, face: sign("i-more"), kind: "more" });
    for (const name of ["png", "csv", "csv-plain", "table", "help"]) {
      made.list.append(
        button(name, this.texts[`more.${name}`], () => {
          made.close();
          this.page.more[name]();
        }),
      );
    }
    return made;
  }
}
