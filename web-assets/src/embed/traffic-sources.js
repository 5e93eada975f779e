// All data sources of a page with embedded elements: one for each router and token.

import { TrafficSource } from "./traffic-source.js";
/** @import { World } from "../data/types.js" */

/** All sources of a page. */
export class TrafficSources {
  #open = new Map();

  /** @param {string} base where Lalin is, with a slash at the end */
  constructor(base, /** @type {World} */ world = globalThis) {
    this.base = base;
    this.world = world;
  }

  /** How many there are. */
  get size() {
    return this.#open.size;
  }

  /**
   * @param {{router: string|null, token: string|null}} asked
   * @param {{names: string[], windowMs: number, changed: () => void}} member
   * @returns {TrafficSource}
   */
  join({ router, token }, member) {
    const key = JSON.stringify([router, token]);
    let source = this.#open.get(key);
    if (!source) {
      source = new TrafficSource({ base: this.base, router, token, ended: () => this.#open.delete(key) }, this.world);
      this.#open.set(key, source);
    }
    source.join(member);
    return source;
  }
}
