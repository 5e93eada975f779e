// Whose download and upload is meant: the customer's on customer lines, the network's on uplinks, or what somebody
// set for one line. What is set is kept elsewhere, see line-settings.js.

import { keptHere, setLine, settingsOf, whenSet } from "./line-settings.js";

/**
 * @param {string} name
 * @param {{pointOfView?: string}|null|undefined} facts what the server says of the interface
 * @returns {{down: "rx"|"tx", up: "rx"|"tx", view: "customer"|"network"}}
 */
export function direction(name, facts) {
  const view = settingsOf(name).pointOfView ?? (facts?.pointOfView === "customer" ? "customer" : "network");
  return view === "customer" ? CUSTOMER : NETWORK;
}
const CUSTOMER = Object.freeze({ down: "tx", up: "rx", view: "customer" });
const NETWORK = Object.freeze({ down: "rx", up: "tx", view: "network" });

/** Looks at an interface from the other side. */
export function turn(name, facts, everyone = false) {
  const other = direction(name, facts).view === "customer" ? "network" : "customer";
  // What the server says anyway, this browser need not remember.
  const pointOfView = keptHere(everyone) && facts?.pointOfView === other ? null : other;
  return setLine(name, { pointOfView }, everyone);
}

/** Calls back after each change. */
export const whenTurned = whenSet;
