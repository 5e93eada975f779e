// The list's filters and sort order, remembered on this device.

import { SORTS, titleOf } from "./list-order.js";
import { element, target } from "../shared/elements.js";
import { recall, remember } from "../shared/preferences.js";

export class ListFilters {
  /** The groups that are shown; all where there are none. */
  chosenGroups = new Set();
  #chips = "";

  /** @param {() => void} changed */
  constructor(texts, changed) {
    this.texts = texts;
    this.changed = changed;
    this.kinds = document.getElementById("overview-kinds");
    const sort = /** @type {HTMLSelectElement} */ (document.getElementById("overview-sort"));
    for (const by of SORTS) {
      const option = element("option", "", texts[`sort_${by}`]);
      option.value = by;
      sort.append(option);
    }
    sort.value = this.by = SORTS.includes(recall("sort")) ? recall("sort") : SORTS[0];
    sort.addEventListener("change", () => {
      remember("sort", (this.by = sort.value));
      changed();
    });
    this.grouped = recall("grouped") !== "no";
    this.active = recall("active") === "yes";
    this.#switch("overview-grouped", "grouped");
    this.#switch("overview-active", "active");
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
      if (!this.chosenGroups.delete(group)) this.chosenGroups.add(group);
      this.#press();
      changed();
    });
  }

  /** The groups there are, and how many are in each. */
  groups(counts) {
    const there = new Set(counts.map(([group]) => group));
    for (const group of this.chosenGroups) if (!there.has(group)) this.chosenGroups.delete(group);
    this.kinds.hidden = counts.length < 2;
    const chips = counts.map(([group]) => group).join("\n");
    if (chips !== this.#chips) {
      this.#chips = chips;
      const focused = this.#buttons().find((chip) => chip === document.activeElement)?.dataset.group;
      this.kinds.replaceChildren(
        ...counts.map(([group]) => {
          const chip = element("button", "chip", titleOf(group));
          chip.type = "button";
          chip.dataset.group = group;
          return chip;
        }),
      );
      if (focused !== undefined)
        this.#buttons()
          .find(({ dataset }) => dataset.group === focused)
          ?.focus();
    }
    this.#press();
  }

  #buttons() {
    return [...this.kinds.querySelectorAll("button")];
  }

  #press() {
    for (const chip of this.#buttons())
      chip.setAttribute("aria-pressed", String(this.chosenGroups.has(chip.dataset.group)));
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
}
