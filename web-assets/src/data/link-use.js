// How full a link is. No page here.

import { mostOf } from "./partial-sums.js";

/** 0 to 1, by the fuller direction, since a link carries both; null where that is not known. */
export function share(facts, rx, tx) {
  const most = mostOf(rx, tx);
  return facts?.linkBps > 0 && most !== null ? most / facts.linkBps : null;
}
