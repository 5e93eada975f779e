// How full a link is. No page here.

/** 0 to 1, by the fuller direction, since a link carries both; null where that is not known. */
export function share(facts, rx, tx) {
  if (!(facts?.linkBps > 0) || (rx === null && tx === null)) return null;
  return Math.max(rx ?? 0, tx ?? 0) / facts.linkBps;
}
