// The alerts that stand, as the event stream told them last, for whoever shows them on this page.

/**
 * @typedef {{id: string, router: string|null, state: string, firedAt: number|null, acknowledged: object|null}} Standing
 */

/** @type {Standing[]|null} */
let told = null;

/** What stands; null where no stream tells. */
export const standingAlerts = () => told;

/** @param {Standing[]|null} alerts null: the stream is gone */
export function tellAlerts(alerts) {
  told = alerts;
  document.dispatchEvent(new Event("alertschange"));
}
