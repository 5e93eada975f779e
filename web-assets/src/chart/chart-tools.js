// The controls above the chart: time window, pause and live, mode, unit, and the menu for exports and help.

import { MODES } from "./curves.js";
import { element, put } from "../shared/elements.js";
import { duration, fill, UNIT_NAMES } from "../shared/format.js";
/** @import { Mode, Texts } from "../data/types.js" */
/** @import { UnitName } from "../shared/format.js" */

/** Offered as far as the server remembers, ms. */
const WINDOWS = [1, 5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * 60_000);
/** A narrow page has these in the menu. */
const NARROW = "(max-width: 1180px)";

/** The windows to choose from where `recentMs` is remembered; the longest is all of it. */
export function windowsOf(recentMs) {
  const sizes = WINDOWS.filter((size) => size <= recentMs);
  const whole = Math.floor(recentMs / 60_000) * 60_000;
  if (whole > (sizes.at(-1) ?? 0) * 1.5) sizes.push(whole);
  return sizes.length > 0 ? sizes : [WINDOWS[0]];
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
   * @param {() => void} page.pause
   * @param {() => void} page.live
   * @param {Record<"png"|"csv"|"table"|"help", () => void>} page.more
   */
  constructor({ bar, windows, texts, ...page }) {
    this.windows = windows;
    this.texts = texts;
    this.page = page;
    this.modes = this.#group("mode", texts.mode, MODES, (mode) => page.mode(mode));
    this.units = this.#group("unit", texts.unit, UNIT_NAMES, (unit) => page.unit(unit));
    this.pause = button("pause", "", page.pause);
    this.pause.append(element("span", "sign"), " ", element("span", "word"));
    this.live = button("live", "", page.live);
    this.live.classList.add("main");
    this.menu = this.#menu();
    bar.append(this.live, this.pause, this.menu.root);
    const narrow = matchMedia(NARROW);
    const place = () => {
      if (narrow.matches) this.menu.list.prepend(this.modes, this.units);
      else this.pause.after(this.modes, this.units);
    };
    narrow.addEventListener("change", place);
    place();
  }

  /** What a phone has in the bar at its bottom. */
  get docked() {
    return [this.pause, this.menu.root];
  }

  /**
   * @param {{windowMs: number, recentMs: number, mode: string, unit: string, paused: boolean, following: boolean,
   *   behind: number}} now
   */
  show({ windowMs, recentMs, mode, unit, paused, following, behind }) {
    this.#offer(recentMs);
    mark(this.windows, (one) => Number(one.dataset.ms) === windowMs);
    mark(this.modes, (one) => one.dataset.mode === mode);
    mark(this.units, (one) => one.dataset.unit === unit);
    const { texts } = this;
    set(this.pause, "aria-pressed", String(paused));
    put(this.pause.lastElementChild, paused ? texts.resume : texts.pause);
    // A narrow page shows the sign alone.
    set(this.pause, "aria-label", paused ? texts.resume : texts.pause);
    this.live.hidden = following;
    if (following) return;
    put(this.live, `${texts.live} ${behind >= 1_000 ? `−${duration(behind)}` : ""}`);
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
    this.windows.replaceChildren(...sizes.map((size, at) => this.#window(size, sizes[at + 1])));
  }

  /** The unit is written on the last window that has it: five times the same word is noise. */
  #window(size, next) {
    const hours = (ms) => ms >= 7_200_000;
    const text = this.texts[hours(size) ? "hours" : "minutes"];
    const n = size / (hours(size) ? 3_600_000 : 60_000);
    const last = next === undefined || hours(next) !== hours(size);
    const made = button("window", "", () => this.page.window(size));
    made.dataset.ms = String(size);
    made.append(String(n));
    if (last) made.append(element("span", "of", fill(text, { n: "" })));
    made.setAttribute("aria-label", fill(text, { n }));
    made.title = fill(text, { n });
    return made;
  }

  #group(name, label, values, choose) {
    const root = element("div", "segments");
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", label);
    for (const value of values) {
      const made = button(`${name}-${value}`, this.texts[`${name}.${value}`], () => choose(value));
      made.dataset[name] = value;
      root.append(made);
    }
    return root;
  }

  #menu() {
    const root = element("details", "menu");
    const summary = element("summary", "", "⋯");
    summary.dataset.testid = "more";
    summary.setAttribute("aria-label", this.texts.more);
    summary.title = this.texts.more;
    const list = element("div", "menu-list");
    for (const name of ["png", "csv", "table", "help"]) {
      list.append(
        button(name, this.texts[`more.${name}`], () => {
          root.open = false;
          summary.focus();
          this.page.more[name]();
        }),
      );
    }
    root.append(summary, list);
    document.addEventListener("pointerdown", (event) => {
      if (root.open && !root.contains(/** @type {Node} */ (event.target))) root.open = false;
    });
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !root.open) return;
      event.preventDefault();
      root.open = false;
      summary.focus();
    });
    return { root, list };
  }
}

function button(id, text, click) {
  const made = element("button", "", text);
  made.type = "button";
  made.dataset.testid = id;
  made.addEventListener("click", click);
  return made;
}

function mark(group, pressed) {
  for (const one of group.children) set(one, "aria-pressed", String(pressed(one)));
}

function set(target, name, value) {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}
