// The points of all interfaces. A gap is a null, never a zero. Neither page nor network here.

import { place } from "../chart/curves.js";
import { moved } from "./interface-names.js";
import { PointSeries } from "./point-series.js";

/** Where ticks may have been missed, two points further apart than this many intervals have a gap between them. */
export const GAP_INTERVALS = 3;

const EMPTY = new PointSeries();
const AS_ROUTER = () => ({ down: /** @type {"rx"} */ ("rx") });

export class PointStore {
  #series = new Map();
  /** The factors of each tick, `low` and `high`, as a series of its own: they are the same for all interfaces. */
  #factors = new PointSeries();
  /** Those of which more is kept. */
  #kept = new Set();
  #keptMs = 0;
  /** How often ticks may have been missed, and how many of these each series knows of. */
  #cuts = 0;
  #cutsOf = new WeakMap();

  /** @param {number} windowMs how much of the past is kept of each interface */
  constructor(windowMs = 600_000) {
    this.windowMs = windowMs;
    this.intervalMs = 2_000;
    /** Grows with each change: who draws may see that there is nothing new. */
    this.revision = 0;
  }

  /** Keeps more of the past of these interfaces, and only of these. */
  keep(names, ms) {
    this.#kept = new Set(names);
    this.#keptMs = ms;
  }

  /**
   * Ticks may be missing before what comes next. Otherwise a rate is that of all the time since the tick before it,
   * however long a slow router took, and where nothing is known the server itself says null.
   */
  cut() {
    this.#cuts++;
  }

  /** Adds one point; a repeated or older one is none. Rates in bit/s or null. */
  add(name, t, rx, tx) {
    let series = this.#series.get(name);
    if (!series) this.#series.set(name, (series = new PointSeries()));
    const { last } = series;
    if (t <= last) return;
    if (this.#cutsOf.get(series) !== this.#cuts) {
      if (this.#apart(last, t)) series.push(last + 1, null, null);
      this.#cutsOf.set(series, this.#cuts);
    }
    series.push(t, rx, tx);
    series.forget(t - this.#span(name));
    this.revision++;
  }

  /** How far from the truth a tick's rates may be: factors, or null where not known. */
  doubt(t, low, high) {
    if (t <= this.#factors.last) return;
    this.#factors.push(t, low, high);
    this.#factors.forget(t - Math.max(this.windowMs, this.#keptMs));
  }

  /** The factors of the ticks as they lie, NaN for a null, to be read at once. */
  get factors() {
    const { t, rx: low, tx: high } = this.#factors;
    return { t, low, high };
  }

  /** The factors at these times (s, rising): `{low, high}` with a NaN where they are not known. */
  factorsAt(times) {
    const { t, low, high } = this.factors;
    const found = { low: new Float64Array(times.length).fill(NaN), high: new Float64Array(times.length).fill(NaN) };
    let at = times.length > 0 ? this.#factors.at(Math.round(times[0] * 1000)) : 0;
    for (let row = 0; row < times.length; row++) {
      const time = Math.round(times[row] * 1000);
      while (t[at] < time) at++;
      if (t[at] === time) [found.low[row], found.high[row]] = [low[at], high[at]];
    }
    return found;
  }

  /** These are called otherwise now: their points go with them. */
  rename(names) {
    this.#series = moved(this.#series, names);
    this.#kept = new Set([...this.#kept].map((name) => names.get(name) ?? name));
    this.revision++;
  }

  /**
   * Takes in a stretch of the past: `{t: [...], series: [{name, rx, tx}]}`, with the ticks' factors `low` and `high`
   * where the server knows them. What is known already stays.
   */
  merge(window) {
    const [first, last] = [window.t[0], window.t.at(-1)];
    for (const { name: called, key = called, rx, tx } of window.series) {
      const name = key;
      const known = this.#series.get(name) ?? EMPTY;
      const late = !(first <= known.last);
      const add = (t, rx, tx) => this.add(name, t, rx, tx);
      if (late) {
        if (window.resumed) this.#cutsOf.set(known, this.#cuts);
        else this.#cutsOf.delete(known);
        woven(EMPTY, { t: window.t, rx, tx }, add);
        continue;
      }
      const fresh = new PointSeries();
      this.#series.set(name, fresh);
      this.#cutsOf.set(fresh, this.#cuts);
      // The stretch leaves nothing out: a gap that it reaches into is over, as far as it comes close to the points
      // around.
      const skip = (k) =>
        isMark(known, k) &&
        last >= known.t[k - 1] &&
        !(first > known.t[k + 1]) &&
        !(first > known.t[k] && this.#apart(known.t[k - 1], first));
      const behind = place(known.t, last + 1);
      const next = isMark(known, behind) ? behind + 1 : behind;
      const apart = (next === 0 || isMark(known, next - 1)) && this.#apart(last, known.t[next]);
      woven(
        known,
        { t: window.t, rx, tx },
        (t, rx, tx) => {
          if (apart && t === known.t[next]) add(last + 1, null, null);
          add(t, rx, tx);
        },
        skip,
      );
    }
    const { low = [], high = [] } = window;
    const before = this.#factors;
    const late = !(window.t[0] <= before.last);
    if (!late) this.#factors = new PointSeries();
    woven(late ? EMPTY : before, { t: window.t, rx: low, tx: high }, (t, low, high) => this.doubt(t, low, high));
    this.revision++;
  }

  /** @returns {{t: number[], rx: (number|null)[], tx: (number|null)[]}} a copy */
  series(name) {
    const { t, rx, tx } = this.points(name);
    return { t: [...t], rx: plain(rx), tx: plain(tx) };
  }

  /** The points themselves, for those who look often: not copied, NaN for a null, to be read at once. */
  points(name) {
    return this.#series.get(name) ?? EMPTY;
  }

  /** The newest rates that are known, and their time. */
  newest(name) {
    const series = this.#series.get(name);
    if (!series || series.length === 0) return null;
    return { t: series.last, rx: known(series.lastRx), tx: known(series.lastTx) };
  }

  /** Forgets interfaces of which nothing is left in the window before `t`. */
  sweep(t) {
    for (const [name, series] of this.#series) {
      if (!(series.last >= t - this.#span(name))) this.#series.delete(name);
    }
  }

  /**
   * Several interfaces on one time axis, for a chart: `[t in s, down1, up1, down2, up2, ...]` since `from` (ms), each
   * from its own point of view.
   * @param {string[]} names
   * @param {number} from
   * @param {(name: string) => {down: "rx"|"tx"}} side
   */
  table(names, from, side = AS_ROUTER) {
    const all = names.map((name) => this.points(name));
    const next = all.map((series) => series.at(from));
    const columns = all.map(({ t, rx, tx }, n) => {
      return side(names[n]).down === "rx" ? { t, down: rx, up: tx } : { t, down: tx, up: rx };
    });
    const table = Array.from({ length: 1 + 2 * all.length }, () => []);
    for (;;) {
      let time = Infinity;
      for (let n = 0; n < columns.length; n++) if (columns[n].t[next[n]] < time) time = columns[n].t[next[n]];
      if (time === Infinity) return table;
      table[0].push(time / 1000);
      columns.forEach(({ t, down, up }, n) => {
        // Where one interface has no point but another has: undefined, which a line passes over; null interrupts it.
        const here = t[next[n]] === time;
        table[1 + 2 * n].push(here ? known(down[next[n]]) : undefined);
        table[2 + 2 * n].push(here ? known(up[next[n]]) : undefined);
        if (here) next[n]++;
      });
    }
  }

  /** From when on there must be points (ms), so that the lines enter from the left what is seen since `from`. */
  enters(names, from) {
    return names.reduce(
      (earliest, name) => {
        const points = this.points(name);
        return Math.min(earliest, points.t[points.at(from) - 1] ?? from);
      },
      from - GAP_INTERVALS * this.intervalMs,
    );
  }

  /** Bytes held in all. */
  get bytes() {
    let sum = this.#factors.bytes;
    for (const series of this.#series.values()) sum += series.bytes;
    return sum;
  }

  /** Of how many interfaces something is known. */
  get size() {
    return this.#series.size;
  }

  /** Forgets everything. */
  clear() {
    this.#series.clear();
    this.#factors = new PointSeries();
    this.revision++;
  }

  #apart(before, t) {
    return t - before > GAP_INTERVALS * this.intervalMs && t - before > 2;
  }

  #span(name) {
    return this.#kept.has(name) ? Math.max(this.windowMs, this.#keptMs) : this.windowMs;
  }
}

/** The point that stands for a gap, right after the last one before it. */
function isMark({ t, rx, tx }, k) {
  return k > 0 && k < t.length && t[k] === t[k - 1] + 1 && Number.isNaN(rx[k]) && Number.isNaN(tx[k]);
}

/**
 * Both stretches are in order: side by side, what is known first.
 * @param {(t: number, rx: number|null, tx: number|null) => void} add
 * @param {(place: number) => boolean} skip leaves out places of what is known
 */
function woven(known, fresh, add, skip = (_place) => false) {
  let [i, k] = [0, 0];
  const { t, rx, tx } = known;
  while (i < fresh.t.length || k < t.length) {
    if (k < t.length && (i >= fresh.t.length || t[k] <= fresh.t[i])) {
      if (t[k] === fresh.t[i]) i++;
      if (!skip(k)) add(t[k], rx[k], tx[k]);
      k++;
    } else {
      add(fresh.t[i], fresh.rx[i] ?? null, fresh.tx[i] ?? null);
      i++;
    }
  }
}

function known(value) {
  return Number.isNaN(value) ? null : value;
}

function plain(values) {
  return Array.from(values, known);
}
