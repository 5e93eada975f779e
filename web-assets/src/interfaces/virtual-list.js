// The geometry of a long list: where each item is, which items are visible, and how the scroll position is kept when
// items come and go. Heights are fixed by kind, so nothing is measured. Does not touch the page.

/** @typedef {{name?: string, heading?: string, members?: object[]}} Item a row, or a heading without a name */

/** @template {Item} T */
export class VirtualList {
  /**
   * @param {T[]} items
   * @param {(item: T) => number} heightOf px
   */
  constructor(items = [], heightOf = () => 0) {
    this.items = items;
    this.tops = new Float64Array(items.length + 1);
    this.places = new Map();
    /** The rows without the headings, in their order: indices of items. */
    this.rows = [];
    /** Under which heading each item stands: its index, -1 without one. */
    this.under = new Int32Array(items.length);
    let heading = -1;
    items.forEach((item, at) => {
      this.tops[at + 1] = this.tops[at] + heightOf(item);
      if (item.name === undefined) heading = at;
      this.under[at] = heading;
      if (item.name === undefined) return;
      this.places.set(item.name, this.rows.length);
      this.rows.push(at);
    });
  }

  get height() {
    return this.tops[this.items.length];
  }

  /** The index of the item at this height; the last one below the end. */
  at(y) {
    let [low, high] = [0, Math.max(0, this.items.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The items from `first` up to, not including, `end` are seen. */
  seen(scroll, height, beyond = 0) {
    if (this.items.length === 0) return { first: 0, end: 0 };
    const first = this.at(Math.max(0, scroll - beyond));
    return { first, end: this.at(scroll + height + beyond) + 1 };
  }

  /** The heading that has been scrolled away above what is seen; null where there is none. */
  headingAbove(scroll) {
    const at = scroll > 0 && this.items.length > 0 ? this.under[this.at(scroll)] : -1;
    return at < 0 ? null : this.items[at];
  }

  /** The top of a row, px; null where it is not in the list. */
  topOf(name) {
    const place = this.places.get(name);
    return place === undefined ? null : this.tops[this.rows[place]];
  }

  /**
   * How far this list must be scrolled so that what was looked at in `old` stays where it is: the row `looked` if it
   * is there still, else the first row seen before that is. At its very beginning a list stays at its beginning.
   */
  scrollLike(old, scroll, looked = null) {
    if (scroll <= 0 && looked === null) return scroll;
    const fixed = looked !== null && this.places.has(looked) && old.places.has(looked) ? looked : null;
    let name = fixed;
    for (let at = old.at(scroll); name === null && at < old.items.length; at++) {
      const item = old.items[at];
      // A row half covered at the top may be the one; a heading is none.
      if (item.name !== undefined && this.places.has(item.name)) name = item.name;
    }
    if (name === null) return scroll;
    return Math.max(0, scroll + this.topOf(name) - old.topOf(name));
  }

  /** The row that a key leads to from the row `name`; null where there is none. */
  step(name, key, page) {
    if (this.rows.length === 0) return null;
    const last = this.rows.length - 1;
    const here = this.places.get(name) ?? -1;
    const steps = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      PageDown: here + page,
      PageUp: here - page,
      Home: 0,
      End: last,
    };
    if (!(key in steps)) return null;
    return this.items[this.rows[Math.min(last, Math.max(0, steps[key]))]].name;
  }
}
