// The picture of the past, as SVG: each line's average in its colour, download solid and upload dashed; of the first
// line a band from its lowest to its highest; what was not measured is hatched, with its cause.

import { style } from "../shared/elements.js";
import { commonUnit, number, spanWords, steps, unit } from "../shared/format.js";
import { hatch, svg } from "../usage/picture.js";
import { roundTop } from "../chart/axis-scale.js";
import { axisTimes } from "./history-time.js";

/** @import { Mark } from "./history-figures.js" */
/** @import { TimeWords } from "./history-time.js" */

/** px around the plot. */
const [LEFT, RIGHT, TOP, BOTTOM] = [50, 14, 22, 24];
/** px that a figure and a time need. */
const [FIGURE, TIME] = [44, 70];
/** A gap has its cause beside it from this width on, px; below one it is not seen. */
const NAMED = 15;
/** px of a letter, at most. */
const LETTER = 7.2;

/**
 * @typedef {object} Curve
 * @property {number} number of the colour, 1 to 8
 * @property {Mark[][]} down
 * @property {Mark[][]} up
 */

export class HistoryPicture {
  #range = { from: 0, to: 1 };
  #plot = { left: LEFT, width: 1, top: TOP, height: 1 };

  /**
   * @param {HTMLElement} root
   * @param {{lang: string, texts: Record<string, string>, words: TimeWords}} page
   */
  constructor(root, { lang, texts, words }) {
    this.root = root;
    this.lang = lang;
    this.texts = texts;
    this.words = words;
    this.svg = svg("svg", { "aria-hidden": "true", class: "past-picture" });
    this.cross = svg("line", { class: "cross" });
    this.pick = svg("rect", { class: "pick" });
    root.append(this.svg);
  }

  /** Which moment lies there, ms. */
  time(clientX) {
    const { left, width } = this.#plot;
    const part = (clientX - this.root.getBoundingClientRect().left - left) / width;
    const { from, to } = this.#range;
    return from + Math.min(1, Math.max(0, part)) * (to - from);
  }

  /** Where a moment lies, px from the left edge. */
  x(t) {
    const { from, to } = this.#range;
    return this.#plot.left + ((t - from) / (to - from)) * this.#plot.width;
  }

  /** The cross-hair at a moment, or away. */
  point(/** @type {number|null} */ t) {
    this.cross.classList.toggle("on", t !== null);
    if (t === null) return;
    for (const key of ["x1", "x2"]) this.cross.setAttribute(key, this.x(t).toFixed(1));
  }

  /** What a drag has picked so far; nothing hides it. */
  picked(/** @type {number|null} */ from, to = 0) {
    const [left, right] = from === null ? [0, 0] : [this.x(Math.min(from, to)), this.x(Math.max(from, to))];
    this.pick.setAttribute("x", left.toFixed(1));
    this.pick.setAttribute("width", (right - left).toFixed(1));
  }

  /**
   * @param {object} scene
   * @param {number} scene.from ms
   * @param {number} scene.to ms
   * @param {Curve[]} scene.curves
   * @param {Mark[][]} scene.before the week before, moved here; of the first line
   * @param {{from: number, to: number, cause: string}[]} scene.gaps of the first line
   * @param {number|null} scene.mark a moment that somebody jumped to
   * @param {import("../data/fired-alerts.js").Fired[]} scene.alerts
   * @param {{width: number, height: number}} scene.size px
   */
  draw({ from, to, curves, before, gaps, mark, alerts, size: { width, height } }) {
    this.#range = { from, to };
    const plot = {
      left: LEFT,
      width: Math.max(40, width - LEFT - RIGHT),
      top: TOP,
      height: Math.max(40, height - TOP - BOTTOM),
    };
    this.#plot = plot;
    const base = plot.top + plot.height;
    let most = 0;
    const look = (runs, key) => {
      for (const run of runs)
        for (const one of run) if (one[key] > most && one.end > from && one.t < to) most = one[key];
    };
    curves.forEach(({ down, up }, at) => {
      look(down, at === 0 ? "high" : "value");
      look(up, "value");
    });
    look(before, "value");
    const top = roundTop(Math.max(most, 10_000), unit());
    const common = commonUnit(top);
    const y = (bps) => base - (bps / top) * plot.height;
    const inside = svg("g", { "clip-path": "url(#past-plot)" });
    const clip = svg("clipPath", { id: "past-plot" });
    clip.append(svg("rect", { x: plot.left, y: 0, width: plot.width, height: base + 1 }));
    const defs = hatch("past-gap");
    defs.append(clip);
    const parts = [defs, svg("text", { x: LEFT - 7, y: 13, class: "axis end" }, common.name)];

    const rise = steps(unit()).find((step) => (step / top) * plot.height >= FIGURE) ?? top;
    for (let bps = 0; bps <= top * 1.0001; bps += rise) {
      const at = y(bps);
      parts.push(
        svg("line", { x1: plot.left, x2: plot.left + plot.width, y1: at, y2: at, class: bps === 0 ? "base" : "grid" }),
      );
      parts.push(svg("text", { x: LEFT - 7, y: at + 4, class: "axis end" }, number(bps / common.bps, this.lang, 0, 2)));
    }
    for (const tick of axisTimes({ from, to }, plot.width / TIME)) {
      const at = this.x(tick.t);
      parts.push(svg("line", { x1: at, x2: at, y1: plot.top, y2: base, class: "grid" }));
      const text = this.words.tick(tick, to - from);
      const half = (text.length * LETTER) / 2;
      const place = Math.min(Math.max(at, half), width - half);
      const strong = tick.kind === "day" && to - from < 4 * 86_400_000;
      parts.push(svg("text", { x: place, y: height - 7, class: `axis middle${strong ? " strong" : ""}` }, text));
    }
    for (const gap of gaps) inside.append(...this.#gap(gap));
    curves.forEach((curve, at) => inside.append(...this.#lines(curve, at === 0, y, base)));
    for (const run of before) inside.append(svg("path", { d: path(run, this, y), class: "before" }));
    if (mark !== null)
      inside.append(svg("line", { x1: this.x(mark), x2: this.x(mark), y1: plot.top, y2: base, class: "mark" }));
    for (const one of alerts) inside.append(...this.#alert(one, base));
    for (const [key, value] of Object.entries({ y1: plot.top, y2: base })) this.cross.setAttribute(key, String(value));
    for (const [key, value] of Object.entries({ y: plot.top, height: plot.height }))
      this.pick.setAttribute(key, String(value));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(...parts, inside, this.pick, this.cross);
  }

  #lines({ number: colour, down, up }, first, y, base) {
    const made = [];
    const add = (kind, d) => {
      const line = svg("path", { d, class: kind });
      style(/** @type {any} */ (line), "--colour", `var(--l${colour})`);
      made.push(line);
    };
    for (const run of down) {
      const line = path(run, this, y);
      if (first) {
        const [left, right] = [this.x(run[0].t), this.x(run[run.length - 1].end)];
        add("fill", `${line}L${right.toFixed(1)} ${base}L${left.toFixed(1)} ${base}Z`);
        add("band", band(run, this, y));
      }
      add("down", line);
    }
    for (const run of up) add("up", path(run, this, y));
    return made;
  }

  /** When an alert fired: a triangle; when it cleared: a ring; a line from the one to the other. */
  #alert({ from, to, severity }, base) {
    const { top, left, width } = this.#plot;
    const [x, end] = [this.x(from), to === null ? left + width : this.x(to)];
    const made = [
      svg("line", { x1: x, x2: end, y1: top - 6, y2: top - 6, class: `fired ${severity}` }),
      svg("line", { x1: x, x2: x, y1: top, y2: base, class: `fired since ${severity}` }),
      svg("path", { d: `M${x - 5} ${top - 2}L${x} ${top - 11}L${x + 5} ${top - 2}Z`, class: `fired ${severity}` }),
    ];
    if (to !== null) made.push(svg("circle", { cx: end, cy: top - 6, r: 3.5, class: `fired ${severity}` }));
    return made;
  }

  #gap({ from, to, cause }) {
    const { top, height, left, width } = this.#plot;
    const [begin, end] = [Math.max(left, this.x(from)), Math.min(left + width, this.x(to))];
    if (end - begin < 1) return [];
    const made = [svg("rect", { x: begin, y: top, width: end - begin, height, class: "gap" })];
    if (end - begin < NAMED) return made;
    const text = `${causeWords(cause, this.texts)} · ${spanWords(to - from, this.texts)}`;
    const [x, y, long] = [(begin + end) / 2, top + height / 2, text.length * LETTER + 12];
    // Across where there is room, else upwards.
    const turned = end - begin < long;
    if (turned && height < long) return made;
    const group = svg("g", turned ? { transform: `rotate(-90 ${x} ${y})` } : {});
    group.append(svg("rect", { x: x - long / 2, y: y - 8, width: long, height: 16, class: "paper" }));
    group.append(svg("text", { x, y: y + 4, class: "axis middle" }, text));
    made.push(group);
    return made;
  }
}

/** Why nothing is known. */
export const causeWords = (cause, texts) => texts[`cause.${cause}`] ?? texts["gap.unknown"];

/** Along the middles of the steps, and to the ends of the first and the last. */
function places(run, picture, y, key) {
  const last = run[run.length - 1];
  return [
    [picture.x(run[0].t), y(run[0][key])],
    ...run.map((one) => [picture.x((one.t + one.end) / 2), y(one[key])]),
    [picture.x(last.end), y(last[key])],
  ];
}

const joined = (all) => all.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
const path = (run, picture, y) => joined(places(run, picture, y, "value"));
const band = (run, picture, y) =>
  `${joined([...places(run, picture, y, "high"), ...places(run, picture, y, "low").toReversed()])}Z`;
