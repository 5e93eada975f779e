// The list's order and what is left out: the menu of orders, the heads of the columns, the bar of kinds, and two
// switches. The order and the switches are remembered on this device.

import { element, target } from "../shared/elements.js";
import { recall, remember } from "../shared/preferences.js";
import { SORTS, titleOf } from "./list-order.js";

/** Not kinds of the router's, but what somebody set. */
const FAVOURITES = "*favourites";
const HIDDEN = "*hidden";

export class ListFilters {
  /** The groups that are shown; all where there are none. */
  chosenGroups = new Set();
  /** Favourites only; those that are put away, and no others. */
  favourites = false;
  hidden = false;
  /** The other way round: the last name first, the least first. */
  back = false;
  #chips = "";

  /** @param {() => void} changed */
  constructor(texts, changed) {
    this.texts = texts;
    this.changed = changed;
    this.kinds = document.getElementById("overview-kinds");
    this.head = document.getElementById("list-head");
    this.sort = /** @type {HTMLSelectElement} */ (document.getElementById("overview-sort"));
    for (const by of SORTS) {
      const option = element("option", "", texts[`sort_${by}`]);
      option.value = by;
      this.sort.append(option);
    }
    const asked = recall("sort") ?? "";
    this.by = SORTS.find((by) => by === asked.replace("-", "")) ?? SORTS[0];
    this.back = asked.startsWith("-");
    this.sort.addEventListener("change", () => this.#order(this.sort.value, false));
    this.head.addEventListener("click", (event) => {
      const { by } = target(event, "[data-by]")?.dataset ?? {};
      if (by !== undefined) this.#order(by, by === this.by && !this.back);
    });
    this.#show();
    this.grouped = recall("grouped") !== "no";
    this.active = recall("active") === "yes";
    this.#switch("overview-grouped", "grouped");
    this.#switch("overview-active", "active");
    this.#options();
    // A wheel turns up and down only, the chips lie side by side.
    this.kinds.addEventListener("wheel", (event) => {
      if (event.deltaX === 0 && this.kinds.scrollWidth > this.kinds.clientWidth) {
        this.kinds.scrollLeft += event.deltaY;
        event.preventDefault();
      }
    });
    this.kinds.addEventListener("click", (event) => {
      const { group } = target(event, "button")?.dataset ?? {};
      if (group === undefined) return;
      if (group === "") this.#all();
      else if (group === FAVOURITES) this.favourites = !this.favourites;
      else if (group === HIDDEN) this.hidden = !this.hidden;
      else if (!this.chosenGroups.delete(group)) this.chosenGroups.add(group);
      this.#press();
      changed();
    });
  }

  /**
   * What there is to choose from.
   * @param {[string, number][]} counts the groups, and how many are in each
   * @param {{all: number, favourites: number, hidden: number}} more
   */
  groups(counts, { all, favourites, hidden }) {
    const there = new Set(counts.map(([group]) => group));
    for (const group of this.chosenGroups) if (!there.has(group)) this.chosenGroups.delete(group);
    if (hidden === 0) this.hidden = false;
    const { texts } = this;
    const chips = [
      ["", texts.all_kinds, all],
      ...counts.map(([group, n]) => [group, titleOf(group), n]),
      [FAVOURITES, `★ ${texts.favourite}`, favourites || ""],
      ...(hidden > 0 ? [[HIDDEN, texts.hidden_lines, hidden]] : []),
    ];
    this.kinds.hidden = all + hidden === 0;
    const made = chips.map(([group]) => group).join("\n");
    if (made !== this.#chips) {
      this.#chips = made;
      const focused = this.#buttons().find((chip) => chip === document.activeElement)?.dataset.group;
      this.kinds.replaceChildren(
        ...chips.map(([group, title]) => {
          const chip = element("button", "chip", `${title} `);
          chip.type = "button";
          chip.dataset.group = String(group);
          chip.append(element("i"));
          return chip;
        }),
      );
      if (focused !== undefined)
        this.#buttons()
          .find(({ dataset }) => dataset.group === focused)
          ?.focus();
    }
    this.#buttons().forEach((chip, at) => {
      const text = String(chips[at][2]);
      if (chip.lastElementChild.textContent !== text) chip.lastElementChild.textContent = text;
    });
    this.#press();
  }

  /** Whether something is left out, beside what is put away. */
  get narrowed() {
    return this.chosenGroups.size > 0 || this.favourites || this.hidden || this.active;
  }

  #all() {
    this.chosenGroups.clear();
    this.favourites = this.hidden = false;
  }

  #buttons() {
    return /** @type {HTMLElement[]} */ ([...this.kinds.querySelectorAll("button")]);
  }

  #press() {
    const none = this.chosenGroups.size === 0 && !this.favourites && !this.hidden;
    for (const chip of this.#buttons()) {
      const { group } = chip.dataset;
      const pressed =
        group === ""
          ? none
          : group === FAVOURITES
            ? this.favourites
            : group === HIDDEN
              ? this.hidden
              : this.chosenGroups.has(group);
      chip.setAttribute("aria-pressed", String(pressed));
    }
  }

  #order(by, back) {
    this.by = by;
    this.back = back;
    remember("sort", `${back ? "-" : ""}${by}`);
    this.#show();
    this.changed();
  }

  /** The menu and the heads say the order. Names rise, figures fall, unless they are turned. */
  #show() {
    this.sort.value = this.by;
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (this.head.querySelectorAll("[data-by]"))) {
      const { by } = head.dataset;
      const rises = (by === "name") !== this.back;
      if (by === this.by) head.setAttribute("aria-sort", rises ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
  }

  #switch(id, key) {
    const button = document.getElementById(id);
    const show = () => button.setAttribute("aria-pressed", String(this[key]));
    button.addEventListener("click", () => {
      this[key] = !this[key];
      remember(key, this[key] ? "yes" : "no");
      show();
      this.changed();
    });
    show();
  }

  /** The switches are behind a button: few need them. */
  #options() {
    const button = document.getElementById("overview-filter");
    const options = document.getElementById("overview-options");
    const open = (yes) => {
      options.hidden = !yes;
      button.setAttribute("aria-expanded", String(yes));
    };
    button.addEventListener("click", () => open(options.hidden));
    document.addEventListener("pointerdown", (event) => {
      const { target: on } = event;
      if (!options.hidden && on instanceof Node && !options.contains(on) && !button.contains(on)) open(false);
    });
    for (const root of [options, button]) {
      root.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || options.hidden) return;
        open(false);
        button.focus();
        event.preventDefault();
        event.stopPropagation();
      });
    }
  }
}
