// The toolbar of the past: how long a stretch, one back or on, a moment to jump to, the week before, and back to live.

import { element, put } from "../shared/elements.js";
import { sign } from "../shared/signs.js";
import { asInput, WINDOWS, yesterdayEvening } from "./history-time.js";
import { button, menu, set } from "./menu.js";
/** @import { TimeWords } from "./history-time.js" */

/** Below this width, px, the moments to jump to are all in the menu. */
const NARROW = 900;

export class HistoryTools {
  /**
   * @param {object} page
   * @param {Record<string, string>} page.texts
   * @param {TimeWords} page.words
   * @param {(ms: number) => void} page.window
   * @param {(by: number) => void} page.step
   * @param {(t: number) => void} page.jump
   * @param {() => void} page.compare
   * @param {() => void} page.live
   */
  constructor({ texts, words, window, step, jump, compare, live }) {
    this.words = words;
    this.root = element("div", "tools past-tools");
    this.windows = element("div", "segments");
    this.windows.setAttribute("role", "group");
    this.windows.setAttribute("aria-label", texts.window);
    for (const [key, ms] of WINDOWS) {
      const made = button("past-window", texts[key], () => window(ms));
      made.dataset.ms = String(ms);
      this.windows.append(made);
    }
    this.back = button("past-back", "‹", () => step(-1));
    this.on = button("past-on", "›", () => step(1));
    for (const [made, text] of /** @type {[HTMLButtonElement, string][]} */ ([
      [this.back, texts.past_back],
      [this.on, texts.past_on],
    ])) {
      made.classList.add("icon");
      made.title = text;
      made.setAttribute("aria-label", text);
    }
    this.face = element("span", "face");
    const face = document.createDocumentFragment();
    face.append(sign("i-cal"), this.face);
    this.menu = menu({ id: "past-when", label: texts.past_jump, face, kind: "when" });
    this.menu.summary.removeAttribute("aria-label");
    const label = element("label", "", texts.past_jump);
    this.input = element("input");
    this.input.type = "datetime-local";
    this.input.dataset.testid = "past-time";
    label.append(this.input);
    const form = element("form");
    const go = element("button", "", texts.past_go);
    go.dataset.testid = "past-go";
    form.append(label, go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const t = new Date(this.input.value).getTime();
      if (Number.isNaN(t) || t > Date.now()) return;
      this.menu.close();
      jump(t);
    });
    this.menu.list.append(form);
    const evening = () => {
      this.menu.root.open = false;
      jump(yesterdayEvening(Date.now()));
    };
    this.preset = button("past-evening", texts.past_evening, evening);
    this.compare = button("past-compare", texts.past_compare, compare);
    this.live = button("past-live", texts.back_live, live);
    this.live.classList.add("main");
    this.root.append(
      this.windows,
      this.back,
      this.menu.root,
      this.on,
      this.compare,
      element("span", "grow"),
      this.live,
    );
    const place = (narrow) => {
      if (narrow === (this.preset.parentElement === this.menu.list)) return;
      if (narrow) this.menu.list.append(this.preset);
      else this.compare.before(this.preset);
    };
    place(true);
    new ResizeObserver((entries) => place(entries[entries.length - 1].contentRect.width < NARROW)).observe(this.root);
  }

  show({ range, now, follows, compares }) {
    const length = range.to - range.from;
    for (const one of /** @type {Iterable<HTMLElement>} */ (this.windows.children))
      set(one, "aria-pressed", String(Number(one.dataset.ms) === length));
    put(this.face, this.words.range(range, now));
    set(this.compare, "aria-pressed", String(compares));
    if (this.on.disabled !== follows) this.on.disabled = follows;
    this.input.max = asInput(now);
    if (!this.menu.root.open) this.input.value = asInput((range.from + range.to) / 2);
  }
}
