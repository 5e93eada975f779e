// The whole record under the picture: one line's average by day or week since it began, with what is seen as a handle
// that is dragged through it.

import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { svg } from "../usage/picture.js";
import { pieces } from "./history-figures.js";
import { axisTimes, DAY } from "./history-time.js";

/** @import { Range } from "../data/types.js" */
/** @import { TimeWords } from "./history-time.js" */

/** px: as wide as the picture above it. */
const [LEFT, RIGHT, HEIGHT, LABELS] = [50, 14, 34, 16];
/** A handle is at least so wide, px. */
const LEAST = 8;
/** px that a month's name needs. */
const MONTH = 58;
/** The record is looked for so far back, ms. */
const LONGEST = 5 * 366 * DAY;
/** It grows: it is asked for again after so long, ms. */
const ANEW = 600_000;
/** Points of its picture. */
const POINTS = 360;

export class HistoryStrip {
  #of = "";
  #at = 0;
  #turn = 0;
  /** When the record began, ms. */
  #begin = 0;
  /** @type {import("../data/history-tiles.js").HistoryAnswer|null} */
  #answer = null;
  #seen = { range: { from: 0, to: 1 }, now: 1, down: /** @type {"rx"|"tx"} */ ("rx"), width: 0 };
  #drawn = "";
  /** @type {{id: number, x: number, range: Range}|null} */
  #drag = null;

  /**
   * @param {object} page
   * @param {Record<string, string>} page.texts
   * @param {TimeWords} page.words
   * @param {(range: Range) => void} page.see
   * @param {() => void} page.changed
   */
  constructor({ texts, words, see, changed }) {
    this.words = words;
    this.see = see;
    this.changed = changed;
    this.root = element("div", "past-strip");
    this.root.dataset.testid = "past-strip";
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "slider");
    this.root.setAttribute("aria-label", texts.past_record);
    this.root.hidden = true;
    this.svg = svg("svg", { "aria-hidden": "true" });
    this.handle = svg("rect", { class: "handle", y: 1, height: HEIGHT - 2, rx: 2 });
    this.root.append(this.svg);
    this.#hands();
  }

  /** The line whose record it is, and what is seen of it. */
  show({ router, name, down, range, now, width }) {
    this.#seen = { range, now, down, width };
    const of = `${router} ${name}`;
    if (of !== this.#of || now - this.#at > ANEW) {
      if (of !== this.#of) this.#answer = null;
      this.#of = of;
      this.#at = now;
      this.#ask(router, name, now);
    }
    this.root.hidden = this.#answer === null;
    if (!this.root.hidden && width > 0) this.#draw();
  }

  async #ask(router, name, now) {
    const mine = ++this.#turn;
    const query = (more) => new URLSearchParams({ router, interface: name, ...more });
    try {
      const months = await api.get(
        `/api/v1/usage?${query({ by: "month", from: String(now - LONGEST), to: String(now) })}`,
      );
      const first = months.periods.find((period) => period.coverage > 0);
      if (mine !== this.#turn || !first) return;
      const begin = Date.parse(first.from);
      const answer = await api.get(
        `/api/v1/history?${query({ from: String(begin), to: String(now), points: String(POINTS) })}`,
      );
      if (mine !== this.#turn) return;
      const known = answer.points.find((point) => point.rxBps !== null);
      // A little room before the first sample; never less than two days.
      this.#begin = Math.min(known?.t ?? begin, now - 2 * DAY);
      this.#answer = answer;
      this.#drawn = "";
      this.changed();
    } catch {
      // Without it there is no strip; it is asked for again later.
    }
  }

  #x(t) {
    const { now, width } = this.#seen;
    return LEFT + ((t - this.#begin) / (now - this.#begin)) * (width - LEFT - RIGHT);
  }

  #time(x) {
    const { now, width } = this.#seen;
    return this.#begin + ((x - LEFT) / (width - LEFT - RIGHT)) * (now - this.#begin);
  }

  #draw() {
    const { range, now, down, width } = this.#seen;
    const drawn = `${this.#of} ${this.#at} ${width} ${down}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#drawRecord(now, down, width);
    }
    const [left, right] = [this.#x(Math.max(range.from, this.#begin)), this.#x(Math.min(range.to, now))];
    const wide = Math.max(LEAST, right - left);
    const x = Math.min(left - Math.max(0, wide - (right - left)) / 2, width - RIGHT - wide);
    this.handle.setAttribute("x", Math.max(LEFT, x).toFixed(1));
    this.handle.setAttribute("width", wide.toFixed(1));
    for (const [key, value] of Object.entries({
      valuemin: Math.round(this.#begin / 60_000),
      valuemax: Math.round(now / 60_000),
      valuenow: Math.round((range.from + range.to) / 120_000),
      valuetext: this.words.range(range, now),
    }))
      this.root.setAttribute(`aria-${key}`, String(value));
  }

  #drawRecord(now, down, width) {
    const { points, stepMs } = this.#answer;
    const most = Math.max(1, ...points.map((point) => point[`${down}Bps`] ?? 0));
    const y = (bps) => HEIGHT - (bps / most) * (HEIGHT - 4);
    const parts = [
      svg("rect", { x: LEFT, y: 0, width: Math.max(1, width - LEFT - RIGHT), height: HEIGHT, class: "ground" }),
    ];
    for (const run of pieces(points, down, stepMs)) {
      const places = run.map((one) => `${this.#x((one.t + one.end) / 2).toFixed(1)} ${y(one.value).toFixed(1)}`);
      const [begin, end] = [this.#x(Math.max(run[0].t, this.#begin)), this.#x(Math.min(run[run.length - 1].end, now))];
      const top = [
        `${begin.toFixed(1)} ${y(run[0].value).toFixed(1)}`,
        ...places,
        `${end.toFixed(1)} ${y(run[run.length - 1].value).toFixed(1)}`,
      ];
      parts.push(svg("rect", { x: begin, y: 0, width: Math.max(0, end - begin), height: HEIGHT, class: "known" }));
      parts.push(svg("path", { d: `M${begin.toFixed(1)} ${HEIGHT}L${top.join("L")}L${end.toFixed(1)} ${HEIGHT}Z` }));
    }
    parts.push(svg("line", { x1: LEFT, x2: width - RIGHT, y1: HEIGHT, y2: HEIGHT, class: "base" }));
    const span = now - this.#begin;
    for (const tick of axisTimes({ from: this.#begin, to: now }, (width - LEFT - RIGHT) / MONTH)) {
      const at = this.#x(tick.t);
      const text = this.words.tick(tick, Math.max(span, 9 * DAY));
      parts.push(svg("line", { x1: at, x2: at, y1: HEIGHT, y2: HEIGHT + 3, class: "base" }));
      if (at + text.length * 7 < width) parts.push(svg("text", { x: at + 3, y: HEIGHT + LABELS - 4 }, text));
    }
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT + LABELS}`);
    this.svg.replaceChildren(...parts, this.handle);
  }

  /** What is seen, moved so that its middle is there; it stays within the record. */
  #to(middle, { from, to }) {
    const { now } = this.#seen;
    const half = (to - from) / 2;
    const end = Math.min(now, Math.max(this.#begin, middle - half) + 2 * half);
    this.see({ from: end - 2 * half, to: end });
  }

  #hands() {
    const place = (event) => event.clientX - this.root.getBoundingClientRect().left;
    this.root.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary || this.#drag) return;
      const t = this.#time(place(event));
      const { range } = this.#seen;
      const inside = t >= range.from && t <= range.to;
      if (!inside) this.#to(t, range);
      this.#drag = { id: event.pointerId, x: place(event), range: inside ? range : this.#seen.range };
      if (!inside) {
        const half = (range.to - range.from) / 2;
        this.#drag.range = { from: t - half, to: t + half };
      }
      this.root.setPointerCapture(event.pointerId);
    });
    this.root.addEventListener("pointermove", (event) => {
      if (!this.#drag || event.pointerId !== this.#drag.id) return;
      const { x, range } = this.#drag;
      const moved = this.#time(place(event)) - this.#time(x);
      if (moved !== 0) this.#to((range.from + range.to) / 2 + moved, range);
    });
    for (const kind of ["pointerup", "pointercancel"]) this.root.addEventListener(kind, () => (this.#drag = null));
    this.root.addEventListener("keydown", (event) => {
      const { range, now } = this.#seen;
      const [length, middle] = [range.to - range.from, (range.from + range.to) / 2];
      const to = {
        ArrowLeft: middle - length / 2,
        ArrowRight: middle + length / 2,
        PageUp: middle - 5 * length,
        PageDown: middle + 5 * length,
        Home: this.#begin + length / 2,
        End: now - length / 2,
      }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.#to(to, range);
    });
  }
}
