// Which interfaces are chosen. The choice is part of the address, so that it can be shared, and is remembered for each
// router.

import { joined, listed, meant } from "../data/interface-names.js";
import { ofRouter, recall, remember } from "../shared/preferences.js";

export const MOST_CHOSEN = 8;

export class InterfaceChoice {
  #names = remembered();
  #changed;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The names, in the order in which they were chosen. */
  get names() {
    return this.#names ?? [];
  }

  get full() {
    return this.names.length >= MOST_CHOSEN;
  }

  has(name) {
    return this.names.includes(name);
  }

  /** These are called otherwise now. */
  rename(names) {
    if (this.names.some((name) => names.has(name))) this.set(this.names.map((name) => names.get(name) ?? name));
  }

  /** Where nobody ever chose, the first one that runs is looked at; a name that several share means each of them. */
  propose(interfaces) {
    if (interfaces.length === 0) return;
    if (this.#names !== null) {
      const found = this.#names.flatMap((name) => {
        const keys = meant(name, interfaces);
        return keys.length > 0 ? keys : [name];
      });
      if (found.join("\n") !== this.#names.join("\n")) this.set([...new Set(found)]);
      return;
    }
    this.#names = [(interfaces.find((one) => one.running && !one.disabled) ?? interfaces[0]).name];
  }

  /** Adds or removes one; nothing happens where there are too many already. */
  toggle(name) {
    if (this.has(name)) this.set(this.names.filter((other) => other !== name));
    else if (!this.full) this.set([...this.names, name]);
  }

  set(names) {
    this.#names = names.slice(0, MOST_CHOSEN);
    remember(ofRouter("interfaces"), JSON.stringify(this.#names));
    const url = new URL(location.href);
    if (names.length > 0) url.searchParams.set("interface", joined(this.#names));
    else url.searchParams.delete("interface");
    history.replaceState(null, "", url);
    this.#changed();
  }
}

function remembered() {
  const asked = new URLSearchParams(location.search).getAll("interface").flatMap(listed);
  if (asked.length > 0) return asked.slice(0, MOST_CHOSEN);
  try {
    const names = JSON.parse(recall(ofRouter("interfaces")) ?? recall("interfaces"));
    return Array.isArray(names) && names.length > 0 ? names.slice(0, MOST_CHOSEN).map(String) : null;
  } catch {
    return null;
  }
}
