// What was recorded, in the place of the live chart, which goes on behind it: which stretch is seen, in which
// resolution, beside the day or the week before. The address names it, so that a link shows a colleague the same
// minute. Moved or zoomed back to what live remembers, it is the live chart again.

import { FiredAlerts } from "../data/fired-alerts.js";
import { HistoryTiles } from "../data/history-tiles.js";
import { titleOf } from "../interfaces/line-settings.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { sentence } from "../shared/form.js";
import { fill, number, speed } from "../shared/format.js";
import { lineDirection } from "../usage/usage-rows.js";
import { coverageOf, figuresOf, pieces, stepAt } from "./history-figures.js";
import { historyHand } from "./history-hand.js";
import { causeWords, HistoryPicture } from "./history-picture.js";
import { HistoryTable } from "./history-table.js";
import { HistoryStrip } from "./history-strip.js";
import { COMPARED, DAY, ongoing, pointsOf, TimeWords, within, withRange } from "./history-time.js";
import { HistoryTools } from "./history-tools.js";
import { HistoryTop } from "./history-top.js";

/** @import { ChartPanel } from "../chart/chart-panel.js" */
/** @import { Range } from "../data/types.js" */

/** More curves cannot be told apart. */
const MOST_LINES = 8;
/** So many alerts of one moment are told. */
const MOST_ALERTS = 3;
/** What goes on is looked at again this often, ms. */
const ANEW = 10_000;
/** Round a moment that somebody jumps to at most so much is seen, ms. */
const AROUND = DAY / 4;

export class HistoryView {
  /** @type {Range} */
  #range = { from: 0, to: 0 };
  #follows = false;
  /** @type {"day"|"week"|null} */
  #compares = null;
  /** @type {number|null} a moment that somebody jumped to */
  #mark = null;
  /** @type {number|null} where the cross-hair is */
  #pointed = null;
  /** Something of what is seen could not be asked. */
  #failed = false;
  #frame = 0;
  #timer = 0;
  #router = "";
  #chosen = "";
  #size = { width: 0, height: 0 };
  /** What is drawn, for the cross-hair: each line's points. */
  #seen = { stepMs: 0, lines: new Map(), before: [] };

  /** @param {{panel: ChartPanel, stage: HTMLElement, lang: string, texts: Record<string, string>}} page */
  constructor({ panel, stage, lang, texts }) {
    this.panel = panel;
    this.stage = stage;
    this.lang = lang;
    this.texts = texts;
    this.words = new TimeWords(lang, texts);
    this.tiles = new HistoryTiles({
      ask: (name, from, to, step) => {
        const asked = { router: this.#router, interface: name, from, to, step: Math.max(1, Math.round(step / 1000)) };
        return api.get(
          `/api/v1/history?${new URLSearchParams(Object.entries(asked).map(([key, value]) => [key, String(value)]))}`,
        );
      },
      changed: () => this.#soon(),
    });
    this.root = element("section", "past");
    this.root.dataset.testid = "past-view";
    this.root.setAttribute("aria-label", texts.past);
    this.tools = new HistoryTools({
      texts,
      words: this.words,
      window: (ms) => this.#window(ms),
      step: (by) => this.#move(by),
      jump: (t) => this.#jump(t),
      compare: (before) => {
        this.#compares = before;
        this.#changed();
      },
      live: () => this.close(),
    });
    this.figure = element("div", "past-figure");
    this.figure.dataset.testid = "past-figure";
    this.figure.tabIndex = 0;
    this.figure.setAttribute("role", "group");
    this.figure.setAttribute("aria-label", texts.past_chart);
    this.label = element("div", "hover");
    this.label.hidden = true;
    this.foot = element("p", "past-foot");
    this.foot.setAttribute("role", "status");
    this.coverage = element("span");
    this.coverage.dataset.testid = "past-coverage";
    this.resolution = element("span");
    this.resolution.dataset.testid = "past-resolution";
    this.foot.append(this.coverage, this.resolution);
    this.table = new HistoryTable({ lang, texts, words: this.words });
    this.strip = new HistoryStrip({
      texts,
      words: this.words,
      see: (range) => this.#see(range),
      changed: () => this.#soon(),
    });
    this.alerts = new FiredAlerts({ lang, changed: () => this.#soon() });
    this.top = new HistoryTop({
      lang,
      texts,
      view: (name) => lineDirection(name, panel.factsOf(name)).view,
      open: (name) => panel.choice.set([name]),
    });
    const under = element("div", "past-below");
    under.append(this.table.root, this.top.root);
    this.root.append(this.tools.root, this.figure, this.foot, this.strip.root, under);
    this.picture = new HistoryPicture(this.figure, { lang, texts, words: this.words });
    this.figure.append(this.label);
    historyHand(this.figure, {
      picture: this.picture,
      zoom: (from, to) => this.#see({ from, to }),
      move: (part) => this.#move(part, true),
      scale: (factor, at) => this.#scale(factor, at),
      point: (t) => this.#point(t),
      pointed: () => this.#pointed,
      range: () => this.#range,
      leave: () => this.close(),
    });
    new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      this.#size = { width, height };
      this.#soon();
    }).observe(this.figure);
    document.addEventListener("visibilitychange", () => this.#soon());
  }

  /** Shows a stretch; null shows the last 24 hours. */
  open(/** @type {Range|null} */ range) {
    const now = Date.now();
    if (!this.root.isConnected) {
      this.stage.querySelector(".tools").after(this.root);
      const before = new URLSearchParams(location.search).get("compare");
      this.#compares = before === "day" || before === "week" ? before : null;
      this.#timer = window.setInterval(() => this.#beat(), ANEW / 10);
    }
    this.stage.toggleAttribute("data-past", true);
    this.root.toggleAttribute("data-loading", true);
    // It goes on behind this.
    this.panel.live();
    this.#see(range ?? { from: now - DAY, to: now });
    this.figure.focus({ preventScroll: true });
  }

  /** Back to the live chart. */
  close() {
    clearInterval(this.#timer);
    this.root.remove();
    this.stage.toggleAttribute("data-past", false);
    this.#mark = null;
    this.#point(null);
    history.replaceState(null, "", withRange(location.href, null, Date.now()));
    this.panel.live();
    document.getElementById("chart").focus({ preventScroll: true });
  }

  #see(/** @type {Range} */ range, mark = /** @type {number|null} */ (null)) {
    const now = Date.now();
    this.#range = within(range, now);
    this.#follows = ongoing(this.#range, now);
    this.#mark = mark;
    this.#changed();
  }

  #changed() {
    const address = withRange(location.href, this.#range, Date.now(), { compare: this.#compares });
    history.replaceState(null, "", address);
    this.#soon();
  }

  #window(ms) {
    const now = Date.now();
    const to = this.#follows ? now : Math.min(now, (this.#range.from + this.#range.to + ms) / 2);
    this.#see({ from: to - ms, to });
  }

  /** By a part of what is seen. */
  #move(part, byHand = false) {
    const { from, to } = this.#range;
    const by = part * (to - from);
    if (part > 0 && byHand && this.#live(to + by, to - from)) return;
    if (part > 0 && this.#follows) return;
    this.#see({ from: from + by, to: to + by });
  }

  #scale(factor, at = (this.#range.from + this.#range.to) / 2) {
    const { from, to } = this.#range;
    const end = this.#follows ? to : at + (to - at) * factor;
    const begin = this.#follows ? to - (to - from) * factor : at - (at - from) * factor;
    if (factor < 1 && this.#live(end, end - begin)) return;
    this.#see({ from: begin, to: end });
  }

  /** A stretch that the live chart has is seen there; from now on there is nothing else. */
  #live(to, length) {
    const recent = this.panel.feed.hello?.recentMs ?? 0;
    if (!ongoing({ to }, Date.now()) || length > recent) return false;
    const windows = [...this.panel.tools.windows.children].map((one) =>
      Number(/** @type {HTMLElement} */ (one).dataset.ms),
    );
    const fits = windows.filter((ms) => ms >= length);
    this.close();
    if (windows.length > 0) this.panel.window(fits[0] ?? windows[windows.length - 1]);
    return true;
  }

  #jump(t) {
    const span = Math.min(AROUND, this.#range.to - this.#range.from);
    this.#see({ from: t - span / 2, to: t + span / 2 }, t);
  }

  /** Time goes on, and somebody may choose other lines. */
  #beat() {
    if (document.hidden) return;
    const now = Date.now();
    // What could not be asked is asked again.
    if (this.#failed) this.#soon();
    const names = this.#names().map((name) => [titleOf(name), this.panel.side(name).down]);
    const chosen = `${this.panel.feed.hello?.router?.id} ${names}`;
    if (chosen !== this.#chosen) {
      this.#chosen = chosen;
      this.#soon();
    }
    if (!this.#follows || now - this.#range.to < ANEW) return;
    const length = this.#range.to - this.#range.from;
    this.#range = { from: now - length, to: now };
    this.#soon();
  }

  /** How long before lies what is compared, ms. */
  get #ago() {
    return this.#compares === null ? 0 : COMPARED[this.#compares];
  }

  #names() {
    return this.panel.choice.names.slice(0, MOST_LINES);
  }

  #soon() {
    if (this.#frame || document.hidden || !this.root.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.root.isConnected && this.#size.width > 0) this.#draw();
    });
  }

  #draw() {
    const router = this.panel.feed.hello?.router?.id;
    if (!router) return;
    if (router !== this.#router) {
      this.tiles.clear();
      this.#router = router;
    }
    const [names, now, { from, to }] = [this.#names(), Date.now(), this.#range];
    // Two a pixel: a peak of one step is seen.
    const points = pointsOf(this.#range, Math.max(200, this.#size.width * 2));
    const ask = (who, begin, end) => this.tiles.view(who, begin, end, points);
    // What is wanted last is asked for first: the stretch itself.
    const ago = this.#ago;
    const before = ago > 0 && names.length > 0 ? ask(names.slice(0, 1), from - ago, to - ago) : null;
    const missing = before ? [...this.tiles.wanted] : [];
    const { stepMs, lines, complete, failed } = ask(names, from, to);
    this.tiles.wanted.push(...missing);
    this.tiles.more();
    const curves = names.map((name, at) => {
      const side = this.panel.side(name);
      const { points: known } = lines.get(name);
      return { number: at + 1, down: pieces(known, side.down, stepMs), up: pieces(known, side.up, stepMs) };
    });
    const [first] = names;
    const down = first === undefined ? "rx" : this.panel.side(first).down;
    const earlier = before?.lines.get(first).points ?? [];
    this.#seen = { stepMs, lines, before: earlier };
    const gaps = first === undefined ? [] : lines.get(first).gaps;
    this.picture.draw({
      from,
      to,
      curves,
      before: pieces(earlier, down, stepMs, ago),
      gaps,
      mark: this.#mark,
      alerts: this.alerts.of(router, names, this.#range),
      size: this.#size,
    });
    this.picture.point(this.#pointed);
    if (first !== undefined)
      this.strip.show({ router, name: first, down, range: this.#range, now, width: this.#size.width });
    this.top.show(router, first ?? null, { from, to: Math.min(to, now) }, this.#follows);
    this.tools.show({ range: this.#range, now, follows: this.#follows, compares: this.#compares });
    const { texts } = this;
    this.#failed = failed !== null && first !== undefined;
    this.coverage.classList.toggle("bad", this.#failed);
    if (first === undefined) {
      put(this.coverage, texts.choose_one);
      put(this.resolution, "");
    } else {
      const covered = coverageOf(lines.get(first).points, this.#range, stepMs, now);
      const percent = fill(texts.past_recorded, { n: number(Math.floor(covered * 1000) / 10, this.lang, 0, 1) });
      put(this.coverage, failed ? sentence(failed, texts) : complete ? percent : texts.past_loading);
      put(this.resolution, fill(texts.past_resolution, { n: this.words.step(stepMs) }));
    }
    this.root.toggleAttribute("data-loading", !complete && !failed);
    this.table.show(
      names.map((name) => {
        const { points: known } = lines.get(name);
        const side = this.panel.side(name);
        return { title: titleOf(name), down: figuresOf(known, side.down), up: figuresOf(known, side.up) };
      }),
      gaps.map((gap) => ({ from: Math.max(gap.from, from), to: Math.min(gap.to, to, now), cause: gap.cause })),
    );
  }

  #point(/** @type {number|null} */ t) {
    this.#pointed = t;
    this.picture.point(t);
    this.label.hidden = t === null || this.#names().length === 0;
    if (this.label.hidden) return;
    const { stepMs, lines, before } = this.#seen;
    const { texts, lang } = this;
    const table = element("table");
    const add = (kind, ...cells) => {
      const row = element("tr", kind);
      row.append(...cells.map((text, at) => (at === 0 ? element("th", "", text) : element("td", "", text))));
      table.append(row);
      return row;
    };
    add("soft", this.words.moment(t), texts.past_average, texts.past_highest);
    this.#names().forEach((name, at) => {
      const point = stepAt(lines.get(name)?.points ?? [], t, stepMs);
      const side = this.panel.side(name);
      for (const [sign, way] of [
        ["↓", side.down],
        ["↑", side.up],
      ]) {
        const row = add(
          sign === "↓" ? "" : "up",
          `${sign} ${titleOf(name)}`,
          speed(point?.[`${way}Bps`], lang, 1),
          speed(point?.[`${way}MaxBps`], lang, 1),
        );
        row.style.setProperty("--colour", `var(--l${at + 1})`);
      }
    });
    const [first] = this.#names();
    const { down } = this.panel.side(first);
    if (this.#compares)
      add(
        "soft",
        texts[`past_before.${this.#compares}`],
        speed(stepAt(before, t - this.#ago, stepMs)?.[`${down}Bps`], lang, 1),
        "",
      );
    const gap = lines.get(first)?.gaps.find((one) => t >= one.from && t < one.to);
    const stood = this.alerts
      .of(this.#router, this.#names(), this.#range)
      .filter((one) => one.from <= t && (one.to ?? Infinity) >= t)
      .slice(0, MOST_ALERTS);
    const said = [...(gap ? [causeWords(gap.cause, texts)] : []), ...stood.map((one) => one.text)];
    this.label.replaceChildren(table, ...said.map((text) => element("p", "why", text)));
    // On the side where the pointer is not.
    this.label.classList.toggle("left", this.picture.x(t) > this.#size.width / 2);
  }
}
