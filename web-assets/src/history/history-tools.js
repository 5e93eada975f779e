// The toolbar of the past: how long a stretch, one back or on, a moment to jump to, the day or week before, and back to
// live.

import { element, put } from "../shared/elements.js";
import { sign } from "../shared/signs.js";
import { momentOf } from "./history-moment.js";
import { asInput, COMPARED, WINDOWS, yesterdayEvening } from "./history-time.js";
import { button, menu, set } from "../chart/menu.js";
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
   * @param {(before: "day"|"week"|null) => void} page.compare
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
    const field = (text, input) => {
      const label = element("label", "", text);
      label.append(input);
      return label;
    };
    this.said = element("input");
    this.said.type = "text";
    this.said.placeholder = texts.past_said_example;
    this.said.dataset.testid = "past-said";
    this.said.autocomplete = "off";
    this.said.setAttribute("aria-describedby", "past-unknown");
    this.input = element("input");
    this.input.type = "datetime-local";
    this.input.dataset.testid = "past-time";
    this.unknown = element("p", "error");
    this.unknown.id = "past-unknown";
    this.unknown.setAttribute("role", "alert");
    const forms = [
      [field(texts.past_said, this.said), "past-say", () => momentOf(this.said.value, Date.now())],
      [field(texts.past_jump, this.input), "past-go", () => new Date(this.input.value).getTime()],
    ].map(([label, id, read]) => {
      const form = element("form");
      const go = element("button", "", texts.past_go);
      go.dataset.testid = /** @type {string} */ (id);
      form.append(/** @type {Node} */ (label), go);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const t = /** @type {() => number|null} */ (read)();
        const good = t !== null && !Number.isNaN(t) && t <= Date.now();
        put(this.unknown, good ? "" : texts.past_unknown);
        if (!good) return;
        this.menu.close();
        jump(t);
      });
      return form;
    });
    this.menu.list.append(...forms, this.unknown);
    const evening = () => {
      this.menu.root.open = false;
      jump(yesterdayEvening(Date.now()));
    };
    this.preset = button("past-evening", texts.past_evening, evening);
    this.compare = element("select", "past-compare");
    this.compare.dataset.testid = "past-compare";
    this.compare.setAttribute("aria-label", texts.past_compare);
    for (const before of ["", ...Object.keys(COMPARED)])
      this.compare.add(new Option(texts[before === "" ? "past_compare_none" : `past_compare.${before}`], before));
    this.compare.addEventListener("change", () =>
      compare(this.compare.value === "" ? null : /** @type {"day"|"week"} */ (this.compare.value)),
    );
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
    const before = compares ?? "";
    if (this.compare.value !== before) this.compare.value = before;
    this.compare.classList.toggle("on", before !== "");
    if (this.on.disabled !== follows) this.on.disabled = follows;
    this.input.max = asInput(now);
    if (!this.menu.root.open) this.input.value = asInput((range.from + range.to) / 2);
  }
}
