// What has fallen since the last look: by it the wall makes its sound. What was down when it was seen first has not
// fallen. Does not touch the page.

export class Falls {
  /** @type {Map<string, boolean>} */
  #down = new Map();

  /**
   * @param {Iterable<[string, boolean|null]>} now each line, and whether it is down; null where that is not known
   * @returns {string[]} those that have just fallen
   */
  look(now) {
    const fallen = [];
    const seen = new Map();
    for (const [key, down] of now) {
      const before = this.#down.get(key);
      seen.set(key, down ?? before ?? null);
      if (down === true && before === false) fallen.push(key);
    }
    this.#down = new Map([...seen].filter(([, down]) => down !== null));
    return fallen;
  }
}
