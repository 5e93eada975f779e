// Alerts on the live chart: a triangle where one fired, a ring where it cleared, a line from the one to the other; and
// above the legend what the marks mean and which alerts are in sight, each a button that points at it. Loaded after the
// first picture.

import { library } from "./chart-library.js";
import { FiredAlerts } from "../data/fired-alerts.js";
import { allTexts } from "../shared/all-words.js";
import { below } from "../shared/base-path.js";
import { element, put } from "../shared/elements.js";
import { fill } from "../shared/format.js";
import { lazyImport } from "../shared/lazy-import.js";
import { sign } from "../shared/signs.js";
import { styleSheet } from "../shared/style-sheet.js";

/** @import { Scene, Texts } from "../data/types.js" */
/** @import { Fired } from "../data/fired-alerts.js" */

/** So many are named above the legend; the others are on the page of alerts. */
const NAMED = 3;

export class AlertMarks {
  #told = "";
  /** @type {ReturnType<typeof keyOf>|null} */
  #key = null;

  /**
   * @param {object} view
   * @param {HTMLElement} view.root of the chart
   * @param {string} view.lang
   * @param {Texts} view.texts those of the first visit
   * @param {() => string|undefined} view.router its id
   * @param {() => Scene} view.scene
   * @param {(t: number) => string} view.clock
   * @param {() => void} view.redraw
   * @param {(t: number) => void} view.point at a moment
   */
  constructor(view) {
    this.view = view;
    this.fired = new FiredAlerts({ lang: view.lang, changed: view.redraw });
    this.load = lazyImport(async () => {
      const style = styleSheet(import.meta.url, "./alert-marks.css");
      const texts = await allTexts(view.lang, view.texts);
      await style;
      return keyOf({ ...view, texts });
    });
  }

  /** Those in sight. */
  list() {
    const { names, range } = this.view.scene();
    const router = this.view.router();
    return router === undefined ? [] : this.fired.of(router, names, range);
  }

  /** What is said of those that stood at a moment. */
  at(/** @type {number} */ t) {
    return this.list()
      .filter(({ from, to }) => from <= t && (to ?? Infinity) >= t)
      .slice(0, NAMED)
      .map(({ text }) => text);
  }

  /** A plugin of the chart. */
  plugin() {
    const style = getComputedStyle(this.view.root);
    const value = (name) => style.getPropertyValue(name).trim();
    const colours = {
      critical: value("--bad"),
      warning: value("--warn-mark"),
      info: value("--soft"),
      back: value("--bg"),
    };
    return {
      hooks: {
        draw: (plot) => {
          const alerts = this.list();
          if (alerts.length > 0) draw(plot, alerts, colours);
          this.#tell(alerts);
        },
      },
    };
  }

  /** Above the legend, where something of it changed. */
  #tell(/** @type {Fired[]} */ alerts) {
    const told = alerts.map(({ id, to }) => `${id} ${to}`).join("\n");
    if (told === this.#told) return;
    this.#told = told;
    if (this.#key) this.#key(alerts);
    else
      this.load((key) => {
        this.#key = key;
        key(this.list());
      });
  }
}

/** In the strip above the plot, so that no curve is covered; the moment of each goes down through it. */
function draw(plot, alerts, colours) {
  const { ctx: pen, bbox } = plot;
  const ratio = library().pxRatio;
  const x = (t) => plot.valToPos(t / 1000, "x", true);
  const y = bbox.top - 6 * ratio;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left - 5 * ratio, 0, bbox.width + 10 * ratio, bbox.top + bbox.height);
  pen.clip();
  for (const { from, to, severity } of alerts) {
    const [begin, end] = [x(from), to === null ? bbox.left + bbox.width : x(to)];
    pen.strokeStyle = pen.fillStyle = colours[severity] ?? colours.info;
    pen.lineWidth = 1.5 * ratio;
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(Math.max(begin, bbox.left), y);
    pen.lineTo(end, y);
    pen.stroke();
    if (to !== null) {
      pen.save();
      pen.fillStyle = colours.back;
      pen.beginPath();
      pen.arc(end, y, 3.5 * ratio, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
      pen.restore();
    }
    if (begin < bbox.left) continue;
    pen.beginPath();
    pen.moveTo(begin - 5 * ratio, y + 4 * ratio);
    pen.lineTo(begin, y - 5 * ratio);
    pen.lineTo(begin + 5 * ratio, y + 4 * ratio);
    pen.closePath();
    pen.fill();
    pen.lineWidth = ratio;
    pen.setLineDash([2 * ratio, 4 * ratio]);
    pen.beginPath();
    pen.moveTo(begin, bbox.top);
    pen.lineTo(begin, bbox.top + bbox.height);
    pen.stroke();
  }
  pen.restore();
}

/** The legend of the marks, and who they are. */
function keyOf({ root, texts, clock, router, scene, point }) {
  const key = element("div", "alert-key");
  key.dataset.testid = "alert-key";
  key.setAttribute("role", "group");
  key.setAttribute("aria-label", texts.mark_alerts);
  const mark = (name, word) => {
    const made = element("span", "means");
    made.append(sign(name, "st"), element("span", "", word));
    return made;
  };
  const list = element("ul");
  const more = element("a");
  key.append(mark("s-hot", texts.mark_fired), mark("s-down", texts.mark_over), list, more);
  document.querySelector(".under").prepend(key);
  /** @param {Fired[]} alerts newest first */
  return (alerts) => {
    const newest = alerts.toSorted((one, other) => other.from - one.from);
    const shown = newest.slice(0, NAMED).map((alert) => {
      const row = element("li");
      const button = element("button", `bare ${alert.severity}`, `${clock(alert.from)} ${alert.text}`);
      button.type = "button";
      button.dataset.testid = "alert-mark";
      button.title = button.textContent;
      button.addEventListener("click", () => {
        // What fired before what is seen begins at its left edge.
        point(Math.max(alert.from, scene().range.from));
        root.focus({ preventScroll: true });
      });
      row.append(button);
      return row;
    });
    list.replaceChildren(...shown);
    put(more, newest.length > NAMED ? fill(texts.mark_more, { n: newest.length - NAMED }) : texts.mark_all);
    more.href = below(`/prepaid/alerts?${new URLSearchParams({ router: router() ?? "" })}`);
    key.hidden = alerts.length === 0;
  };
}
