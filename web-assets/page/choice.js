// Which interfaces are looked at: in the address, so that it can be sent to somebody, and remembered for each router.

import { ofRouter, recall, remember } from "./prefs.js";

export const MOST_CHOSEN = 8;

export class Choice {
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

  /** Where nobody ever chose, the first one that runs is looked at. */
  propose(interfaces) {
    if (this.#names !== null || interfaces.length === 0) return;
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
    if (names.length > 0) url.searchParams.set("interface", this.#names.map(escapeComma).join(","));
    else url.searchParams.delete("interface");
    history.replaceState(null, "", url);
    this.#changed();
  }
}

/** A comma separates names in the address, and may stand in one. */
function escapeComma(name) {
  return name.replaceAll("%", "%25").replaceAll(",", "%2C");
}

function unescapeComma(text) {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

function remembered() {
  const asked = new URLSearchParams(location.search).get("interface");
  if (asked) return asked.split(",").slice(0, MOST_CHOSEN).map(unescapeComma);
  try {
    const names = JSON.parse(recall(ofRouter("interfaces")) ?? recall("interfaces"));
    return Array.isArray(names) && names.length > 0 ? names.slice(0, MOST_CHOSEN).map(String) : null;
  } catch {
    return null;
  }
}
