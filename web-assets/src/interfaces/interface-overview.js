// The list of all interfaces with its search, filters, order and groups. Rows do not move while somebody is using the
// list. Chosen interfaces go to the chart.

import { onCanvas, PALETTE } from "../chart/palette.js";
import { SPARK_MS } from "../chart/sparkline.js";
import { shareOf, sumOf } from "../data/partial-sums.js";
import { put } from "../shared/elements.js";
import { fill, shortName } from "../shared/format.js";
import { lazyImport } from "../shared/lazy-import.js";
import { direction, turn } from "./direction.js";
import { GroupRow } from "./group-row.js";
import { MOST_CHOSEN } from "./interface-choice.js";
import { InterfaceList } from "./interface-list.js";
import { InterfaceRow } from "./interface-row.js";
import { settingsOf, titleOf, whenSet } from "./line-settings.js";
import { ListFilters } from "./list-filters.js";
import { arrange, BY_RATE, byName, compareGroups, groupOf, resorted } from "./list-order.js";
/** @import { Entry } from "./list-order.js" */
/** @import { InterfaceChoice } from "./interface-choice.js" */
/** @import { FaultCounts } from "../data/fault-counts.js" */
/** @import { PointStore } from "../data/point-store.js" */
/** @import { Facts, RouterName, Texts } from "../data/types.js" */

/** The order by activity is looked at anew so often, ms. */
const SORT_EVERY = 4_000;
/** Less than this in the last two minutes, bit/s, is no activity. */
const ACTIVE = 1_000;
/** Where nothing is known of the router now, no row may look as if all was well. */
const KNOWN = ["live", "late"];
/** Old figures are shown as such; with no way to the router, or without asking, there are none of now. */
const SHOWN = [...KNOWN, "stale"];

export class InterfaceOverview {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {Entry[]} */
  #sorted = [];
  #ranks = new Map();
  #rankedAt = -Infinity;
  #stale = false;
  /** @type {Facts[]} */
  #interfaces = [];
  #state = "loading";
  #spark = { width: 76, height: 20 };
  #pen = { colour: "", ground: { line: "", hatch: "" } };

  /**
   * @param {{texts: Texts, lang: string, store: PointStore, choice: InterfaceChoice, faults: FaultCounts, edge: () =>
   *   number, rates: (name: string) => {rx: number|null, tx: number|null}, router: () => RouterName|null}} page
   */
  constructor(page) {
    const { texts, lang } = page;
    this.page = page;
    this.root = document.getElementById("overview");
    this.search = /** @type {HTMLInputElement} */ (document.getElementById("picker-search"));
    this.empty = document.getElementById("picker-empty");
    this.most = document.getElementById("picker-most");
    this.count = document.getElementById("overview-count");
    this.chosen = document.getElementById("overview-chosen");
    this.done = document.getElementById("overview-close");
    this.filters = new ListFilters(texts, () => this.#order(true));
    this.list = new InterfaceList(document.getElementById("picker-list"), {
      row: (id) => new InterfaceRow(texts, lang, id, this.#spark),
      heading: () => new GroupRow(texts, lang),
      fill: (row, item, place, size) => this.#fill(row, item, place, size),
      paint: (row) => this.#paint(row),
      toggle: (name) => page.choice.toggle(name),
      other: (name) => turn(name, this.#entries.get(name)?.facts),
      menu: (name, at) => this.#menu(name, at),
      sized: (width) => this.#size(width),
      leave: () => this.search.focus(),
    });
    this.search.addEventListener("input", () => {
      this.#order(true);
      this.list.top();
    });
    this.search.addEventListener("keydown", (event) => this.#key(event));
    whenSet(() => {
      this.update(this.#interfaces);
      this.paint();
    });
    this.recolour();
  }

  /** The interfaces there are. */
  update(interfaces) {
    const { choice, faults } = this.page;
    const before = this.#entries;
    const held = this.list.inUse;
    const now = Date.now();
    this.#interfaces = interfaces;
    this.#entries = new Map();
    const uplinks = interfaces.some(({ wan }) => wan);
    for (const facts of interfaces) this.#entries.set(facts.name, entryOf(facts, before.get(facts.name), uplinks));
    for (const name of [...before.keys(), ...choice.names]) {
      // An interface that is gone keeps its place while somebody uses the list, and as long as it is chosen.
      if (this.#entries.has(name) || !(held || choice.has(name))) continue;
      const old = before.get(name);
      const facts = old?.facts ?? { name, type: "", comment: null };
      // One that was never here has gone nobody knows when.
      const goneAt = old ? (old.gone ? old.goneAt : now) : null;
      this.#entries.set(name, entryOf(facts, old, uplinks, { goneAt }));
    }
    faults.keep(new Set(this.#entries.keys()));
    const compare = byName(this.page.lang);
    const called = [...this.#entries].some(([name, { label }]) => (before.get(name)?.label ?? label) !== label);
    this.#sorted = called ? [...this.#entries.values()].sort(compare) : resorted(this.#sorted, this.#entries, compare);
    this.#offer();
    this.#count();
    this.#order(false);
  }

  /** What is chosen changed. */
  refresh() {
    this.#count();
    this.list.refresh();
    this.paint();
  }

  /** How many are chosen, and whether there is room for more. */
  #count() {
    const { choice, texts } = this.page;
    const n = choice.names.length;
    this.most.hidden = !choice.full;
    put(this.most, fill(texts.most, { n }));
    put(this.chosen, fill(texts.of_all, { n, all: MOST_CHOSEN }));
    put(this.done, n === 0 ? texts.done : fill(texts.see_lines, { n }));
  }

  /** How it stands with the router: see connection-state.js. */
  stands(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.root.classList.toggle("dim", !KNOWN.includes(state));
  }

  /** Shows new rates. Sorts again too, if the order depends on them and nobody is using the list. */
  paint() {
    const now = performance.now();
    const due = (BY_RATE.includes(this.filters.by) || this.filters.active) && now - this.#rankedAt > SORT_EVERY;
    const ghosts = this.#stale && now - this.#rankedAt > SORT_EVERY;
    if ((due || ghosts) && !this.list.inUse) {
      if (ghosts) this.#sweep();
      this.#order(true);
    }
    this.list.paint();
  }

  /** The theme changed. */
  recolour() {
    const style = getComputedStyle(document.documentElement);
    const [colour, line, hatch] = ["--soft", "--line", "--hatch"].map((name) => style.getPropertyValue(name).trim());
    this.#pen = { colour, ground: { line, hatch } };
    this.list?.each((row) => row.spark.forget());
    this.paint();
  }

  /** Clears the search. */
  clear() {
    this.search.value = "";
    this.#order(true);
  }

  /** A wider list has wider curves; a narrow one has none, so that names and figures have room. */
  #size(width) {
    if (width === 0) return;
    const touch = matchMedia("(pointer: coarse)").matches;
    const wide = width < 440 ? 0 : Math.round(Math.min(240, 76 + Math.max(0, width - 504) * 0.64));
    const narrow = width < 350 ? 36 : 70;
    const spark = touch ? { width: narrow, height: 30 } : { width: wide, height: 20 };
    if (spark.width === this.#spark.width && spark.height === this.#spark.height) return;
    this.#spark = spark;
    this.root.style.setProperty("--spark-width", `${spark.width}px`);
    this.root.classList.toggle("narrow", spark.width === 0);
    this.list.each((row) => row.spark.resize(spark.width, spark.height));
  }

  /** Removes interfaces that are gone and no longer needed. */
  #sweep() {
    for (const [name, entry] of this.#entries)
      if (entry.gone && !this.page.choice.has(name)) this.#entries.delete(name);
    this.#sorted = this.#sorted.filter(({ name }) => this.#entries.has(name));
    this.#stale = false;
    this.#offer();
  }

  /** The kinds there are to choose from. */
  #offer() {
    const groups = new Map();
    const more = { all: 0, favourites: 0, hidden: 0 };
    for (const { group, favourite, hidden } of this.#sorted) {
      if (hidden) {
        more.hidden++;
        continue;
      }
      more.all++;
      if (favourite) more.favourites++;
      groups.set(group, (groups.get(group) ?? 0) + 1);
    }
    this.filters.groups(
      [...groups].sort(([a], [b]) => compareGroups(a, b)),
      more,
    );
  }

  /** @param {boolean} anew the ranks by activity are taken anew; otherwise rows keep theirs and new ones come last */
  #order(anew) {
    const { by, back, grouped, active, chosenGroups, favourites, hidden } = this.filters;
    const { store, edge, texts } = this.page;
    if (anew || this.#ranks.size === 0) {
      this.#rankedAt = performance.now();
      this.#ranks.clear();
      const since = edge() - SPARK_MS;
      for (const entry of BY_RATE.includes(by) || active ? this.#sorted : []) {
        const { down, up } = this.#rates(entry);
        const rate = { down, up, use: shareOf(limitsOf(entry), down, up)?.share ?? null }[by] ?? null;
        const rank = by === "total" ? sumOf([down, up]).known : rate;
        this.#ranks.set(entry.name, { rate: rank, active: store.points(entry.name).peak(since) >= ACTIVE });
      }
    }
    this.#stale = this.#sorted.some(({ gone }) => gone);
    const only = active
      ? (/** @type {Entry} */ { name, condition }) => condition === "running" && (this.#ranks.get(name)?.active ?? true)
      : null;
    const rank = ({ name }) => this.#ranks.get(name)?.rate ?? null;
    const search = this.search.value;
    const wish = { search, groups: chosenGroups, only, by, back, grouped, favourites, hidden, rank };
    const items = arrange(this.#sorted, wish);
    const rows = items.reduce((sum, item) => sum + ("name" in item ? 1 : 0), 0);
    const all = this.#sorted.reduce((sum, entry) => sum + (entry.hidden === hidden ? 1 : 0), 0);
    this.empty.hidden = rows > 0 || this.#sorted.length === 0;
    if (!this.empty.hidden) put(this.empty, this.#nothing(wish));
    this.count.hidden = rows === all;
    put(this.count, rows === all ? String(rows) : fill(texts.of_all, { n: rows, all }));
    this.list.set(items, anew);
  }

  /** Why the list is empty: what is searched for may only be put away. */
  #nothing(wish) {
    const { texts } = this.page;
    if (wish.favourites && !this.#sorted.some(({ favourite, hidden }) => favourite && !hidden))
      return texts.none_favourite;
    const away = wish.hidden ? 0 : arrange(this.#sorted, { ...wish, hidden: true, grouped: false }).length;
    return away > 0 ? fill(texts.none_but_hidden, { n: away }) : texts.none_found;
  }

  /**
   * What flows now, as the router counts.
   * @param {Entry} entry
   */
  #flow({ name, condition }) {
    if (condition === "gone" || !SHOWN.includes(this.#state)) return NOTHING;
    const rates = this.page.rates(name);
    // Through a link that is down nothing can flow: that is said by its state, not by a figure.
    return condition !== "running" && !(rates.rx > 0 || rates.tx > 0) ? NOTHING : rates;
  }

  /** @param {Entry} entry */
  #rates(entry) {
    const side = direction(entry.name, entry.facts);
    const rates = this.#flow(entry);
    return { down: rates[side.down], up: rates[side.up], side };
  }

  /** What flows through all of them; of thousands, so nothing is made for each. */
  #total(members) {
    const [down, up] = [[], []];
    for (const entry of members) {
      const side = direction(entry.name, entry.facts);
      const rates = this.#flow(entry);
      // Through one that is gone or down nothing flows, so that nothing is missing where it does not count.
      const runs = entry.condition === "running";
      if (runs || rates[side.down] !== null) down.push(rates[side.down]);
      if (runs || rates[side.up] !== null) up.push(rates[side.up]);
    }
    return /** @type {const} */ ([sumOf(down), sumOf(up)]);
  }

  #fill(row, item, place, size) {
    if (item.heading !== undefined) return row.show(item.heading, item.members);
    const { choice } = this.page;
    const at = choice.names.indexOf(item.name);
    row.show(item);
    row.place(place, size, at < 0 ? null : PALETTE[at % PALETTE.length], choice.full);
  }

  #paint(row) {
    const { store, faults, edge } = this.page;
    if (row.members) return row.total(...this.#total(row.members));
    const { entry } = row;
    const now = edge();
    const { down, up, side } = this.#rates(entry);
    const unknown = !KNOWN.includes(this.#state);
    const figures = {
      down,
      up,
      side,
      use: entry.gone ? null : shareOf(limitsOf(entry), down, up),
      faults: faults.of(entry.name),
      news: faults.isNews(entry.name, now),
      series: store.points(entry.name),
      away: unknown || entry.gone,
      unknown: unknown && !entry.gone,
    };
    row.paint(figures, { ...this.#pen, edge: now, colour: row.colour ? onCanvas(row.colour) : this.#pen.colour });
  }

  #menu(name, at) {
    const entry = this.#entries.get(name);
    if (!entry) return;
    const { texts, lang, router } = this.page;
    const back = () => this.list.focus();
    MENU(({ openLineMenu }) => openLineMenu({ entry, at, texts, lang, router: router(), back }));
  }

  #key(event) {
    if (event.key === "ArrowDown") this.list.focus();
    else if (event.key === "Enter" && this.list.first !== null) this.page.choice.toggle(this.list.first);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const NOTHING = Object.freeze({ rx: null, tx: null });
const MENU = lazyImport(() => import("./line-menu.js"));

/**
 * What a line can carry: its link, and the package that somebody set.
 * @param {Entry} entry
 */
function limitsOf({ name, facts }) {
  const { limitDownBps, limitUpBps } = settingsOf(name);
  return { linkBps: facts.linkBps, limitDownBps, limitUpBps };
}

/** What a row says of an interface; two with the same of these are the same. */
const SAID = ["type", "comment", "running", "disabled", "pointOfView", "linkBps", "called", "wan"];

/**
 * An interface as the list knows it; the same object as before where nothing of it changed.
 * @param {Facts|any} facts
 * @param {Entry|undefined} before
 * @param {boolean} uplinks the server knows which the uplinks are
 * @param {{goneAt: number|null}|null} gone
 * @returns {Entry}
 */
function entryOf(facts, before, uplinks, gone = null) {
  const { name, type, comment } = facts;
  const { alias = null, favourite = false, hidden = false } = settingsOf(name);
  if (
    before &&
    before.gone === (gone !== null) &&
    before.alias === (alias || null) &&
    before.favourite === Boolean(favourite) &&
    before.hidden === Boolean(hidden) &&
    before.uplinks === uplinks &&
    (before.facts === facts || SAID.every((key) => before.facts[key] === facts[key]))
  )
    return before;
  const condition = gone ? "gone" : facts.disabled ? "disabled" : facts.running ? "running" : "down";
  const label = titleOf(name);
  // Where people call it otherwise, what the router calls it stands beside.
  const called = alias ? shortName(name) : "";
  return {
    name,
    label,
    alias: alias || null,
    called,
    note: [called, comment].filter(Boolean).join(" · "),
    type,
    facts,
    gone: gone !== null,
    goneAt: gone?.goneAt ?? null,
    condition,
    favourite: Boolean(favourite),
    hidden: Boolean(hidden),
    uplinks,
    group: groupOf(facts, uplinks),
    words: `${name}\n${label}\n${comment ?? ""}\n${type}`.toLowerCase(),
  };
}
