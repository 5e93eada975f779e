// Whose download and upload is meant: the customer's on customer lines, the network's on uplinks, or what somebody
// chose here for one interface. Remembered for each router.

import { moved } from "../data/interface-names.js";
import { ofRouter, recall, remember } from "../shared/preferences.js";

/** The chosen sides that are remembered at most: customers come and go for years. */
const MOST = 500;

let chosen = new Map(remembered());
const listeners = new Set();

/**
 * @param {string} name
 * @param {{pointOfView?: string}|null|undefined} facts what the server says of the interface
 * @returns {{down: "rx"|"tx", up: "rx"|"tx", view: "customer"|"network"}}
 */
export function direction(name, facts) {
  const view = chosen.get(name) ?? (facts?.pointOfView === "customer" ? "customer" : "network");
  return view === "customer" ? CUSTOMER : NETWORK;
}
const CUSTOMER = Object.freeze({ down: "tx", up: "rx", view: "customer" });
const NETWORK = Object.freeze({ down: "rx", up: "tx", view: "network" });

/** Looks at an interface from the other side. */
export function turn(name, facts) {
  const other = direction(name, facts).view === "customer" ? "network" : "customer";
  chosen.delete(name);
  // What the server says anyway needs no remembering.
  if (facts?.pointOfView !== other) chosen.set(name, other);
  while (chosen.size > MOST) chosen.delete(chosen.keys().next().value);
  remember(ofRouter("views"), JSON.stringify([...chosen]));
  for (const changed of listeners) changed(name);
}

/** These are called otherwise now. */
export function renameSides(names) {
  if (![...names.keys()].some((name) => chosen.has(name))) return;
  chosen = moved(chosen, names);
  remember(ofRouter("views"), JSON.stringify([...chosen]));
}

/** Calls back after each change. */
export function whenTurned(changed) {
  listeners.add(changed);
}

function remembered() {
  try {
    const pairs = JSON.parse(recall(ofRouter("views")) ?? "[]");
    return pairs
      .filter((pair) => Array.isArray(pair) && (pair[1] === "customer" || pair[1] === "network"))
      .slice(-MOST);
  } catch {
    return [];
  }
}
