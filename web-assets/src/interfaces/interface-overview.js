// The list of all interfaces with its search, filters, order and groups. Rows do not move while somebody is using the
// list. Chosen interfaces go to the chart.

import { arrange, byName, compareGroups, groupOf, resorted, SORTS, titleOf } from "./list-order.js";
import { PALETTE } from "../chart/palette.js";
import { element, put } from "../shared/elements.js";
import { ListFilters } from "./list-filters.js";
import { linkUse, sumOf } from "../data/partial-sums.js";
import { atLeast, fill, shortName, speed } from "../shared/format.js";
import { InterfaceList } from "./interface-list.js";
import { direction, turn, whenTurned } from "./direction.js";
import { InterfaceRow } from "./interface-row.js";
import { SPARK_MS } from "../chart/sparkline.js";
/** @import { Entry } from "./list-order.js" */
/** @import { InterfaceChoice } from "./interface-choice.js" */
/** @import { FaultCounts } from "../data/fault-counts.js" */
/** @import { PointStore } from "../data/point-store.js" */
/** @import { Texts } from "../data/types.js" */

/** The order by activity is looked at anew so often, ms. */
const SORT_EVERY = 4_000;
/** Less than this in the last two minutes, bit/s, is no activity. */
const ACTIVE = 1_000;

export class InterfaceOverview {
  #entries = new Map();
  #sorted = [];
  #ranks = new Map();
  #rankedAt = -Infinity;
  #stale = false;
  #colour = "";

  /**
   * @param {{texts: Texts, lang: string, store: PointStore, choice: InterfaceChoice, faults: FaultCounts, edge: () =>
   *   number, rates: (name: string) => {rx: number|null, tx: number|null}}} page
   */
  constructor(page) {
    const { texts, lang } = page;
    this.page = page;
    this.root = document.getElementById("overview");
    this.search = /** @type {HTMLInputElement} */ (document.getElementById("picker-search"));
    this.empty = document.getElementById("picker-empty");
    this.most = document.getElementById("picker-most");
    this.count = document.getElementById("overview-count");
    this.filters = new ListFilters(texts, () => this.#order(true));
    this.list = new InterfaceList(document.getElementById("picker-list"), {
      row: (id) => new InterfaceRow(texts, lang, id),
      heading: () => new Heading(texts, lang),
      fill: (row, item, place, size) => this.#fill(row, item, place, size),
      paint: (row) => this.#paint(row),
      toggle: (name) => page.choice.toggle(name),
      other: (name) => turn(name, this.#entries.get(name)?.facts),
      leave: () => this.search.focus(),
    });
    this.search.addEventListener("input", () => {
      this.#order(true);
      this.list.top();
    });
    this.search.addEventListener("keydown", (event) => this.#key(event));
    whenTurned(() => this.paint());
    this.recolour();
  }

  /** The interfaces there are. */
  update(interfaces) {
    const { choice, faults } = this.page;
    const before = this.#entries;
    const held = this.list.inUse;
    this.#entries = new Map();
    for (const facts of interfaces) this.#entries.set(facts.name, entryOf(facts, before.get(facts.name)));
    for (const name of [...before.keys(), ...choice.names]) {
      // An interface that is gone keeps its place while somebody uses the list, and as long as it is chosen.
      if (this.#entries.has(name) || !(held || choice.has(name))) continue;
      const facts = before.get(name)?.facts ?? { name, type: "", comment: null };
      this.#entries.set(name, entryOf(facts, before.get(name), true));
    }
    faults.keep(new Set(this.#entries.keys()));
    this.#sorted = resorted(this.#sorted, this.#entries, byName(this.page.lang));
    const groups = new Map();
    for (const { group } of this.#sorted) groups.set(group, (groups.get(group) ?? 0) + 1);
    this.filters.groups([...groups].sort(([a], [b]) => compareGroups(a, b)));
    this.#order(false);
  }

  /** What is chosen changed. */
  refresh() {
    const { choice, texts } = this.page;
    this.most.hidden = !choice.full;
    put(this.most, fill(texts.most, { n: choice.names.length }));
    this.list.refresh();
    this.paint();
  }

  /** Shows new rates. Sorts again too, if the order depends on them and nobody is using the list. */
  paint() {
    const now = performance.now();
    const due = (SORTS.indexOf(this.filters.by) > 1 || this.filters.active) && now - this.#rankedAt > SORT_EVERY;
    const ghosts = this.#stale && now - this.#rankedAt > SORT_EVERY;
    if ((due || ghosts) && !this.list.inUse) {
      if (ghosts) this.#sweep();
      this.#order(true);
    }
    this.list.paint();
  }

  /** The theme changed. */
  recolour() {
    this.#colour = getComputedStyle(document.documentElement).getPropertyValue("--spark").trim();
    this.paint();
  }

  /** Clears the search. */
  clear() {
    this.search.value = "";
    this.#order(true);
  }

  /** Removes interfaces that are gone and no longer needed. */
  #sweep() {
    for (const [name, entry] of this.#entries)
      if (entry.gone && !this.page.choice.has(name)) this.#entries.delete(name);
    this.#sorted = this.#sorted.filter(({ name }) => this.#entries.has(name));
    this.#stale = false;
  }

  /** @param {boolean} anew the ranks by activity are taken anew; otherwise rows keep theirs and new ones come last */
  #order(anew) {
    const { by, grouped, active, chosenGroups } = this.filters;
    const { store, edge } = this.page;
    if (anew || this.#ranks.size === 0) {
      this.#rankedAt = performance.now();
      this.#ranks.clear();
      const since = edge() - SPARK_MS;
      for (const entry of SORTS.indexOf(by) > 1 || active ? this.#sorted : []) {
        const { down, up } = this.#rates(entry);
        const rate = by === "down" ? down : by === "up" ? up : sumOf([down, up]).known;
        this.#ranks.set(entry.name, { rate: rate ?? -1, active: store.points(entry.name).peak(since) >= ACTIVE });
      }
    }
    this.#stale = this.#sorted.some(({ gone }) => gone);
    const only = active
      ? (/** @type {Entry} */ { name, condition }) => condition === "running" && (this.#ranks.get(name)?.active ?? true)
      : null;
    const rank = ({ name }) => this.#ranks.get(name)?.rate ?? -1;
    const items = arrange(this.#sorted, { search: this.search.value, groups: chosenGroups, only, by, grouped, rank });
    const rows = items.reduce((sum, item) => sum + ("name" in item ? 1 : 0), 0);
    this.empty.hidden = rows > 0 || this.#sorted.length === 0;
    const { texts } = this.page;
    put(
      this.count,
      rows === this.#sorted.length ? String(rows) : fill(texts.of_all, { n: rows, all: this.#sorted.length }),
    );
    this.list.set(items, anew);
  }

  #rates({ name, facts, gone }) {
    const { down, up, view } = direction(name, facts);
    const rates = gone ? { rx: null, tx: null } : this.page.rates(name);
    return { down: rates[down], up: rates[up], side: { down, up, view } };
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
    if (row.members) {
      const rates = row.members.map((entry) => ({ ...this.#rates(entry), running: entry.condition === "running" }));
      // Through one that is gone or down nothing flows, so that nothing is missing where it does not count.
      row.total(
        ...["down", "up"].map((key) =>
          sumOf(rates.filter((one) => one.running || one[key] !== null).map((one) => one[key])),
        ),
      );
      return;
    }
    const { entry } = row;
    const now = edge();
    const { down, up, side } = this.#rates(entry);
    const use = entry.gone ? null : linkUse(entry.facts, down, up);
    const figures = {
      down,
      up,
      side,
      use,
      faults: faults.of(entry.name),
      news: faults.isNews(entry.name, now),
      series: store.points(entry.name),
    };
    row.paint(figures, now, this.#colour);
  }

  #key(event) {
    if (event.key === "ArrowDown") this.list.focus();
    else if (event.key === "Enter" && this.list.first !== null) this.page.choice.toggle(this.list.first);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** What a row says of an interface; two with the same of these are the same. */
const SAID = ["type", "comment", "running", "disabled", "pointOfView", "linkBps"];

/** An interface as the list knows it; the same object as before where nothing of it changed. */
function entryOf(facts, before, gone = false) {
  if (
    before &&
    before.gone === gone &&
    (before.facts === facts || SAID.every((key) => before.facts[key] === facts[key]))
  )
    return before;
  const { name, type, comment } = facts;
  const condition = gone ? "gone" : facts.disabled ? "disabled" : facts.running ? "running" : "down";
  return {
    name,
    label: shortName(name),
    type,
    comment,
    facts,
    gone,
    condition,
    group: groupOf(facts),
    words: `${name}\n${comment ?? ""}\n${type}`.toLowerCase(),
  };
}

/** A group's title, how many are in it, and what flows through them all. */
class Heading {
  constructor(texts, lang) {
    this.texts = texts;
    this.lang = lang;
    this.root = element("div", "group");
    this.root.setAttribute("role", "presentation");
    this.title = element("b");
    this.count = element("span", "count");
    this.sum = element("span", "sum");
    this.root.append(this.title, this.count, this.sum);
  }

  show(key, members) {
    this.key = key;
    this.members = members;
    put(this.title, titleOf(key));
    put(this.count, String(members.length));
  }

  /** @param {{known: number|null, unknown: number}} down */
  total(down, up) {
    const [below, above] = [down, up].map(({ known, unknown }) => atLeast(speed(known, this.lang, 1), unknown > 0));
    put(this.sum, `↓ ${below}  ↑ ${above}`);
    const unknown = Math.max(down.unknown, up.unknown);
    const title = unknown > 0 ? fill(this.texts.partial_lines, { n: unknown }) : "";
    if (this.sum.title !== title) this.sum.title = title;
  }
}
