// The chart with its controls: which interfaces are shown, which time range, and in which mode and unit.

import { Chart } from "./chart.js";
import { PALETTE } from "./palette.js";
import { KeyboardCursor } from "./keyboard-cursor.js";
import { MODES, curves, extent, place } from "./curves.js";
import { query } from "../data/live-feed.js";
import { duration, fill, shortName, unit, UNIT_NAMES, useUnit } from "../shared/format.js";
import { explained } from "./gap-words.js";
import { gaps, reasonOf, GapReasons } from "../data/gaps.js";
import { rates } from "./hover-label.js";
import { lazyImport } from "../shared/lazy-import.js";
import { limitLine, linkLimits } from "./link-limits.js";
import { StatisticsTable } from "./statistics-table.js";
import { RecentPast } from "../data/recent-past.js";
import { direction } from "../interfaces/direction.js";
import { choice as preference, decide, recall, remember } from "../shared/preferences.js";
import { AxisTop } from "./axis-scale.js";
import { TimeSpan } from "./time-span.js";
import { GAP_INTERVALS } from "../data/point-store.js";
/** @import { PointStore } from "../data/point-store.js" */
import { downsample } from "./downsample.js";
import { ChartTools } from "./chart-tools.js";
import { banded, bands, uncertaintyWords } from "./uncertainty.js";
import { dragZoom } from "./drag-zoom.js";
/** @import { InterfaceChoice } from "../interfaces/interface-choice.js" */
/** @import { LiveFeed } from "../data/live-feed.js" */
/** @import { Scene, Texts } from "../data/types.js" */

/** A server that does not say how far back it remembers remembers this, ms. */
const RECENT = 600_000;
/** What is seen is kept at most this long while the view stands still, ms. */
const KEPT = 4 * 3_600_000;
/** The figures under the chart change this often at most, ms. */
const FIGURES = 1_000;

const byId = (id) => document.getElementById(id);

export class ChartPanel {
  #drawn = "";
  /** @type {Scene} */
  #scene = {
    names: [],
    table: [[]],
    range: { from: 0, to: 0 },
    gaps: [],
    factors: { low: [], high: [] },
    doubtful: false,
  };
  #tops = [new AxisTop(), new AxisTop()];
  #shape = "";
  #reasons = new GapReasons();
  #figures = null;
  #figuresAt = 0;

  /**
   * @param {{lang: string, texts: Texts, store: PointStore, feed: LiveFeed, choice: InterfaceChoice, redraw: () =>
   *   void}} page
   */
  constructor({ lang, texts, store, feed, choice, redraw }) {
    this.lang = lang;
    this.texts = texts;
    this.store = store;
    this.feed = feed;
    this.choice = choice;
    this.redraw = redraw;
    this.mode = preference("mode", MODES);
    useUnit(preference("unit", UNIT_NAMES));
    const wanted = Number(recall("window"));
    this.span = new TimeSpan(wanted >= 60_000 ? wanted : 60_000);
    this.wanted = this.span.windowMs;
    this.side = (name) => direction(name, feed.facts.get(name));
    const root = byId("chart");
    this.chart = new Chart(root, { lang, side: this.side });
    this.measures = new StatisticsTable(byId("measures"), { lang, texts, side: this.side });
    const seen = () => ({ ...this.#scene, mode: this.mode });
    const out = lazyImport(async () => {
      const { ChartExport } = await import("./export.js");
      return new ChartExport({
        lang,
        texts,
        chart: this.chart,
        router: () => feed.hello?.router,
        seen,
        words: (range) => this.#rangeText(range),
      });
    });
    const shortcutHelp = lazyImport(async () => (await import("../app/keyboard-shortcuts.js")).shortcutHelp(texts));
    this.help = () => shortcutHelp((open) => open());
    this.past = new RecentPast({
      ask: (names, seconds, signal) =>
        fetch(query("/api/v1/window", { interface: names, window: seconds }), { signal, cache: "no-store" }),
      took: (window) => {
        feed.took(window);
        redraw();
      },
    });
    this.tools = new ChartTools({
      bar: byId("chart-bar"),
      windows: byId("windows"),
      texts,
      window: (ms) => this.window(ms),
      mode: (mode) => this.setMode(mode),
      unit: (name) => this.setUnit(name),
      pause: () => this.pause(),
      live: () => this.live(),
      more: {
        png: () => out((it) => it.png()),
        csv: () => out((it) => it.csv()),
        table: () => out((it) => it.table()),
        help: this.help,
      },
    });
    this.cross = new KeyboardCursor(root, {
      seen: () => this.#scene,
      point: (t) => this.chart.point(t),
      words: (t) => this.#words(t),
      pan: (part) => this.#moved(() => this.span.pan(part * this.#length(), feed.edge(), this.#oldest())),
      scale: (factor, at) =>
        this.#moved(() => this.span.scale(factor, at ?? this.range().to, feed.edge(), this.#oldest())),
    });
    dragZoom(root, {
      plot: () => this.chart.plot,
      zoom: (from, to) => this.#moved(() => this.span.zoom(from, to, feed.edge(), this.#oldest())),
      pan: (ms) => this.#moved(() => this.span.pan(ms, feed.edge(), this.#oldest())),
      scale: (factor, at) => this.#moved(() => this.span.scale(factor, at, feed.edge(), this.#oldest())),
      reset: () => this.unzoom(),
      tap: (t) => this.cross.show(t),
    });
  }

  /** What is seen, {from, to} in ms; for the cards too. */
  range() {
    return this.span.range(this.feed.edge());
  }

  /** The server said who it is: the stream began, or began anew. */
  greeted(hello) {
    const { t } = this.feed.newest;
    if (t !== null) this.past.returned(t);
    if (hello.epoch !== this.epoch) this.past.forget();
    this.epoch = hello.epoch;
    this.#fitWindow();
  }

  /**
   * The machine slept for so long, ms: that is why there is a gap, and what is missing may be longer than the stream's
   * past.
   */
  slept(ms) {
    const { newest } = this.feed;
    if (newest.t === null) return;
    this.#reasons.note(newest.t + performance.now() - newest.came - ms, "asleep");
    this.past.returned(newest.t);
  }

  /** The server's clock was set back, by -ms where that is known: what was is told anew, by the new one. */
  turned(ms) {
    this.past.forget();
    this.span.shift(ms);
    this.#reasons.shift(ms);
    this.cross.leave();
    this.#drawn = "";
  }

  /** Whether a reload would lose what somebody is looking at. */
  held() {
    return this.span.paused || this.span.zoomed;
  }

  /** Notes the state, to explain gaps later; also while the page is hidden. */
  note(state) {
    const { feed } = this;
    const { known, newest } = feed;
    if (newest.t === null) return;
    this.#reasons.note(newest.t + performance.now() - newest.came, ...reasonOf(state, known, document.hidden));
  }

  draw() {
    const { feed, store, span, mode, chart } = this;
    const { names } = this.choice;
    const edge = feed.edge();
    const range = span.range(edge);
    this.tools.show({
      windowMs: span.windowMs,
      recentMs: this.#recent(),
      mode,
      unit: unit(),
      paused: span.paused,
      following: span.following,
      behind: span.behind(edge),
    });
    // Points of a paused view must not be forgotten while it is shown.
    store.keep(names, Math.min(KEPT, Math.max(this.#recent(), edge - range.from + 10_000)));
    if (feed.known.stopped) this.past.stop();
    else if (feed.hello?.recentMs && feed.newest.t !== null)
      this.past.want(names, Math.max(range.from, edge - this.#recent()), edge, (name) => store.points(name).t[0]);

    // Nothing changed in what is seen: nothing is drawn.
    const gapMs = GAP_INTERVALS * store.intervalMs;
    const inside = names.map((name) => {
      const points = store.points(name);
      return [
        points.at(range.from),
        points.at(range.to + 1) - points.at(range.from),
        points.length > 0,
        feed.facts.get(name)?.linkBps,
        this.side(name).down,
      ];
    });
    const drawn = JSON.stringify([range, names, mode, unit(), gapMs, inside.map(([, ...rest]) => rest)]);
    if (drawn === this.#drawn && !chart.stale) return;
    this.#drawn = drawn;
    this.#draw(names, range, gapMs);
    this.cross.follow();
    this.#soonFigures();
  }

  #draw(names, range, gapMs) {
    const { store, feed, mode, chart } = this;
    const since = store.enters(names, range.from);
    const table = store.table(names, since);
    const lines = curves(table, mode, gapMs);
    const earlier = names.some((name) => store.points(name).t[0] < since);
    const found = gaps(table, range.from, range.to, gapMs, earlier).map((gap) =>
      explained(gap, feed, this.#reasons, this.texts),
    );
    const { most, least } = extent(lines, range.from, range.to);
    const links = linkLimits(names, table, mode, (name) => feed.facts.get(name)?.linkBps, range).map((limit) =>
      limitLine(limit, names, this.texts, this.lang),
    );
    const shape = JSON.stringify([names, mode, unit(), this.span.windowMs, this.span.zoomed]);
    if (shape !== this.#shape) this.#tops.forEach((top) => top.reset());
    this.#shape = shape;
    const limit = links.reduce((highest, { bps }) => Math.max(highest, bps), 0);
    const lowest = links.reduce((deepest, { bps }) => Math.min(deepest, bps), 0);
    const now = performance.now();
    const top = this.#tops[0].fit(Math.max(most, limit), unit(), now);
    // Below zero there is room for a few words at least.
    const bottom = mode === "lines" ? 0 : -this.#tops[1].fit(Math.max(-least, -lowest), unit(), now, top / 10);
    const factors = store.factorsAt(table[0]);
    const doubts = bands(lines, factors, banded(names.length, mode), { ...range, width: chart.width });
    this.#scene = { names, table, range, gaps: found, factors, doubtful: doubts.length > 0 };
    const drawn = downsample(lines, range.from, range.to, chart.width);
    chart.draw({
      names,
      mode,
      unit: unit(),
      table,
      drawn,
      ...range,
      top,
      bottom,
      gaps: found,
      limits: links,
      doubts,
      factors,
    });
  }

  #words(t) {
    const { names, table, gaps: all, factors } = this.#scene;
    const row = place(table[0], t / 1000 - 1e-4);
    const gap = all.find(({ from, to }) => t > from && t < to);
    if (gap) return `${this.chart.clock(t)}: ${gap.why}`;
    const each = names.map((name, at) => `${shortName(name)} ${rates(name, at, table, row, this.lang, this.side)}`);
    const doubt = uncertaintyWords(factors.low[row], factors.high[row]);
    return `${this.chart.clock(t)}: ${each.join("; ")}${doubt && ` (${doubt})`}`;
  }

  /** Under the chart, after it was drawn, and not with every drawing. */
  #soonFigures() {
    if (this.#figures !== null) return;
    // Of an hour one tick more changes little, and there is much to reckon.
    const pause = this.span.following ? Math.max(FIGURES, this.span.windowMs / 600) : FIGURES;
    const wait = Math.max(0, this.#figuresAt + pause - performance.now());
    this.#figures = setTimeout(() => {
      this.#figures = null;
      this.#figuresAt = performance.now();
      const { names, range } = this.#scene;
      const title = fill(this.texts.visible, { range: this.#rangeText(range) });
      this.measures.show(
        names,
        PALETTE,
        (name) => this.store.points(name),
        range,
        this.store.intervalMs,
        title,
        this.store.factors,
      );
    }, wait);
  }

  #rangeText({ from, to }) {
    return `${this.chart.clock(from)} – ${this.chart.clock(to)} (${duration(to - from)})`;
  }

  #recent() {
    return this.feed.hello?.recentMs ?? RECENT;
  }

  #oldest() {
    return Math.min(this.feed.edge() - Math.max(this.#recent(), this.span.windowMs), this.range().from);
  }

  #length() {
    const { from, to } = this.range();
    return to - from;
  }

  #moved(move) {
    if (this.feed.newest.t === null) return;
    move();
    this.redraw();
  }

  /** The remembered window, as far as this server remembers. */
  #fitWindow() {
    this.span.windowMs = Math.max(60_000, Math.min(this.wanted, this.#recent()));
  }

  window(ms) {
    this.span.unzoom();
    this.span.windowMs = this.wanted = ms;
    remember("window", ms);
    this.redraw();
  }

  longer(by) {
    this.window(this.tools.step(this.span.windowMs, by) ?? this.span.windowMs);
  }

  pause() {
    // On a wall screen nobody would notice that it is paused.
    if (document.documentElement.hasAttribute("data-kiosk")) return;
    if (this.span.paused) this.live();
    else this.#moved(() => this.span.pause(this.feed.edge()));
  }

  live() {
    this.span.live();
    this.redraw();
  }

  /** @returns {boolean} whether there was a zoom to leave */
  unzoom() {
    const { zoomed } = this.span;
    this.span.unzoom();
    if (zoomed) this.redraw();
    return zoomed;
  }

  setMode(mode) {
    this.mode = mode;
    decide("mode", mode);
    this.redraw();
  }

  setUnit(name) {
    useUnit(name);
    decide("unit", name);
    this.redraw();
  }

  nextMode() {
    this.setMode(MODES[(MODES.indexOf(this.mode) + 1) % MODES.length]);
  }

  nextUnit() {
    const names = UNIT_NAMES;
    this.setUnit(names[(names.indexOf(unit()) + 1) % names.length]);
  }
}
