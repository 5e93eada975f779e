// Live data of chosen lines of several routers: what the wall and the list of routers show. One stream carries them all
// (`watch=`); only a very long choice needs several. The dashboard's own data, of one router, comes by live-feed.js.

import { below } from "../shared/base-path.js";
import { EventStream } from "./event-stream.js";
import { joined, keyed } from "./interface-names.js";
import { changedList } from "./list-changes.js";
import { PointSeries } from "./point-series.js";
/** @import { Asking, Facts, Problem, RouterState } from "./types.js" */

/** @typedef {{router: string, interface: string}} Line one interface of one router, by its key or name */

/** The server takes so many routers a stream; a longer address is cut off by some proxies. */
export const MOST_ROUTERS = 64;
export const LONGEST_ADDRESS = 6_000;
/** A browser opens only a few connections to one server: what needs more streams is not watched. */
export const MOST_STREAMS = 3;
/** So much of the past a stream brings, s. */
const STREAMED = 600;
/** Between two stretches of the past, this far from each other, ms, nothing is known. */
const APART = 30_000;

/** The one name of a line among all routers' lines. */
export function lineKey({ router, interface: name }) {
  return `${router}/${name}`;
}

/**
 * The addresses of the streams that carry these lines.
 * @param {Line[]} lines
 * @param {number} [seconds] how much of the past they begin with
 */
export function streamAddresses(lines, seconds = STREAMED) {
  const streams = [];
  let [text, routers] = ["", new Set()];
  const finish = () => {
    if (text) streams.push(below(`/api/v1/stream?window=${seconds}${text}`));
    [text, routers] = ["", new Set()];
  };
  // Those of one router together: a stream has each router once.
  const order = [...lines].sort((a, b) => (a.router < b.router ? -1 : a.router > b.router ? 1 : 0));
  for (const line of order) {
    const part = `&watch=${encodeURIComponent(`${line.router}/${joined([line.interface])}`)}`;
    const full = !routers.has(line.router) && routers.size >= MOST_ROUTERS;
    if (full || text.length + part.length > LONGEST_ADDRESS) finish();
    routers.add(line.router);
    text += part;
  }
  finish();
  return streams.slice(0, MOST_STREAMS);
}

export class LinesFeed {
  /** @type {EventStream[]} */
  #streams = [];
  #addresses = [];
  #running = false;
  /** Each router: its state, its lines in the order of its ticks, and when something of it came last. */
  #routers = new Map();
  /** @type {Map<string, {facts: Facts, series: PointSeries}>} by `lineKey` */
  #lines = new Map();

  /**
   * @param {object} page
   * @param {(router: string|null) => void} page.changed something of this router, or of the connection, is new
   * @param {(problem: {code?: string}) => boolean} [page.refused] true where the page is being left
   * @param {(alerts: object[]|null) => void} [page.alerts] those that stand; null where nothing tells
   * @param {number} [page.keepMs] how much of the past is kept
   * @param {Asking} [page.world]
   * @param {() => number} [page.now] ms, of any clock that goes on
   */
  constructor({
    changed,
    refused = () => false,
    alerts = () => {},
    keepMs = 900_000,
    world = globalThis,
    now = () => performance.now(),
  }) {
    this.changed = changed;
    this.alerts = alerts;
    this.refused = refused;
    this.keepMs = keepMs;
    this.world = world;
    this.now = now;
  }

  /** Watches these lines, and no others; what is known of them stays. */
  watch(/** @type {Line[]} */ lines) {
    const keys = new Set(lines.map(lineKey));
    for (const key of this.#lines.keys()) if (!keys.has(key) && this.#lines.size > 2_000) this.#lines.delete(key);
    const addresses = streamAddresses(lines);
    if (addresses.join("\n") === this.#addresses.join("\n")) return;
    this.#addresses = addresses;
    if (this.#running) this.#open();
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#open();
  }

  stop() {
    this.#running = false;
    for (const stream of this.#streams) stream.stop();
    this.#streams = [];
  }

  /** What is known of a line: its facts and points; null where it was never told of. */
  line(/** @type {Line} */ line) {
    return this.#lines.get(lineKey(line)) ?? null;
  }

  /**
   * How it stands with a router, and when its newest sample was taken and came.
   * @returns {{state: RouterState|null, t: number|null, came: number, removed: boolean}|null}
   */
  router(id) {
    return this.#routers.get(id) ?? null;
  }

  /** The rates of a line now, bit/s from its own point of view; null where they are not known now. */
  rates(/** @type {Line} */ line) {
    const known = this.line(line);
    const router = this.#routers.get(line.router);
    if (!known || !router || router.t === null || known.series.last !== router.t || !isFresh(router, this.now()))
      return { down: null, up: null };
    const { lastRx, lastTx } = known.series;
    return known.facts.pointOfView === "customer"
      ? { down: number(lastTx), up: number(lastRx) }
      : { down: number(lastRx), up: number(lastTx) };
  }

  /** Takes in the older past of some lines of a router, as `/api/v1/window` answers it. */
  past(router, window) {
    this.#merge(router, window, true);
    this.changed(router);
  }

  #open() {
    for (const stream of this.#streams) stream.stop();
    this.#streams = this.#addresses.map((address) => {
      const stream = new EventStream(
        () => address,
        {
          event: (name, data) => this.#take[name]?.(data),
          proven: () => {},
          broken: () => {
            this.alerts(null);
            this.changed(null);
          },
          refused: (/** @type {Problem} */ problem) => this.refused(problem),
          ended: () => this.refused({ code: "login-needed" }),
        },
        this.world,
      );
      stream.start();
      return stream;
    });
  }

  #router(id) {
    let router = this.#routers.get(id);
    if (!router) {
      router = {
        state: null,
        t: null,
        came: -Infinity,
        intervalMs: 2_000,
        removed: false,
        list: [],
        keys: [],
        base: null,
      };
      this.#routers.set(id, router);
    }
    return router;
  }

  #take = {
    state: ({ router: id, ...state }) => {
      const router = this.#router(id);
      Object.assign(router, { state, removed: false });
      router.intervalMs = Math.max(state.intervalMs ?? 0, state.readMs ?? 0, 1_000);
      this.changed(id);
    },
    alerts: ({ alerts }) => this.alerts(alerts),
    removed: ({ router: id }) => {
      Object.assign(this.#router(id), { removed: true, t: null });
      this.changed(id);
    },
    interfaces: ({ router: id, interfaces }) => this.#list(id, interfaces.map(keyed)),
    "interfaces-changed": ({ router: id, ...change }) => this.#list(id, changedList(this.#router(id).list, change)),
    window: (window) => {
      const { router: id } = window;
      this.#merge(id, window, false);
      const router = this.#router(id);
      router.base = window.base ?? null;
      if (window.t.length > 0) Object.assign(router, { t: window.t.at(-1), came: this.now() - ageOf(router) });
      this.changed(id);
    },
    tick: ({ router: id, t, rx, tx }) => {
      const router = this.#router(id);
      router.keys.forEach((key, at) => {
        const { series } = this.#lines.get(key);
        if (t <= series.last) return;
        series.push(t, rx[at], tx[at]);
        series.forget(t - this.keepMs);
      });
      Object.assign(router, { t, came: this.now() });
      if (router.state?.code !== "live") router.state = { ...router.state, code: "live", reason: undefined };
      this.changed(id);
    },
  };

  /** Takes in a router's lines, in the order of its ticks. */
  #list(id, list) {
    const router = this.#router(id);
    router.list = list;
    router.keys = list.map((facts) => {
      const key = lineKey({ router: id, interface: facts.name });
      const known = this.#lines.get(key);
      if (known) known.facts = facts;
      else this.#lines.set(key, { facts, series: new PointSeries() });
      return key;
    });
    this.changed(id);
  }

  /**
   * A stretch of the past. What is known from before it stays, unless the server's clock was set back meanwhile.
   * @param {boolean} older it goes before what is known, and does not replace it
   */
  #merge(id, { t, series }, older) {
    if (t.length === 0) return;
    for (const { name, key = name, rx, tx } of series) {
      const line = lineKey({ router: id, interface: key });
      const known = this.#lines.get(line);
      if (older && !known) continue;
      const before = known?.series;
      const fresh = new PointSeries();
      const from = t.at(-1) - this.keepMs;
      const end = older ? (before.t[0] ?? Infinity) : Infinity;
      if (!older && before && !(t.at(-1) < before.last)) copy(before, fresh, from, t[0]);
      for (let at = 0; at < t.length; at++) {
        if (t[at] < from || t[at] >= end) continue;
        // Between what was seen before and this stretch nothing is known.
        if (fresh.length > 0 && at === 0 && t[0] - fresh.last > APART) fresh.push(fresh.last + 1, null, null);
        fresh.push(t[at], rx[at], tx[at]);
      }
      if (older) copy(before, fresh, from, Infinity);
      if (known) known.series = fresh;
      else this.#lines.set(line, { facts: bare(key), series: fresh });
    }
  }
}

/** A sample is the present until two more should have come. */
export function isFresh({ t, came, intervalMs, state }, now) {
  if (t === null || (state && state.code !== "live")) return false;
  return now - came <= Math.max(5_000, 2.5 * intervalMs);
}

function ageOf({ state }) {
  return state?.ageMs ?? 0;
}

function copy(from, to, since, until) {
  const { t, rx, tx } = from;
  for (let at = 0; at < t.length; at++) if (t[at] >= since && t[at] < until) to.push(t[at], rx[at], tx[at]);
}

function bare(name) {
  return /** @type {Facts} */ ({ id: "", name, key: name, type: "", comment: null, running: true, disabled: false });
}

function number(value) {
  return Number.isNaN(value) ? null : value;
}
