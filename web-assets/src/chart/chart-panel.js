// The chart with its controls and its legend: which lines are shown, which time range, and in which mode, unit, scale.
// Long because it is the one place that connects all of them.

import { Chart } from "./chart.js";
import { ChartTools, windowSpoken } from "./chart-tools.js";
import { SCALES } from "./chart-scale.js";
import { laterTools } from "./later-tools.js";
import { MODES } from "./curves.js";
import { SceneMaker } from "./scene.js";
import { TimeSpan } from "./time-span.js";
import { reasonOf, GapReasons } from "../data/gaps.js";
import { query } from "../data/live-feed.js";
import { shareOf } from "../data/partial-sums.js";
import { GAP_INTERVALS } from "../data/point-store.js";
import { RecentPast } from "../data/recent-past.js";
import { direction, turn } from "../interfaces/direction.js";
import { titleOf } from "../interfaces/line-settings.js";
import { FiguresTimer } from "../legend/figures-timer.js";
import { LineFigures } from "../legend/line-figures.js";
import { duration, fill, unit, UNIT_NAMES, useUnit } from "../shared/format.js";
import { lazyImport } from "../shared/lazy-import.js";
import { choice as preference, decide, recall, remember } from "../shared/preferences.js";
/** @import { InterfaceChoice } from "../interfaces/interface-choice.js" */
/** @import { FaultCounts } from "../data/fault-counts.js" */
/** @import { LiveFeed } from "../data/live-feed.js" */
/** @import { PointStore } from "../data/point-store.js" */
/** @import { Facts, Scene, Texts } from "../data/types.js" */

/** A server that does not say how far back it remembers remembers this, ms. */
const RECENT = 600_000;
/** What is seen is kept at most this long while the view stands still, ms. */
const KEPT = 7 * 3_600_000;
/** Without a window that somebody chose this one is shown, ms. */
const USUAL = 300_000;

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
    unit: { name: "Mbps", bps: 1e6 },
  };
  #reasons = new GapReasons();
  /** @type {import("../legend/legend-table.js").LegendTable|null} */
  legend = null;
  /** @type {import("./keyboard-cursor.js").KeyboardCursor|null} */
  cross = null;
  #timer = new FiguresTimer(() => this.#reckon());
  /** What was last known of each: a line that is gone is still a customer's. */
  #facts = new Map();
  /** Where there is room the legend stands under the chart; else cards, which are not here. */
  #wide = matchMedia("(min-width: 960px)");
  /** @type {((range: import("../data/types.js").Range) => void)|null} shows what is older than the live chart */
  beyond = null;
  /** What the visible time comes to. */
  figures = new LineFigures();

  /**
   * @param {{lang: string, texts: Texts, store: PointStore, feed: LiveFeed, choice: InterfaceChoice,
   *   faults: FaultCounts, redraw: () => void}} page
   */
  constructor({ lang, texts, store, feed, choice, faults, redraw }) {
    this.lang = lang;
    this.texts = texts;
    this.store = store;
    this.feed = feed;
    this.choice = choice;
    this.faults = faults;
    this.redraw = redraw;
    this.mode = preference("mode", MODES);
    this.scale = preference("scale", SCALES);
    useUnit(preference("unit", UNIT_NAMES));
    const wanted = Number(recall("window"));
    this.span = new TimeSpan(wanted >= 60_000 ? wanted : USUAL);
    this.wanted = this.span.windowMs;
    this.side = (name) => direction(name, this.factsOf(name));
    const root = byId("chart");
    this.chart = new Chart(root, { lang, texts, side: this.side, title: titleOf });
    this.legends = lazyImport(async () => {
      const { LegendTable } = await import("../legend/legend-table.js");
      return new LegendTable(byId("legend"), {
        lang,
        texts,
        remove: (name) => {
          choice.toggle(name);
          byId("picker-search").focus();
        },
        lift: (name) => this.chart.lift(name),
        turn: (name) => turn(name, this.factsOf(name)),
      });
    });
    this.maker = new SceneMaker({
      lang,
      texts,
      store,
      feed,
      reasons: this.#reasons,
      side: this.side,
      facts: (name) => this.factsOf(name),
      clock: this.chart.clock,
    });
    const { help, share, more } = laterTools({
      lang,
      texts,
      chart: this.chart,
      router: () => feed.hello?.router,
      lines: () => [...choice.names],
      seen: () => ({ ...this.#scene, mode: this.mode }),
      side: this.side,
      title: titleOf,
      figures: this.figures,
      words: (range) => this.#rangeText(range),
    });
    this.help = help;
    this.past = new RecentPast({
      ask: (names, seconds, signal) =>
        fetch(query("/api/v1/window", { interface: names, window: seconds }), { signal, cache: "no-store" }),
      took: (window) => {
        feed.took(window);
        // The figures below are of more now.
        this.#timer.anew();
        redraw();
      },
      reach: () => feed.hello?.recentMs,
    });
    this.tools = new ChartTools({
      bar: byId("chart-bar"),
      windows: byId("windows"),
      texts,
      window: (ms) => this.window(ms),
      mode: (mode) => this.setMode(mode),
      unit: (name) => this.setUnit(name),
      scale: (scale) => this.setScale(scale),
      pause: () => this.pause(),
      live: () => this.live(),
      unzoom: () => this.unzoom(),
      share,
      more,
    });
    this.hands = lazyImport(async () => {
      const { interaction } = await import("./interaction.js");
      const made = interaction(root, this.chart, {
        lang,
        texts,
        router: () => feed.hello?.router?.id,
        side: this.side,
        scene: () => this.#scene,
        range: () => this.range(),
        moved: (move) => this.#moved(move),
        beyond: (range) => this.beyond?.(range),
        reset: () => this.unzoom(),
      });
      redraw();
      return made;
    });
  }

  /** What the server said of a line last. */
  factsOf(/** @type {string} */ name) {
    return /** @type {Facts|undefined} */ (this.feed.facts.get(name) ?? this.#facts.get(name));
  }

  /**
   * What is told of a line now, for the legend and the cards.
   * @returns {import("../legend/legend-table.js").LineView}
   */
  line(/** @type {string} */ name) {
    const facts = this.feed.facts.get(name) ?? null;
    const side = this.side(name);
    const now = this.feed.rates(name);
    const [down, up] = [now[side.down], now[side.up]];
    const share = shareOf(this.factsOf(name) ?? null, down, up);
    return { facts, title: titleOf(name), side, down, up, share, faults: this.faults.of(name) };
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
    this.cross?.leave();
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

  /** @param {boolean} dim the figures are not of now */
  draw(dim = false) {
    const { feed, store, span, mode, scale } = this;
    const { names } = this.choice;
    const edge = feed.edge();
    const range = span.range(edge);
    this.#remember(names);
    this.tools.show({
      windowMs: span.windowMs,
      recentMs: this.#recent(),
      mode,
      unit: unit(),
      scale,
      paused: span.paused,
      zoomed: span.zoomed,
      following: span.following,
      behind: span.behind(edge),
      some: names.length > 0,
    });
    // Points of a paused view must not be forgotten while it is shown.
    store.keep(names, Math.min(KEPT, Math.max(this.#recent(), edge - range.from + 10_000)));
    if (feed.known.stopped) this.past.stop();
    else if (feed.hello?.recentMs && feed.newest.t !== null)
      this.past.want(names, Math.max(range.from, edge - this.#recent()), edge, (name) => store.points(name).t[0]);
    this.#draw(names, range);
    const shown = this.wide ? names : [];
    if (this.legend) this.legend.show(shown, (name) => this.line(name), this.#scene.unit, dim);
    // A phone never needs it.
    else if (shown.length > 0) {
      this.legends((made) => {
        if (this.legend) return;
        this.legend = made;
        this.#drawn = "";
        this.#timer.anew();
        this.redraw();
      });
    }
  }

  /** Whether the legend is shown; else the cards are. */
  get wide() {
    return this.#wide.matches && !document.documentElement.hasAttribute("data-kiosk");
  }

  #draw(names, range) {
    const { store, mode, scale, chart } = this;
    // Nothing changed in what is seen: nothing is drawn.
    const gapMs = GAP_INTERVALS * store.intervalMs;
    const inside = names.map((name) => {
      const points = store.points(name);
      const { linkBps, limitDownBps, limitUpBps } = this.factsOf(name) ?? {};
      const count = points.at(range.to + 1) - points.at(range.from);
      return [count, points.length > 0, linkBps, limitDownBps, limitUpBps, this.side(name).down, titleOf(name)];
    });
    const drawn = JSON.stringify([range, names, mode, scale, unit(), gapMs, inside]);
    if (drawn === this.#drawn && !chart.stale) return;
    this.#drawn = drawn;
    const look = { mode, unit: unit(), scale, gapMs, width: chart.width, quiet: false };
    const { scene, drawing } = this.maker.make(names, range, {
      ...look,
      window: [this.span.windowMs, this.span.zoomed],
    });
    this.#scene = scene;
    chart.draw(drawing);
    if (this.cross) this.cross.follow();
    else this.hands((cross) => (this.cross = cross));
    const { following, windowMs } = this.span;
    const looked = JSON.stringify([names, names.map((name) => this.side(name).down), windowMs, following]);
    this.#timer.soon(looked, following ? windowMs : 0);
  }

  #remember(names) {
    for (const name of this.#facts.keys()) if (!names.includes(name)) this.#facts.delete(name);
    for (const name of names) if (this.feed.facts.has(name)) this.#facts.set(name, this.feed.facts.get(name));
  }

  /** What stands under the chart. */
  #reckon() {
    const { names, range } = this.#scene;
    const { store } = this;
    this.figures.reckon(names, (name) => store.points(name), this.side, range, store.intervalMs, store.factors);
    const exactly = this.#rangeText(range);
    const title = this.span.following
      ? fill(this.texts.window_last, { n: windowSpoken(this.span.windowMs, this.texts) })
      : `${this.chart.clock(range.from)} – ${this.chart.clock(range.to)}`;
    if (this.wide) this.legend?.measure(names, this.figures, title, exactly);
    else this.redraw();
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

  #moved(move) {
    if (this.feed.newest.t === null) return;
    move(this.span, this.feed.edge(), this.#oldest());
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
    else this.#moved((span, edge) => span.pause(edge));
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

  setScale(scale) {
    this.scale = scale;
    decide("scale", scale);
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
