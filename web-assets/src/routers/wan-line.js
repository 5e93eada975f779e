// One WAN in a router's row: its name, both rates, its trend and how full its link is. Each stands in its own column.

import { element, put } from "../shared/elements.js";
import { shortName } from "../shared/format.js";
import { onCanvas } from "../chart/palette.js";
import { LineCurve, sideOf } from "../wall/line-curve.js";
import { makeShare, set, setShare } from "./share-rule.js";
/** @import { Facts } from "../data/types.js" */
/** @import { PointSeries } from "../data/point-series.js" */

/** So much of the past the trend shows, ms: what a stream brings by itself. */
export const TREND_MS = 600_000;
const HEIGHT = 20;

/**
 * What a line shows.
 * @typedef {object} WanView
 * @property {string} name
 * @property {Facts|null} facts
 * @property {PointSeries|null} series
 * @property {{number: string, unit: string}} down
 * @property {{number: string, unit: string}} up
 * @property {{share: number}|null} share
 * @property {number|null} edge the newest moment, ms
 */

export class WanLine {
  constructor(texts) {
    this.texts = texts;
    this.name = element("span", "wan-line wan-name");
    this.name.append((this.title = element("bdi")), (this.comment = element("bdi", "where")));
    this.down = rate("down", "↓");
    this.up = rate("up", "↑");
    const canvas = element("canvas");
    canvas.setAttribute("aria-hidden", "true");
    const trend = element("span", "wan-line trend");
    trend.append(canvas);
    this.curve = new LineCurve(canvas);
    const link = element("span", "wan-line");
    this.link = makeShare();
    link.append(this.link.root);
    this.parts = { wan: this.name, down: this.down.root, up: this.up.root, trend, link };
  }

  toggle(shown) {
    for (const part of Object.values(this.parts)) if (part.hidden === shown) part.hidden = !shown;
  }

  /** @param {WanView|null} view null where no line is known */
  show(view) {
    const comment = view?.facts?.alias || view?.facts?.comment || "";
    put(this.title, view?.name ? shortName(view.facts?.called ?? view.name) : "–");
    put(this.comment, comment);
    set(this.name, "title", [view?.name, comment].filter(Boolean).join(" · "));
    write(this.down, view?.down);
    write(this.up, view?.up);
    setShare(this.link, view?.share ? Math.max(0, view.share.share) : null, "link");
    if (!view?.series || view.edge === null) return this.curve.clear();
    const range = { from: view.edge - TREND_MS, to: view.edge };
    this.curve.draw([{ series: view.series, side: sideOf(view.facts), ink: onCanvas(INK) }], range);
  }

  resize(width) {
    this.curve.resize(width, HEIGHT);
  }

  /** Draws anew, whatever was drawn. */
  forget(width) {
    this.curve.resize(width, HEIGHT);
    this.curve.forget();
  }
}
/** Eighth of the palette: dark on light, light on dark, and no line's own colour. */
const INK = "var(--l8)";

function write(part, rate) {
  put(part.number, rate?.number ?? "–");
  put(part.unit, rate?.unit ?? "");
  // What is small is softer, so that what is large stands out.
  set(part.root, "data-low", !rate?.unit || /^k?(bps|B\/s)$/.test(rate.unit));
}

function rate(name, arrow) {
  const root = element("span", `wan-line rate ${name}`);
  const way = element("i", "", arrow);
  const number = element("b");
  const unit = element("u");
  root.append(way, number, unit);
  return { root, number, unit };
}
