// Draws the chart: the download of each line's own point of view as a solid line, its upload as a dashed one, each line
// in its own colour.

import { library } from "./chart-library.js";
import { chartMarks } from "./chart-marks.js";
import { endsOf, ROOM } from "./end-labels.js";
import { tickFigure } from "./figures.js";
import { logTicks } from "./chart-scale.js";
import { ticks } from "./axis-scale.js";
import { coloursOf } from "./palette.js";
/** @import { Band, Direction, Factors, Gap, Limit, Mode, Range, Table } from "../data/types.js" */
/** @import { Colours } from "./chart-marks.js" */
/** @import { Plot } from "./chart-library.js" */
/** @import { Scale } from "./chart-scale.js" */
/** @import { hoverLabel } from "./hover-label.js" */
/** @import { End } from "./end-labels.js" */
/** @import { Unit } from "./figures.js" */
/** @import { uPlot } from "../vendor/uplot/uPlot.module.js" */
/** @typedef {(page: Parameters<typeof hoverLabel>[0]) => uPlot.Plugin} Extension what is added to the chart */

/** Where the page does not say. */
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
/** px; here the axis takes less room, and no name stands beside the plot. */
const NARROW = 560;
/** Steps of the time axis, s. */
const TIMES = [
  1,
  2,
  5,
  10,
  15,
  20,
  30,
  ...[1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1440].map((n) => 60 * n),
];
/** The others, while one line is lifted. */
const BEHIND = 0.3;
/** px of a line. */
const [DOWN, UP] = [1.75, 1.5];

/**
 * What is drawn.
 * @typedef {object} Drawing
 * @property {string[]} names
 * @property {Mode} mode
 * @property {"bit"|"byte"} unit
 * @property {Scale} scale
 * @property {Unit} common the unit of the axis
 * @property {Table} table as received
 * @property {Table} drawn as drawn
 * @property {number} from ms
 * @property {number} to ms
 * @property {number} top the upper end of the axis
 * @property {number} bottom the lower one
 * @property {Gap[]} gaps
 * @property {Limit[]} limits
 * @property {Band[]} doubts see `bands` of uncertainty.js
 * @property {Factors} factors one for each row of `table`
 * @property {{names: boolean, numbers: boolean, late: number}} [labels] what stands beside the plot, and how far from
 *   the right edge a line may end to have a label there, ms
 */

/**
 * What was drawn last.
 * @typedef {object} Seen
 * @property {Table} table
 * @property {Range & {unit: Unit}} axis
 * @property {Gap[]} gaps
 * @property {Limit[]} limits
 * @property {(Band & {colour: string})[]} doubts
 * @property {Factors} factors
 * @property {Colours|null} colours
 * @property {End[]} ends
 * @property {number} room
 * @property {string[]} sides
 */

export class Chart {
  /** @type {Plot|null} */
  #plot = null;
  #shape = "";
  #narrow = false;
  #more = /** @type {Extension[]} */ ([]);
  /** @type {string|null} the line that stands out */
  #lifted = null;
  #names = /** @type {string[]} */ ([]);
  /** @type {Seen} */
  #seen = {
    table: [[]],
    axis: { from: 0, to: 0, unit: { name: "", bps: 1 } },
    gaps: [],
    limits: [],
    doubts: [],
    factors: { low: [], high: [] },
    colours: null,
    ends: [],
    room: 0,
    sides: ["", ""],
  };

  /**
   * @param {HTMLElement} element
   * @param {object} page
   * @param {string} page.lang
   * @param {(name: string) => Direction} page.side
   * @param {Record<string, string>} page.texts
   * @param {(name: string) => string} page.title what people call a line
   * @param {HTMLElement} [page.root] whose `data-kiosk` says that it is read from afar
   * @param {AbortSignal} [page.signal] ends all listening; where the chart is there as long as its page it needs none
   */
  constructor(element, { lang, side, texts, title, root = document.documentElement, signal }) {
    this.element = element;
    this.lang = lang;
    this.side = side;
    this.texts = texts;
    this.title = title;
    this.root = root;
    /** What stands over the axis, once. */
    this.unit = document.createElement("span");
    this.unit.className = "axis-unit";
    this.unit.dataset.testid = "axis-unit";
    element.append(this.unit);
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

  /** Whether names find room beside the plot. */
  get wide() {
    return !this.#narrow;
  }

  /** @param {Drawing} scene */
  draw(scene) {
    const { names, mode, unit, scale, common, drawn, from, to, top, bottom, labels } = scene;
    // Names beside the plot come and go with the whole plot: they take its room.
    const room = this.#room(labels);
    const shape = JSON.stringify([names, mode, unit, scale, common.name, room]);
    const fresh = !this.#plot || shape !== this.#shape;
    const colours = fresh ? this.#colours() : this.#seen.colours;
    const doubts = scene.doubts.map((doubt) => ({ ...doubt, colour: colours.lines[((doubt.column - 1) >> 1) % 8] }));
    this.#names = names;
    this.#seen = {
      table: scene.table,
      axis: { from: bottom, to: top, unit: common },
      gaps: scene.gaps,
      limits: scene.limits,
      doubts,
      factors: scene.factors,
      colours,
      ends: room > 0 && labels ? endsOf(scene, colours, this.lang, this.title) : [],
      room,
      sides: [`↓ ${this.texts.download.toLowerCase()}`, `↑ ${this.texts.upload.toLowerCase()}`],
    };
    for (const end of this.#seen.ends) end.alpha = this.#alpha(end.line);
    if (fresh) {
      this.#plot?.destroy();
      this.#shape = shape;
      const Plot = library();
      this.#plot = new Plot(this.#options(scene, colours, room), drawn, this.element);
      if (this.unit.textContent !== common.name) this.unit.textContent = common.name;
    }
    this.#plot.batch(() => {
      if (!fresh) this.#plot.setData(drawn, false);
      this.#plot.setScale("x", { min: from / 1000, max: to / 1000 });
      this.#plot.setScale("y", { min: bottom, max: top });
    });
  }

  /** From the next drawing on there is this too, such as a table at the pointer. */
  extended(/** @type {Extension[]} */ ...plugins) {
    this.#more = plugins;
    this.#shape = "";
  }

  /** Lets one line stand out, or all of them be equal again. */
  lift(/** @type {string|null} */ name) {
    if (name === this.#lifted) return;
    this.#lifted = name;
    if (!this.#plot) return;
    this.#plot.series.forEach((line, at) => at > 0 && (line.alpha = this.#alpha((at - 1) >> 1)));
    for (const end of this.#seen.ends) end.alpha = this.#alpha(end.line);
    this.#plot.redraw(false);
  }

  #alpha(line) {
    const at = this.#lifted === null ? -1 : this.#names.indexOf(this.#lifted);
    return at < 0 || at === line ? 1 : BEHIND;
  }

  #room(labels) {
    if (this.#narrow || !(labels?.names || labels?.numbers)) return 0;
    return (labels.names ? ROOM.names : ROOM.numbers) * (this.#wall ? 1.6 : 1);
  }

  get #wall() {
    return this.root.hasAttribute("data-kiosk");
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
    // As the page's tokens are: 11 px for the axis on a desktop, 12 for fingers, 17 on the wall.
    const rem = parseFloat(value("--t1"));
    return {
      text: value("--soft"),
      strong: value("--text"),
      grid: value("--grid"),
      back: value("--bg"),
      band: value("--band"),
      hatch: value("--hatch"),
      edge: value("--edge"),
      lines: coloursOf(this.element),
      fill: parseFloat(value("--fill")) / 100 || 0.13,
      font: style.fontFamily || FONT,
      size: rem > 0 ? rem * (value("--t1").endsWith("rem") ? 16 : 1) : 11,
    };
  }

  #options({ names, mode, unit, scale, common }, colours, room) {
    const { text, grid, size, font } = colours;
    const axis = {
      stroke: text,
      grid: { stroke: grid, width: 1 },
      ticks: { show: false },
      font: `${size}px ${font}`,
      gap: 7,
    };
    const part = size / 11;
    const narrow = this.#narrow;
    return {
      ...this.#size(),
      pxAlign: 1,
      padding: [20 * part, room > 0 ? room : (narrow ? 14 : 20) * part, 0, 0],
      plugins: [
        chartMarks(() => this.#seen),
        ...this.#more.map((made) =>
          made({
            names,
            colours: colours.lines,
            lang: this.lang,
            clock: this.clock,
            side: this.side,
            title: this.title,
            texts: this.texts,
            unit,
            stacked: mode === "stack",
            seen: () => this.#seen,
          }),
        ),
      ],
      legend: { show: false },
      // Zooming is ours: a drag must work with a finger too, and while data go on.
      cursor: {
        y: false,
        drag: { x: false, y: false },
        bind: { dblclick: () => null },
        points: {
          size: 8,
          width: 2,
          fill: () => colours.back,
          stroke: (_, at) => colours.lines[((at - 1) >> 1) % 8],
        },
      },
      select: { show: true },
      scales: { x: { time: true, auto: false }, y: { auto: false, ...(scale === "log" && { distr: 3, log: 10 }) } },
      axes: [
        {
          ...axis,
          space: 74 * part,
          incrs: TIMES,
          size: 22 * part,
          values: (_, times, __, ___, step) => times.map((time) => (step < 60 ? this.clock : this.minute)(time * 1000)),
        },
        {
          ...axis,
          // A low chart needs a few figures too.
          space: (_, __, ___, ____, high) => (high < 300 ? 26 : 44) * part,
          size: (narrow ? 44 : 50) * part,
          ...(scale === "log" && { splits: (_, __, bottom, top) => logTicks(bottom, top) }),
          ...(scale !== "log" && {
            incrs: (_, __, bottom, top, height, space) => ticks(unit, bottom, top, height, space),
          }),
          values: (_, figures) => figures.map((bps) => tickFigure(bps / common.bps, this.lang)),
        },
      ],
      bands: mode === "stack" ? between(names.length) : [],
      series: [{}, ...this.#lines(names, mode, colours)],
    };
  }

  #lines(names, mode, { size, lines, fill }) {
    const dense = (stroke, part) =>
      stroke +
      Math.round(255 * part)
        .toString(16)
        .padStart(2, "0");
    // Under the leading line, under the one that stands out, and below both of two that are mirrored: more fills over
    // each other are mud.
    const filled = (line) =>
      this.#lifted !== null && names.includes(this.#lifted)
        ? names[line] === this.#lifted
        : mode === "mirror"
          ? names.length <= 2
          : line === 0 && names.length <= 4;
    return names.flatMap((name, at) => {
      const stroke = lines[at % lines.length];
      const line = { stroke, points: { show: false }, spanGaps: false, fillTo: fillTo, alpha: this.#alpha(at) };
      const layer = dense(stroke, 0.25);
      const [down, up] =
        mode === "stack"
          ? [layer, layer]
          : [
              () => (filled(at) ? dense(stroke, fill) : null),
              () => (mode === "mirror" && filled(at) ? dense(stroke, fill / 2) : null),
            ];
      const wide = size > 13 ? 1.6 : 1;
      return [
        { ...line, width: DOWN * wide, label: `${name} ↓`, fill: down },
        { ...line, width: UP * wide, label: `${name} ↑`, dash: [5, 4].map((part) => part * wide), fill: up },
      ];
    });
  }

  #size() {
    const style = getComputedStyle(this.element);
    const inner = (size, ...sides) =>
      Math.max(60, Math.floor(size - sides.reduce((sum, side) => sum + parseFloat(style[side]), 0)));
    this.#narrow = this.element.clientWidth < NARROW;
    return {
      width: inner(this.element.clientWidth, "paddingLeft", "paddingRight"),
      height: inner(this.element.clientHeight, "paddingTop", "paddingBottom"),
    };
  }

  #resize() {
    const before = this.#narrow;
    const { width, height } = this.#size();
    if (this.#narrow !== before) this.#shape = "";
    if (this.#plot && (this.#plot.width !== width || this.#plot.height !== height))
      this.#plot.setSize({ width, height });
  }
}

/** Lines are filled down to zero, or to the lower end of an axis that has none. */
function fillTo(plot) {
  return Math.max(0, plot.scales.y.min);
}

/** Each layer of a stack is filled down to the one below it, so that no colour lies over another. */
function between(count) {
  return Array.from({ length: Math.max(0, count - 1) }, (_, at) =>
    [1, 2].map((way) => ({ series: [way + 2 * (at + 1), way + 2 * at], dir: way === 1 ? -1 : 1 })),
  ).flat();
}
