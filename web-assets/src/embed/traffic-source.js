// The data of embedded elements. Elements with the same router and token share one stream, which starts with the first,
// ends after the last, and pauses while the page is hidden.

import { LiveFeed, parametersOf } from "../data/live-feed.js";
import { GapReasons, reasonOf } from "../data/gaps.js";
import { joined } from "../data/interface-names.js";
import { RecentPast } from "../data/recent-past.js";
import { PointStore } from "../data/point-store.js";
/** @import { Problem, World } from "../data/types.js" */

/** An element that is moved is taken out and put in again: so long the stream stays, ms. */
const GRACE = 1_000;
/** Elements that appear one after the other are asked for together, ms. */
const TOGETHER = 30;
/** A page that nobody sees for this long, ms, leaves; on return it catches up. */
export const HIDDEN = 30_000;
/** What was refused is asked for again, ms: rights change. */
export const AGAIN = 60_000;
const BEAT = 500;
/** The stream itself brings this much of the past at most, s; more is asked for beside it. */
const STREAMED = 600;
/** Kept beyond what is seen, so that a line enters from the left edge, ms. */
const MARGIN = 15_000;
/** A longer address is cut off by some proxies: then everything is asked for. */
const LONGEST_LIST = 4_000;

/** What a refusal means, by its code. */
const REFUSALS = {
  "login-needed": "embed.token",
  "wrong-login": "embed.token",
  "setup-needed": "embed.token",
  forbidden: "embed.forbidden",
  "unknown-router": "embed.router",
};
/** Passes by itself. */
const PASSING = ["too-many-viewers", "too-many-attempts", "no-data"];

export class TrafficSource {
  /** Why nothing can be shown: a text's key and what fills it; null where all is well. */
  problem = null;
  /** Whether the server said what interfaces there are. */
  listed = false;
  #members = new Set();
  /** What the stream was asked for; null where it does not run. */
  #asked = null;
  #timers = {};
  #ending = null;
  #probed = false;
  /** This server remembers less than is usual: it is not told how much. */
  #anyWindow = false;

  constructor({ base, router, token, ended }, /** @type {World} */ world) {
    this.base = base;
    this.router = router;
    this.token = token;
    this.ended = ended;
    this.world = world;
    this.store = new PointStore();
    this.reasons = new GapReasons();
    const changed = () => this.#tell();
    // Without `Last-Event-ID`: a header that asks for permission first costs more than the few points it saves.
    const ask = {
      /** @param {string} url */
      fetch: (url, /** @type {RequestInit} */ { headers, ...options } = {}) =>
        world.fetch(url, { ...options, referrerPolicy: "no-referrer" }),
      setTimeout: (then, ms) => world.setTimeout(then, ms),
      clearTimeout: (id) => world.clearTimeout(id),
    };
    this.feed = new LiveFeed(
      this.store,
      {
        changed,
        ticked() {},
        greeted: (hello) => this.#greeted(hello),
        interfaces: () => (this.listed = true),
        turned: (ms) => {
          this.past.forget();
          this.reasons.shift(ms);
        },
        refused: (problem) => this.#refused(problem),
        ended: (reason) => this.#ended(reason),
      },
      { address: (path) => this.#address(path), world: ask },
    );
    this.past = new RecentPast({
      ask: (names, seconds, signal) => {
        const url = this.#url("api/v1/window", { interface: names, window: seconds });
        return ask.fetch(url, { signal, cache: "no-store" });
      },
      took: (window) => {
        this.feed.took(window);
        this.#tell();
      },
    });
  }

  join(member) {
    this.world.clearTimeout(this.#timers.end);
    this.#members.add(member);
    if (!this.#ending) this.#begin();
    this.#fit();
  }

  leave(member) {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.world.clearTimeout(this.#timers.end);
    this.#timers.end = this.world.setTimeout(() => this.#end(), GRACE);
  }

  #begin() {
    const { world, feed } = this;
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    const { document } = world;
    const visibility = () => {
      world.clearTimeout(this.#timers.hidden);
      if (document.hidden) this.#timers.hidden = world.setTimeout(() => this.#pause(), HIDDEN);
      else this.#resume();
    };
    document.addEventListener("visibilitychange", visibility, { signal });
    world.addEventListener("pagehide", () => this.#pause(), { signal });
    world.addEventListener("pageshow", (event) => event.persisted && this.#resume(), { signal });
    world.addEventListener("offline", () => (feed.known.offline = true), { signal });
    world.addEventListener(
      "online",
      () => {
        feed.known.offline = false;
        feed.stream.tryNow();
      },
      { signal },
    );
    document.addEventListener("securitypolicyviolation", (event) => this.#forbidden(event), { signal });
    this.#timers.beat = world.setInterval(() => this.#beat(), BEAT);
    // The page may have been opened in a background tab.
    if (document.hidden) visibility();
  }

  #end() {
    this.#ending?.abort();
    this.#ending = null;
    this.world.clearInterval(this.#timers.beat);
    for (const timer of Object.values(this.#timers)) this.world.clearTimeout(timer);
    this.#pause();
    this.ended();
  }

  #pause() {
    this.#asked = null;
    this.world.clearTimeout(this.#timers.fit);
    this.world.clearTimeout(this.#timers.again);
    this.past.stop();
    this.feed.leave();
  }

  #resume() {
    if (this.#members.size > 0 && !this.#asked) this.#fit();
  }

  /** Asks anew where what is asked for is not enough. */
  #fit() {
    const names = new Set([...this.#members].flatMap((member) => member.names));
    const ms = Math.max(...[...this.#members].map((member) => member.windowMs));
    this.store.windowMs = ms + MARGIN;
    if (names.size === 0) return;
    const covered = this.#asked && ms <= this.#asked.ms && [...names].every((name) => this.#asked.names.has(name));
    if (covered) return;
    this.world.clearTimeout(this.#timers.fit);
    this.#timers.fit = this.world.setTimeout(() => {
      this.#asked = { names, ms };
      this.listed = false;
      this.feed.leave();
      this.feed.start();
    }, TOGETHER);
  }

  #url(path, parameters = {}) {
    const url = new URL(path, this.base);
    if (this.router) url.searchParams.set("router", this.router);
    if (this.token) url.searchParams.set("token", this.token);
    for (const [name, value] of parametersOf(parameters)) url.searchParams.append(name, value);
    return url.href;
  }

  #address(path) {
    if (path !== "/api/v1/stream") return this.#url(path.slice(1));
    const { names, ms } = this.#asked ?? { names: new Set(), ms: 0 };
    const list = joined([...names]);
    const parameters = this.#anyWindow ? {} : { window: Math.min(STREAMED, Math.ceil((ms + MARGIN) / 1000)) };
    const few = list.length > 0 && list.length <= LONGEST_LIST;
    return this.#url("api/v1/stream", few ? { ...parameters, interface: list, only: 1 } : parameters);
  }

  #greeted(hello) {
    this.problem = null;
    this.#probed = false;
    const { t } = this.feed.newest;
    if (t !== null) this.past.returned(t);
    if (hello.epoch !== this.epoch) this.past.forget();
    this.epoch = hello.epoch;
  }

  /** @returns {boolean} asking again at once is of no use */
  #refused(/** @type {Problem} */ { code, field, detail, title }) {
    if (code === "bad-parameter" && field === "window" && !this.#anyWindow) {
      this.#anyWindow = true;
      return false;
    }
    if (PASSING.includes(code)) return false;
    const key = REFUSALS[code] ?? "embed.refused";
    this.#hold(key, { router: this.router ?? "", detail: String(detail ?? title ?? code).slice(0, 300) });
    return true;
  }

  /** The right to it was taken back while it was seen. */
  #ended(reason) {
    if (reason === "access-changed") return false;
    this.#hold("embed.ended", {});
    return true;
  }

  /** It is of no use now, and every attempt would be a complaint in the host page's console: later once more. */
  #hold(key, values) {
    this.problem = { key, values };
    const asked = this.#asked;
    this.#pause();
    this.#asked = asked;
    this.#timers.again = this.world.setTimeout(() => {
      this.#probed = false;
      this.feed.start();
    }, AGAIN);
    this.#tell();
  }

  /** The host page's own policy is in the way. */
  #forbidden({ blockedURI, effectiveDirective }) {
    const { origin } = new URL(this.base);
    if (effectiveDirective !== "connect-src" || !String(blockedURI).startsWith(origin)) return;
    this.#hold("embed.policy", { server: origin });
  }

  #beat() {
    const { feed, world } = this;
    const { known, newest } = feed;
    if (newest.t !== null) {
      const t = newest.t + world.performance.now() - newest.came;
      this.reasons.note(t, ...reasonOf(feed.state(), known, world.document.hidden));
    }
    this.#want();
    if (known.failures > 1 && feed.hello === null && !this.#probed) this.#probe();
    this.#tell();
  }

  /** Asks for the older past, once for all, where the stream does not bring it. */
  #want() {
    const { feed, store } = this;
    const { recentMs } = feed.hello ?? {};
    if (!this.#asked || !recentMs || feed.newest.t === null || this.#asked.ms <= STREAMED * 1000) return;
    const edge = feed.edge();
    const from = edge - Math.min(this.#asked.ms, recentMs);
    this.past.want([...this.#asked.names], from, edge, (name) => store.points(name).t[0]);
  }

  /**
   * A browser does not say whether a server is down or does not allow this page. It can be told apart: a request whose
   * answer nobody may read succeeds where there is a server at all.
   */
  async #probe() {
    this.#probed = true;
    const { origin } = this.world.location;
    if (new URL(this.base).origin === origin) return;
    try {
      await this.world.fetch(new URL("healthz", this.base).href, {
        mode: "no-cors",
        cache: "no-store",
        referrerPolicy: "no-referrer",
      });
      if (this.feed.hello === null && this.#asked) this.#hold("embed.origin", { origin });
    } catch {
      // No server. Later there may be one.
      this.#timers.probe = this.world.setTimeout(() => (this.#probed = false), AGAIN);
    }
  }

  #tell() {
    for (const member of this.#members) member.changed();
  }
}
