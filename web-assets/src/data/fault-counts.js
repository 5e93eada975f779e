// Counts each interface's errors and drops since the page was opened. Does not touch the page.

import { fill } from "../shared/format.js";
import { moved } from "./interface-names.js";

/** A fault of the last minute is news. */
const NEWS = 60_000;
const NONE = Object.freeze({ errors: 0, drops: 0, at: -Infinity });

export class FaultCounts {
  #counts = new Map();

  /**
   * @param {{name: string}[]} interfaces in the order the tick counts them
   * @param {{t: number, faults?: [number, number, number][]}} tick `faults`: index, errors, drops since the tick before
   */
  add(interfaces, tick) {
    for (const [at, errors, drops] of tick.faults ?? []) {
      const name = interfaces[at]?.name;
      if (name === undefined || !(errors + drops > 0)) continue;
      const before = this.of(name);
      this.#counts.set(name, { errors: before.errors + errors, drops: before.drops + drops, at: tick.t });
    }
  }

  of(name) {
    return this.#counts.get(name) ?? NONE;
  }

  isNews(name, now) {
    return now - this.of(name).at < NEWS;
  }

  /** The clock was moved by `ms`; without `ms` nothing is news any more. */
  shift(ms) {
    for (const [name, fault] of this.#counts)
      this.#counts.set(name, { ...fault, at: ms === null ? -Infinity : fault.at + ms });
  }

  /** These are called otherwise now. */
  rename(names) {
    this.#counts = moved(this.#counts, names);
  }

  /** Forgets all but these: customers come and go for ever. */
  keep(names) {
    for (const name of this.#counts.keys()) if (!names.has(name)) this.#counts.delete(name);
  }
}

/** `3 errors, 12 drops`; nothing where there are none. */
export function faultWords({ errors, drops }, texts) {
  const said = [];
  if (errors > 0) said.push(fill(texts.errors, { n: errors }));
  if (drops > 0) said.push(fill(texts.drops, { n: drops }));
  return said.join(", ");
}
