// What the tiles of the wall show, from what is known of routers and lines: rates, how full a link is, and the
// trouble by
// its cause. Does not touch the page.

import { lineKey } from "../data/lines-feed.js";
import { shareOf } from "../data/partial-sums.js";
import { causeName, causeOf } from "../trouble/causes.js";
import { fill, rateParts } from "../shared/format.js";
import { lasting } from "../routers/router-trouble.js";
import { standing } from "../routers/router-summary.js";
/** @import { LinesFeed } from "../data/lines-feed.js" */
/** @import { RouterEntry } from "../data/types.js" */
/** @import { Tile } from "./wall-pages.js" */
/** @import { LineView, TileView } from "./wall-tile.js" */

export class WallView {
  /** By router id. */
  /** @type {Map<string, RouterEntry>} */
  #routers = new Map();

  /**
   * @param {object} page
   * @param {LinesFeed} page.feed
   * @param {Record<string, string>} page.texts
   * @param {string} page.lang
   * @param {(date: Date) => string} page.clock
   * @param {() => number} [page.now] ms since 1970
   */
  constructor({ feed, texts, lang, clock, now = () => Date.now() }) {
    this.feed = feed;
    this.texts = texts;
    this.lang = lang;
    this.clock = clock;
    this.now = now;
  }

  routers(/** @type {RouterEntry[]} */ list) {
    this.#routers = new Map(list.map((router) => [router.id, router]));
  }

  /** @returns {TileView} */
  tile(/** @type {Tile} */ { title, lines, router }, /** @type {number} */ windowMs) {
    const views = router ? [this.#bare(router)] : lines.map((line) => this.line(line));
    const bad = views.every(({ trouble }) => trouble !== "");
    const [first] = views;
    const id = router ?? lines[0].router;
    const newest = Math.max(...views.map(({ series }) => series?.last || 0));
    // In an outage time goes on.
    const to = bad ? this.now() : newest || this.now();
    return {
      title,
      lines: views,
      bad,
      since: bad ? this.#since(id) : "",
      last: bad && views.length === 1 ? this.#last(first) : "",
      range: { from: to - windowMs, to },
    };
  }

  /** @returns {LineView} */
  line({ router, interface: name }) {
    const line = { router, interface: name };
    const known = this.feed.line(line);
    const { down, up } = this.feed.rates(line);
    return {
      key: lineKey(line),
      router: this.#routers.get(router)?.name ?? router,
      name,
      facts: known?.facts ?? null,
      series: known?.series ?? null,
      down,
      up,
      share: known ? (shareOf(known.facts, down, up)?.share ?? null) : null,
      trouble: this.#trouble(router, known?.facts ?? null),
    };
  }

  /** A router of which no line is known. */
  #bare(id) {
    const name = this.#routers.get(id)?.name ?? id;
    return {
      key: id,
      router: name,
      name: "",
      facts: null,
      series: null,
      down: null,
      up: null,
      share: null,
      trouble: this.#trouble(id, null),
    };
  }

  /** What is wrong, by its name: the router's trouble, or a line without a link. */
  #trouble(id, facts) {
    const { texts } = this;
    const entry = this.#routers.get(id);
    const streamed = this.feed.router(id);
    if (streamed?.removed || (this.#routers.size > 0 && !entry)) return texts.wall_removed;
    if (entry?.enabled === false) return texts["standing.off"];
    const cause = causeOf(streamed?.state ?? entry?.state);
    if (cause !== null) return causeName(cause, texts);
    if (facts && (facts.disabled || !facts.running)) return texts.wall_down;
    return "";
  }

  #since(id) {
    const state = this.feed.router(id)?.state ?? this.#routers.get(id)?.state;
    const seen = Date.parse(this.#routers.get(id)?.state.sampledAt ?? state?.sampledAt ?? "");
    return Number.isNaN(seen) ? "" : lasting(this.now() - seen, this.texts);
  }

  /** The last figures that were known, and when. */
  #last({ series, facts }) {
    if (!series) return "";
    const { t, rx, tx } = series;
    let at = t.length - 1;
    while (at >= 0 && (Number.isNaN(rx[at]) || Number.isNaN(tx[at]))) at--;
    if (at < 0) return "";
    const [down, up] = facts?.pointOfView === "customer" ? [tx[at], rx[at]] : [rx[at], tx[at]];
    const text = (bps) => Object.values(rateParts(bps, this.lang)).join(" ");
    return fill(this.texts.wall_last, { time: this.clock(new Date(t[at])), down: text(down), up: text(up) });
  }

  /** What all the tiles' lines carry, each line once; of how many it is not known; which are down. */
  sums(/** @type {Tile[]} */ tiles) {
    const lines = new Map(tiles.flatMap(({ lines }) => lines.map((line) => [lineKey(line), line])));
    let [down, up, unknown] = [null, null, 0];
    for (const line of lines.values()) {
      const rates = this.feed.rates(line);
      if (rates.down === null || rates.up === null) unknown++;
      if (rates.down !== null) down = (down ?? 0) + rates.down;
      if (rates.up !== null) up = (up ?? 0) + rates.up;
    }
    return { down, up, unknown };
  }

  /** How the routers of these tiles stand: how many are live, and the troubles by name. */
  standings(/** @type {Tile[]} */ tiles) {
    const ids = new Set(
      tiles.flatMap(({ lines, router }) => [...(router ? [router] : []), ...lines.map((l) => l.router)]),
    );
    const troubles = [];
    let live = 0;
    for (const id of ids) {
      const trouble = this.#trouble(id, null);
      const entry = this.#routers.get(id);
      if (trouble) troubles.push({ name: entry?.name ?? id, trouble });
      else if (entry && ["live", "late"].includes(standing(entry))) live++;
    }
    return { live, troubles };
  }

  /** Each tile's line, and whether it is down; null while that is not known. */
  *falls(/** @type {Tile[]} */ tiles) {
    for (const { lines, router } of tiles) {
      if (router) yield/** @type {[string, boolean|null]} */ ([router, this.#trouble(router, null) !== ""]);
      for (const line of lines) {
        const { trouble, facts } = this.line(line);
        yield/** @type {[string, boolean|null]} */ ([lineKey(line), trouble !== "" ? true : facts ? false : null]);
      }
    }
  }
}
