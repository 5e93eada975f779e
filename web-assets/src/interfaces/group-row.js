// The row above a group of the list: its name, how many are in it, and what flows through all of them.

import { element, put } from "../shared/elements.js";
import { fill } from "../shared/format.js";
import { titleOf } from "./list-order.js";
import { RateCell } from "./rate-cell.js";
/** @import { Entry } from "./list-order.js" */

export class GroupRow {
  constructor(texts, lang) {
    this.texts = texts;
    this.root = element("div", "group");
    this.root.setAttribute("role", "presentation");
    this.title = element("b");
    this.count = element("span", "count");
    this.down = new RateCell("down", lang);
    this.up = new RateCell("up", lang);
    const name = element("span", "title");
    name.append(this.title, " ", this.count);
    this.root.append(name, this.down.root, this.up.root);
    /** @type {Entry[]} */
    this.members = [];
  }

  show(key, members) {
    this.key = key;
    this.members = members;
    put(this.title, titleOf(key));
    put(this.count, String(members.length));
  }

  /**
   * What is not known is never counted as nothing: the sum says that it is not the whole.
   * @param {{known: number|null, unknown: number}} down
   * @param {{known: number|null, unknown: number}} up
   */
  total(down, up) {
    this.down.show(down.known, down.unknown > 0);
    this.up.show(up.known, up.unknown > 0);
    const unknown = Math.max(down.unknown, up.unknown);
    const title = unknown > 0 ? fill(this.texts.partial_lines, { n: unknown }) : "";
    if (this.root.title !== title) this.root.title = title;
  }
}
