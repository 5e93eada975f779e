// The chart: what was received is solid, what was sent is dashed, in the interface's colour.

import { tick } from "./format.js";
import { hover } from "./hover.js";

export const PALETTE = ["#3b82f6", "#10b981", "#f59e0b", "#ef4444", "#8b5cf6", "#ec4899", "#06b6d4", "#84cc16"];

/** Round steps of bit/s: 1, 2, 5 times a power of ten. */
const STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((part) => part * 10 ** power)).flat();

export class Chart {
  #plot = null;
  #shape = "";

  constructor(element, lang) {
    this.element = element;
    this.lang = lang;
    new ResizeObserver(() => this.#resize()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#shape = "";
    });
  }

  /** Draws `names` from a table of the store, over the last `windowMs` before `now` (ms). */
  draw(names, table, now, windowMs) {
    const shape = names.join("\n");
    if (!this.#plot || shape !== this.#shape) {
      this.#plot?.destroy();
      this.#shape = shape;
      this.#plot = new uPlot(this.#options(names), table, this.element);
    } else {
      this.#plot.setData(table, false);
    }
    this.#plot.batch(() => {
      this.#plot.setScale("x", { min: (now - windowMs) / 1000, max: now / 1000 });
      this.#plot.setScale("y", { min: 0, max: top(table) });
    });
  }

  #options(names) {
    const style = getComputedStyle(document.documentElement);
    const [soft, grid] = ["--soft", "--grid"].map((name) => style.getPropertyValue(name).trim());
    const axis = { stroke: soft, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: "12px system-ui, sans-serif" };
    const locale = this.lang === "id" ? "id-ID" : "en-GB";
    const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    const lines = names.flatMap((name, at) => {
      const stroke = PALETTE[at % PALETTE.length];
      const line = { stroke, width: 2, points: { show: false }, spanGaps: false };
      return [
        { ...line, label: `${name} RX`, fill: names.length === 1 ? `${stroke}1a` : undefined },
        { ...line, label: `${name} TX`, dash: [5, 5] },
      ];
    });
    return {
      ...this.#size(),
      pxAlign: 1,
      padding: [10, 14, 0, 0],
      plugins: [hover(names, PALETTE, this.lang, (t) => clock.format(t))],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        { ...axis, space: 90, size: 34, values: (_, times) => times.map((time) => clock.format(time * 1000)) },
        { ...axis, size: 78, incrs: STEPS, values: (_, ticks) => ticks.map((bps) => tick(bps, this.lang)) },
      ],
      series: [{}, ...lines],
    };
  }

  #size() {
    const style = getComputedStyle(this.element);
    const inner = (size, ...sides) => Math.max(60, Math.floor(size - sides.reduce((sum, side) => sum + parseFloat(style[side]), 0)));
    return {
      width: inner(this.element.clientWidth, "paddingLeft", "paddingRight"),
      height: inner(this.element.clientHeight, "paddingTop", "paddingBottom"),
    };
  }

  #resize() {
    const { width, height } = this.#size();
    if (this.#plot && (this.#plot.width !== width || this.#plot.height !== height)) this.#plot.setSize({ width, height });
  }
}

/** The top of the axis: some room above the highest point, at least 10 Kb/s. */
function top(table) {
  let most = 10_000;
  for (const column of table.slice(1)) for (const value of column) if (value > most) most = value;
  const step = STEPS.find((size) => size * 5 >= most * 1.05) ?? most;
  return Math.ceil((most * 1.05) / step) * step;
}
