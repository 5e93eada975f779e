// The points of every interface, as drawn: a gap is a null, never a zero. No page and no network here.

/** Two points further apart than this many intervals have a gap between them. */
const GAP_INTERVALS = 3;

export class Store {
  #series = new Map();

  /** @param {number} windowMs how much of the past is kept */
  constructor(windowMs = 600_000) {
    this.windowMs = windowMs;
    this.intervalMs = 2_000;
  }

  /** Adds one point; a repeated or older one is none. Rates in bit/s or null. */
  add(name, t, rx, tx) {
    let series = this.#series.get(name);
    if (!series) this.#series.set(name, (series = { t: [], rx: [], tx: [] }));
    const last = series.t.at(-1);
    if (last !== undefined && t <= last) return;
    if (last !== undefined && t - last > GAP_INTERVALS * this.intervalMs && t - last > 2) put(series, last + 1, null, null);
    put(series, t, rx, tx);
    this.#forget(series, t);
  }

  /** Takes in a stretch of the past: `{t: [...], series: [{name, rx, tx}]}`. What is known already stays. */
  merge(window) {
    for (const { name, rx, tx } of window.series) {
      const known = this.#series.get(name) ?? { t: [], rx: [], tx: [] };
      const merged = { t: [], rx: [], tx: [] };
      this.#series.set(name, merged);
      const points = new Map();
      known.t.forEach((t, i) => points.set(t, [known.rx[i], known.tx[i]]));
      window.t.forEach((t, i) => {
        if (!points.has(t)) points.set(t, [rx[i], tx[i]]);
      });
      for (const [t, [r, x]] of [...points].sort((a, b) => a[0] - b[0])) this.add(name, t, r, x);
    }
  }

  /** @returns {{t: number[], rx: (number|null)[], tx: (number|null)[]}} a copy */
  series(name) {
    const { t, rx, tx } = this.#series.get(name) ?? { t: [], rx: [], tx: [] };
    return { t: [...t], rx: [...rx], tx: [...tx] };
  }

  /** The newest rates that are known, and their time. */
  newest(name) {
    const series = this.#series.get(name);
    if (!series || series.t.length === 0) return null;
    return { t: series.t.at(-1), rx: series.rx.at(-1), tx: series.tx.at(-1) };
  }

  /** Forgets interfaces of which nothing is left in the window before `t`. */
  sweep(t) {
    for (const [name, series] of this.#series) {
      if ((series.t.at(-1) ?? 0) < t - this.windowMs) this.#series.delete(name);
    }
  }

  /** Several interfaces on one time axis, for a chart: `[t in s, rx1, tx1, rx2, tx2, ...]` since `from` (ms). */
  table(names, from) {
    const all = names.map((name) => this.#series.get(name) ?? { t: [], rx: [], tx: [] });
    const times = [...new Set(all.flatMap(({ t }) => t.filter((at) => at >= from)))].sort((a, b) => a - b);
    const columns = all.flatMap(({ t, rx, tx }) => {
      const at = new Map(t.map((time, i) => [time, i]));
      // Where one interface has no point but another has: undefined, which a line passes over; null interrupts it.
      const column = (values) => times.map((time) => (at.has(time) ? values[at.get(time)] : undefined));
      return [column(rx), column(tx)];
    });
    return [times.map((time) => time / 1000), ...columns];
  }

  /** Forgets everything. */
  clear() {
    this.#series.clear();
  }

  #forget(series, now) {
    let old = 0;
    while (series.t[old] < now - this.windowMs) old++;
    if (old > 0) for (const values of [series.t, series.rx, series.tx]) values.splice(0, old);
  }
}

function put(series, t, rx, tx) {
  series.t.push(t);
  series.rx.push(rx);
  series.tx.push(tx);
}
