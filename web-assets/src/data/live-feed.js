// Takes in live data, by stream or by polling, stores the points, and tracks the state of server and router.

import { below } from "../shared/base-path.js";
import { router } from "../shared/preferences.js";
import { ClockSteps } from "./clock-steps.js";
import { stateOf } from "./connection-state.js";
import { EventStream } from "./event-stream.js";
import { keyed, renamed } from "./interface-names.js";
import { changedList } from "./list-changes.js";
import { GAP_INTERVALS } from "./point-store.js";
import { interfacesOf } from "./poll-answer.js";
import { Poller } from "./poller.js";
import { ServerGaps } from "./server-gaps.js";

/** @import { Asking, Facts, Hello, PastWindow, Problem, Tick } from "./types.js" */

/** After so many broken streams in a row polling begins beside it. */
const FALLBACK_AFTER = 3;
/**
 * A sample that is this much older than the newest known, ms: the server's clock was set back, though it does not say
 * so.
 */
const CLOCK_TURNED = 30_000;

/** So much of the past the stream brings by itself, s; more of what is chosen is asked for. */
const STREAMED = 120;

const now = () => performance.now();

/** Parameters of a question; a list of values is the parameter as often as there are values. */
export function parametersOf(parameters) {
  const all = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) for (const value of [values].flat()) all.append(name, value);
  return all;
}

/** Where a path of the API is found, for the router that is shown. */
export function query(path, parameters = {}) {
  const all = parametersOf(parameters);
  if (router) all.set("router", router);
  const text = all.toString();
  return below(text ? `${path}?${text}` : path);
}

function own(path) {
  return query(path, path === "/api/v1/stream" ? { window: STREAMED } : {});
}

/**
 * What a poll brings: the interfaces as the first system named them, or why there are none.
 * @typedef {object} Answer
 * @property {Record<string, any>[]} [rows]
 * @property {Response} [answer]
 * @property {Problem} [problem]
 */

export class LiveFeed {
  /** What is known of the way from the router to here. */
  known = {
    stopped: false,
    offline: !navigator.onLine,
    broken: false,
    polling: false,
    unconfigured: false,
    router: null,
    routerRetryAt: null,
    sampledAt: null,
    failures: 0,
    retryAt: 0,
    intervalMs: 2_000,
  };
  /** @type {Facts[]} */
  interfaces = [];
  /** The facts of each interface by its name. */
  facts = new Map();
  /** The newest sample's time on the server's clock, and when it came. */
  newest = { t: null, came: 0 };
  /** @type {Hello|null} What the server said of itself. */
  hello = null;
  /** By which setting of the server's clock the times are. */
  clock = new ClockSteps();
  /** Why nothing is known of some stretches, as the server tells it. */
  gaps = new ServerGaps();
  /** When something was last told of the newest sample, by `now()`; a stream that began anew has told nothing yet. */
  #heard = -Infinity;

  /**
   * @param {import("./point-store.js").PointStore} store
   * @param {{changed: () => void, greeted: (hello: Hello) => void, interfaces: (list: Facts[]) => void, ticked:
   *   (tick?: Tick) => void, refused: (problem: Problem) => boolean, ended?: (reason: string) => boolean, renamed?:
   *   (names: Map<string, string>) => void, turned?: (ms: number|null) => void, alerts?: (alerts: object[]|null) =>
   *   void}} listener `refused`, `ended`: true
   *   where the page is being left; `renamed`: before the new list; `turned`: the server's clock was set back, by -ms
   *   where that is known: all that was is told anew; `alerts`: those that stand, null where nothing tells
   * @param {{address?: (path: string) => string, world?: Asking}} [elsewhere] on another page than our own: where the
   *   API is, and how it is asked
   */
  constructor(store, listener, { address = own, world = globalThis } = {}) {
    this.address = address;
    this.world = world;
    this.store = store;
    this.listener = listener;
    const { known } = this;
    this.stream = new EventStream(
      () => this.address("/api/v1/stream"),
      {
        event: (name, data) => {
          known.broken = false;
          known.failures = 0;
          this.#take[name]?.(data);
          listener.changed();
        },
        refused: (problem) => listener.refused(problem),
        ended: (reason) => listener.ended?.(reason) ?? false,
        proven: () => {
          // Not at its first event: a proxy may let the greeting through and hold back the rest.
          this.poller.stop();
          known.polling = false;
        },
        broken: (failures, pause) => {
          known.failures = failures;
          known.retryAt = now() + pause;
          listener.alerts?.(null);
          if (failures >= FALLBACK_AFTER && !this.poller.running) this.poller.start();
          // A single break of a moment is no news.
          if (failures > 1 && !known.polling) known.broken = true;
        },
      },
      world,
    );
    this.poller = new Poller(
      (signal) => this.#ask(signal),
      (/** @type {Answer} */ { rows, answer, problem }) => {
        known.polling = true;
        known.broken = false;
        known.unconfigured = problem?.code === "no-router";
        if (problem) this.#setRouter(problem.state ?? { code: "connecting" });
        else this.#polled(rows, answer.headers);
        listener.changed();
      },
      () => {
        known.polling = false;
        known.broken = true;
        listener.changed();
      },
      world,
    );
  }

  start() {
    this.stream.start();
  }

  /** Stops asking: the page is not being watched. */
  leave() {
    this.stream.stop();
    this.poller.stop();
    Object.assign(this.known, { polling: false, broken: false, failures: 0 });
  }

  /** Asks anew: the connection may be dead without a word, or there is something else to be told by now. */
  restart() {
    this.leave();
    this.start();
  }

  /** The clock that everything here is measured by stood still for so long, ms: what is known is that much older. */
  stoodStill(ms) {
    const { known, newest } = this;
    if (known.sampledAt !== null) known.sampledAt -= ms;
    if (known.routerRetryAt !== null) known.routerRetryAt -= ms;
    newest.came -= ms;
  }

  /** How old the newest sample is, ms. */
  ageMs() {
    return this.known.sampledAt === null ? null : Math.max(0, now() - this.known.sampledAt);
  }

  /** The one word for how it stands; see `stateOf`. */
  state() {
    return stateOf({ ...this.known, ageMs: this.ageMs() });
  }

  /** The newest rates of an interface, bit/s; null where they are not known now. */
  rates(name) {
    const point = this.store.newest(name);
    const fresh = point && this.newest.t !== null && point.t === this.newest.t && this.facts.has(name);
    return { rx: fresh ? point.rx : null, tx: fresh ? point.tx : null };
  }

  /** The right edge of the time axis, ms: the newest sample while data comes; in an outage time goes on. */
  edge() {
    const { newest, known } = this;
    if (newest.t === null) return Date.now();
    return newest.t + (known.stopped ? 0 : Math.max(0, now() - newest.came - 2 * known.intervalMs));
  }

  #take = {
    hello: (hello) => {
      this.known.unconfigured = hello.router === null;
      if (hello.intervalMs) this.store.intervalMs = this.known.intervalMs = hello.intervalMs;
      this.hello = hello;
      this.#heard = -Infinity;
      this.listener.greeted(hello);
    },
    state: (state) => {
      // A router that needs longer than the interval has its samples as far apart as that.
      const apart = Math.max(state.intervalMs ?? 0, state.readMs ?? 0);
      if (apart > 0) this.store.intervalMs = this.known.intervalMs = apart;
      this.#setRouter(state);
    },
    interfaces: (list) => this.#setInterfaces((this.#told = list.interfaces.map(keyed))),
    alerts: ({ alerts }) => this.listener.alerts?.(alerts),
    "interfaces-changed": (change) => this.#setInterfaces((this.#told = changedList(this.#told, change))),
    window: (window) => {
      this.#rebase(window);
      // It leaves nothing out, nor does a stream: what was missed is before it.
      if (!window.resumed) this.store.cut();
      this.#heard = now();
      this.store.merge(window);
      this.gaps.add(window.gaps);
      if (window.t.length > 0) this.#moment(window.t.at(-1));
    },
    tick: (tick) => {
      this.#trust(tick.t);
      if (this.#heard === -Infinity) this.store.cut();
      this.#heard = now();
      const step = tick.step ? [{ base: tick.base, t: tick.t, ms: tick.step }] : [];
      this.clock.add(tick.base, step, this.hello?.epoch);
      this.#told.forEach(({ name }, at) => this.store.add(name, tick.t, tick.rx[at], tick.tx[at]));
      this.store.doubt(tick.t, tick.low, tick.high);
      this.gaps.add(tick.gap);
      this.store.sweep(tick.t);
      this.#moment(tick.t);
      this.known.sampledAt = now();
      if (this.known.router?.code !== "live") this.#setRouter({ code: "live", ageMs: 0 });
      this.listener.ticked(tick);
    },
  };

  async #ask(signal) {
    const answer = await this.world.fetch(this.address("/api/interface-stats"), { signal, cache: "no-store" });
    const body = await answer.json();
    if (answer.ok) return { rows: body, answer };
    // The server answers, and says why there is nothing: that is no failure of the way to it.
    if (body.code === "no-data" || body.code === "no-router") return { problem: body };
    if (answer.status < 500 && this.listener.refused(body)) this.leave();
    throw new Error(body.detail);
  }

  #polled(rows, headers) {
    const state = headers.get("X-Lalin-State") ?? rows[0]?.state;
    const age = headers.get("X-Lalin-Age-Ms");
    this.#setRouter({
      code: state,
      reason: headers.get("X-Lalin-Reason") ?? undefined,
      ageMs: age === null ? undefined : Number(age),
    });
    const list = interfacesOf(rows).map(keyed);
    if (JSON.stringify(list) !== JSON.stringify(this.interfaces)) this.#setInterfaces(list);
    const t = Date.parse(rows[0]?.sampledAt);
    // Between two answers there may have been a sample that none of them told of.
    if (now() - this.#heard > GAP_INTERVALS * this.known.intervalMs) this.store.cut();
    this.#heard = now();
    // A stale answer, or the same sample once more, is no new point.
    const base = Number(headers.get("X-Lalin-Time-Base")) || null;
    if (state === "live" && t > 0) {
      if (base !== this.clock.base && t < this.newest.t) this.#turn(null);
      else this.#trust(t);
      this.clock.add(base, [], this.hello?.epoch);
    }
    if (state !== "live" || !(t > (this.newest.t ?? 0))) return;
    for (const row of rows) this.store.add(row.key ?? row.name, t, row.rxBps, row.txBps);
    // The same for all of them; a row without rates has none.
    const { low, high } = rows.find((row) => row.low !== undefined) ?? {};
    this.store.doubt(t, low, high);
    this.#moment(t);
    this.listener.ticked();
  }

  /** Takes in a stretch of the past that was asked for beside the stream. */
  took(window) {
    const { base, steps = [] } = window;
    // It was on its way while the server's clock was set: its times are not those of the points here.
    if (base !== undefined && this.clock.base !== null && base !== this.clock.base)
      throw new Error("told by another clock");
    this.store.merge(window);
    this.gaps.add(window.gaps);
    this.clock.add(this.clock.base, steps, this.hello?.epoch);
  }

  /** A server whose clock was set back would never again have a newer point: then the old curve goes. */
  #trust(t) {
    if (this.newest.t !== null && t <= this.newest.t - CLOCK_TURNED) this.#turn(null);
  }

  /** A whole window tells all that was by the server's clock as it is now: what was told by another one goes. */
  #rebase({ resumed, base, steps = [], t }) {
    if (t.length > 0 && !resumed && this.newest.t !== null) {
      const back = this.clock.backBy(steps, this.hello?.epoch);
      if (back !== null) this.#turn(back);
      else if (t.at(-1) < this.newest.t) this.#turn(null);
    }
    this.clock.add(base, steps, this.hello?.epoch);
  }

  #turn(ms) {
    this.store.clear();
    this.newest = { t: null, came: 0 };
    this.clock.forget();
    this.gaps.shift(ms);
    this.listener.turned?.(ms);
  }

  /** Why there is a gap, where it was the server's clock: the kind of reason; null where it was not. */
  clockIn(range) {
    return this.clock.kindIn(range);
  }

  #moment(t) {
    if (this.newest.t === null || t > this.newest.t) this.newest = { t, came: now() };
  }

  #setRouter(state) {
    this.known.router = state;
    this.known.routerRetryAt = state.retryInMs === undefined ? null : now() + state.retryInMs;
    if (state.ageMs !== undefined) this.known.sampledAt = now() - state.ageMs;
  }

  #listedBy = null;
  /** The list that the stream told, in the order of its ticks: changes go from there, whatever a poll told. */
  #told = [];

  #setInterfaces(list) {
    // Of another start of the server the numbers of the lines are other ones.
    const names = this.#listedBy === (this.hello?.epoch ?? null) ? renamed(this.interfaces, list) : new Map();
    this.#listedBy = this.hello?.epoch ?? null;
    if (names.size > 0) {
      this.store.rename(names);
      this.listener.renamed?.(names);
    }
    this.interfaces = list;
    this.facts = new Map(list.map((one) => [one.name, one]));
    this.listener.interfaces(list);
  }
}
