// Makes what the chart shows of the points: lines by the wanted mode and scale, the ends of its axis, gaps with their
// reasons, limits, uncertainty. Does not touch the page.

import { AxisTop } from "./axis-scale.js";
import { fits, logarithmic, logTop, percents } from "./chart-scale.js";
import { curves, extent, place } from "./curves.js";
import { downsample } from "./downsample.js";
import { explained } from "./gap-words.js";
import { limitLine, limitsOf, mostOf } from "./link-limits.js";
import { banded, bands } from "./uncertainty.js";
import { gaps } from "../data/gaps.js";
import { commonUnit } from "../shared/format.js";
import { NAMED } from "./end-labels.js";
/** @import { Direction, Facts, Mode, Range, Scene, Texts } from "../data/types.js" */
/** @import { LiveFeed } from "../data/live-feed.js" */
/** @import { GapReasons } from "../data/gaps.js" */
/** @import { PointStore } from "../data/point-store.js" */
/** @import { Scale } from "./chart-scale.js" */

/** An end that is this much older than the right edge is not the line's end there, ms: recorded points are apart. */
const LATE = 12_000;
/** An axis of per cent reaches at least so far. */
const LEAST_PERCENT = 10;

export class SceneMaker {
  #tops = [new AxisTop(), new AxisTop()];
  #shape = "";

  /**
   * @param {object} page
   * @param {string} page.lang
   * @param {Texts} page.texts
   * @param {PointStore} page.store
   * @param {LiveFeed} page.feed
   * @param {GapReasons} page.reasons what this page saw
   * @param {(name: string) => Direction} page.side
   * @param {(name: string) => Facts|null|undefined} page.facts
   * @param {(t: number) => string} page.clock
   */
  constructor(page) {
    this.page = page;
  }

  /**
   * @param {string[]} names
   * @param {Range} range
   * @param {object} look
   * @param {Mode} look.mode
   * @param {"bit"|"byte"} look.unit
   * @param {Scale} look.scale
   * @param {number} look.gapMs a point holds for this long at most
   * @param {number} look.width of the plot, px
   * @param {boolean} look.quiet nothing is said of stretches that nobody watched, or of which nobody knows
   * @param {unknown} look.window another one is another axis
   * @returns {{scene: Scene, drawing: import("./chart.js").Drawing}}
   */
  make(names, range, { mode, unit, scale: wanted, gapMs, width, quiet, window }) {
    const { store, side, facts, texts, lang } = this.page;
    const scale = fits(wanted, mode) ? wanted : "linear";
    const since = store.enters(names, range.from);
    const table = store.table(names, since, side);
    const capacities = names.map((name) => mostOf(facts(name), side(name).view));
    let lines = curves(table, mode, gapMs);
    if (scale === "percent") lines = percents(lines, capacities);
    const earlier = names.some((name) => store.points(name).t[0] < since);
    const found = this.#gaps(table, range, gapMs, earlier).filter(
      ({ kind }) => !quiet || (kind !== "unwatched" && kind !== "unknown"),
    );

    const near = scale === "percent" ? [] : limitsOf(table, capacities, mode, range);
    const shape = JSON.stringify([names, mode, unit, scale, window]);
    if (shape !== this.#shape) this.#tops.forEach((top) => top.reset());
    this.#shape = shape;
    let { top, bottom } = this.#ends(extent(lines, range.from, range.to), near, mode, unit, scale);
    const rates =
      scale === "percent"
        ? commonUnit(extent(table, range.from, range.to).most, unit)
        : commonUnit(Math.max(top, -bottom), unit);
    const common = scale === "percent" ? { name: "%", bps: 1 } : rates;
    if (scale === "log") {
      const made = logarithmic(lines, range.from, range.to);
      [lines, bottom] = [made.lines, made.bottom];
      top = logTop(extent(lines, range.from, range.to).most, bottom);
    }
    const limits =
      scale === "percent"
        ? [{ bps: 100, label: texts["limit.percent"] }].filter(() => top >= 100)
        : near.map((limit) => limitLine(limit, texts, lang, rates));
    const factors = store.factorsAt(table[0]);
    const doubts = bands(lines, factors, banded(names.length, mode), { ...range, width });
    const late = Math.max(gapMs, LATE);
    const fresh = names.some((name) => {
      const points = store.points(name);
      return points.length > 0 && points.t[Math.max(0, points.at(range.to + 1) - 1)] >= range.to - late;
    });
    const labels = { names: fresh && names.length <= NAMED, numbers: fresh && names.length > NAMED, late };
    const drawn = downsample(lines, range.from, range.to, width);
    return {
      scene: { names, table, range, gaps: found, factors, doubtful: doubts.length > 0, unit: rates },
      drawing: {
        names,
        mode,
        unit,
        scale,
        common,
        table,
        drawn,
        ...range,
        top,
        bottom,
        gaps: found,
        limits,
        doubts,
        factors,
        labels,
      },
    };
  }

  #gaps(table, range, gapMs, earlier) {
    const { feed, reasons, texts, clock } = this.page;
    const found = gaps(table, range.from, range.to, gapMs, earlier);
    const first = earlier ? null : firstKnown(table);
    // Before the first point there is a gap only where the server says so.
    if (first !== null && first > range.from && feed.gaps.why({ from: range.from, to: Math.min(first, range.to) }))
      found.unshift({ from: range.from, to: Math.min(first, range.to) });
    return found.map((gap) => explained(gap, feed, reasons, texts, clock));
  }

  #ends({ most, least }, limits, mode, unit, scale) {
    const now = performance.now();
    const [usual, steps] = scale === "percent" ? [LEAST_PERCENT, /** @type {"bit"} */ ("bit")] : [undefined, unit];
    const limit = limits.reduce((highest, { bps }) => Math.max(highest, bps), 0);
    const lowest = limits.reduce((deepest, { bps }) => Math.min(deepest, bps), 0);
    const top = this.#tops[0].fit(Math.max(most, limit), steps, now, usual);
    // Below zero there is room for a few words at least.
    const bottom = mode === "lines" ? 0 : -this.#tops[1].fit(Math.max(-least, -lowest), steps, now, top / 10);
    return { top, bottom };
  }
}

function firstKnown(table) {
  const row = table[0].findIndex((_, at) => table.some((column, n) => n > 0 && typeof column[at] === "number"));
  return row < 0 ? null : table[0][row] * 1000;
}

/** What is at this moment, if it is a gap. */
export function gapAt(/** @type {Scene} */ { gaps }, t) {
  return gaps.find(({ from, to }) => t > from && t < to);
}

/** The row of the table that belongs to a moment. */
export function rowAt(/** @type {Scene} */ { table }, t) {
  return place(table[0], t / 1000 - 1e-4);
}
