// A list of interfaces after a change of it: the server tells what changed, and not all lines again.

import { keyed } from "./interface-names.js";

/**
 * @param {any[]} list as it is known, by keys; not changed
 * @param {{removed?: number[], added?: [number, object][], changed?: [number, object][]}} change `removed` by places in
 *   the known list; `added` and `changed` by places in the new one
 */
export function changedList(list, { removed = [], added = [], changed = [] }) {
  const gone = new Set(removed);
  const next = list.filter((_, at) => !gone.has(at));
  for (const [at, one] of added) next.splice(at, 0, keyed(one));
  for (const [at, one] of changed) next[at] = keyed(one);
  return next;
}
