// Draws the chart: received as a solid line, sent as a dashed one, each interface in its own colour.

import { tick } from "../shared/format.js";
import { hoverLabel } from "./hover-label.js";
import { library } from "./chart-library.js";
import { chartMarks } from "./chart-marks.js";
import { ticks } from "./axis-scale.js";
import { coloursOf } from "./palette.js";
/** @import { Band, Direction, Factors, Gap, Limit, Table } from "../data/types.js" */
/** @import { Colours } from "./chart-marks.js" */
/** @import { Plot } from "./chart-library.js" */

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** px; here the axis takes less room. */
const NARROW = 480;

/**
 * What was drawn last.
 * @typedef {object} Seen
 * @property {Table} table
 * @property {Gap[]} gaps
 * @property {Limit[]} limits
 * @property {(Band & {colour: string})[]} doubts
 * @property {Factors} factors
 * @property {Colours|null} colours
 */

export class Chart {
  /** @type {Plot|null} */
  #plot = null;
  #shape = "";
  #narrow = false;
  /** @type {Seen} */
  #seen = { table: [[]], gaps: [], limits: [], doubts: [], factors: { low: [], high: [] }, colours: null };

  /**
   * @param {HTMLElement} element
   * @param {object} page
   * @param {string} page.lang
   * @param {(name: string) => Direction} page.side
   * @param {HTMLElement} [page.root] whose `data-kiosk` says that it is read from afar
   * @param {AbortSignal} [page.signal] ends all listening; where the chart is there as long as its page it needs none
   */
  constructor(element, { lang, side, root = document.documentElement, signal }) {
    this.element = element;
    this.lang = lang;
    this.side = side;
    this.root = root;
    const locale = lang === "id" ? "id-ID" : "en-GB";
    const clock = (options) => {
      const format = new Intl.DateTimeFormat(locale, { ...options, hourCycle: "h23" });
      // Indonesian writes 10.05.00, which reads like a figure.
      return (t) => format.format(t).replaceAll(".", ":");
    };
    this.clock = clock({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.minute = clock({ hour: "2-digit", minute: "2-digit" });
    const sizes = new ResizeObserver(() => this.#resize());
    sizes.observe(element);
    const recolour = () => {
      this.#shape = "";
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
    document.addEventListener("themechange", recolour, { signal });
    // On the wall it is read from afar.
    const wall = new MutationObserver(recolour);
    wall.observe(root, { attributes: true, attributeFilter: ["data-kiosk"] });
    signal?.addEventListener("abort", () => {
      sizes.disconnect();
      wall.disconnect();
      this.#plot?.destroy();
      this.#plot = null;
    });
  }

  /** What is drawn now; null before the first drawing. */
  get plot() {
    return this.#plot;
  }

  /** About how many pixels wide the plot is. */
  get width() {
    // Not asked of the element: that would cost a layout.
    return this.#plot ? this.#plot.bbox.width / library().pxRatio : Infinity;
  }

  /** The next drawing is due, whatever was drawn. */
  get stale() {
    return this.#shape === "";
  }

  /**
   * @param {object} scene
   * @param {string[]} scene.names
   * @param {"lines"|"mirror"|"stack"} scene.mode
   * @param {"bit"|"byte"} scene.unit
   * @param {(number|null|undefined)[][]} scene.table as received
   * @param {(number|null|undefined)[][]} scene.drawn as drawn
   * @param {number} scene.from ms
   * @param {number} scene.to ms
   * @param {number} scene.top the upper end of the axis, bit/s
   * @param {number} scene.bottom the lower one
   * @param {Gap[]} scene.gaps
   * @param {Limit[]} scene.limits
   * @param {{column: number, t: number[], low: number[], high: number[]}[]} scene.doubts see `bands` of uncertainty.js
   * @param {{low: ArrayLike<number>, high: ArrayLike<number>}} scene.factors one for each row of `table`
   */
  draw(scene) {
    const { names, mode, unit, drawn, from, to, top, bottom } = scene;
    const shape = JSON.stringify([names, mode, unit]);
    const fresh = !this.#plot || shape !== this.#shape;
    const colours = fresh ? this.#colours() : this.#seen.colours;
    const doubts = scene.doubts.map((doubt) => ({
      ...doubt,
      colour: colours.lines[((doubt.column - 1) >> 1) % colours.lines.length],
    }));
    this.#seen = {
      table: scene.table,
      gaps: scene.gaps,
      limits: scene.limits,
      doubts,
      factors: scene.factors,
      colours,
    };
    if (fresh) {
      this.#plot?.destroy();
      this.#shape = shape;
      const Plot = library();
      this.#plot = new Plot(this.#options(scene, colours), drawn, this.element);
    }
    this.#plot.batch(() => {
      if (!fresh) this.#plot.setData(drawn, false);
      this.#plot.setScale("x", { min: from / 1000, max: to / 1000 });
      this.#plot.setScale("y", { min: bottom, max: top });
    });
  }

  /** Puts the cross-hair at a moment (ms), or away. */
  point(t) {
    const plot = this.#plot;
    if (!plot) return;
    if (t === null) plot.setCursor({ left: -10, top: -10 });
    else plot.setCursor({ left: plot.valToPos(t / 1000, "x"), top: plot.over.clientHeight / 2 });
  }

  #colours() {
    const style = getComputedStyle(this.element);
    const value = (name) => style.getPropertyValue(name).trim();
    return {
      text: value("--soft"),
      grid: value("--grid"),
      back: value("--card"),
      band: value("--band"),
      edge: value("--line"),
      lines: coloursOf(this.element),
      font: FONT,
      size: this.root.hasAttribute("data-kiosk") ? 20 : 12,
    };
  }

  #options({ names, mode, unit }, colours) {
    const { text, grid, size } = colours;
    const axis = {
      stroke: text,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
      font: `${size}px ${FONT}`,
    };
    const part = size / 12;
    const narrow = (this.#narrow = this.element.clientWidth < NARROW);
    return {
      ...this.#size(),
      pxAlign: 1,
      // The last label of the time axis needs room beside the plot.
      padding: [10, (narrow ? 20 : 30) * part, 0, 0],
      plugins: [
        chartMarks(() => this.#seen),
        hoverLabel({
          names,
          colours: colours.lines,
          lang: this.lang,
          clock: this.clock,
          side: this.side,
          unit,
          stacked: mode === "stack",
          seen: () => this.#seen,
        }),
      ],
      legend: { show: false },
      // Zooming is ours: a drag must work with a finger too, and while data go on.
      cursor: { y: false, drag: { x: false, y: false }, bind: { dblclick: () => null }, points: { size: 7 } },
      select: { show: true },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        {
          ...axis,
          space: 90 * part,
          size: 34 * part,
          values: (_, times, __, ___, step) => times.map((time) => (step < 60 ? this.clock : this.minute)(time * 1000)),
        },
        {
          ...axis,
          space: 30 * part,
          size: (narrow ? 70 : 78) * part,
          incrs: (_, __, bottom, top, height, space) => ticks(unit, bottom, top, height, space),
          values: (_, figures) => figures.map((bps) => tick(Math.abs(bps), this.lang, unit)),
        },
      ],
      bands: mode === "stack" ? between(names.length) : [],
      series: [{}, ...this.#lines(names, mode, colours)],
    };
  }

  #lines(names, mode, { size, lines }) {
    return names.flatMap((name, at) => {
      const stroke = lines[at % lines.length];
      const line = { stroke, width: size > 12 ? 3 : 2, points: { show: false }, spanGaps: false, fillTo: 0 };
      const light = `${stroke}1a`;
      const layer = `${stroke}40`;
      // Several fills over each other are mud: then only those that do not overlap.
      const [rx, tx] = {
        lines: [names.length === 1 ? light : undefined],
        mirror: names.length === 1 ? [light, light] : [],
        stack: [layer, layer],
      }[mode];
      return [
        { ...line, label: `${name} RX`, fill: rx },
        { ...line, label: `${name} TX`, dash: [5, 5], fill: tx },
      ];
    });
  }

  #size() {
    const style = getComputedStyle(this.element);
    const inner = (size, ...sides) =>
      Math.max(60, Math.floor(size - sides.reduce((sum, side) => sum + parseFloat(style[side]), 0)));
    return {
      width: inner(this.element.clientWidth, "paddingLeft", "paddingRight"),
      height: inner(this.element.clientHeight, "paddingTop", "paddingBottom"),
    };
  }

  #resize() {
    const { width, height } = this.#size();
    if (this.#narrow !== this.element.clientWidth < NARROW) this.#shape = "";
    if (this.#plot && (this.#plot.width !== width || this.#plot.height !== height))
      this.#plot.setSize({ width, height });
  }
}

/** Each layer of a stack is filled down to the one below it, so that no colour lies over another. */
function between(count) {
  return Array.from({ length: Math.max(0, count - 1) }, (_, at) =>
    [1, 2].map((way) => ({ series: [way + 2 * (at + 1), way + 2 * at], dir: way === 1 ? -1 : 1 })),
  ).flat();
}
