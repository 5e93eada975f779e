// How many alerts stand, beside the way to their page, which is there where the server has alerts. The page's event
// stream tells it; without one it is asked for. Loaded after the page shows something.

import { standingAlerts } from "../data/standing-alerts.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { fill } from "../shared/format.js";

/** They are counted again after so long, ms, where no stream tells. */
const AGAIN = 30_000;
/** A page that opens a stream waits so long for its word, ms. */
const PATIENCE = 3_000;

/** Those that somebody has to look at. */
export function unseen(/** @type {{state: string, acknowledged: object|null}[]} */ alerts) {
  return alerts.filter((alert) => alert.state !== "pending" && !alert.acknowledged).length;
}

/**
 * @param {HTMLElement} link
 * @param {Record<string, string>} texts
 * @param {boolean} streams whether the page opens an event stream
 */
export async function alertCount(link, texts, streams) {
  const count = element("span", "alert-count");
  count.dataset.testid = "alert-count";
  link.append(count);
  const show = (alerts) => {
    const some = unseen(alerts);
    link.hidden = false;
    count.hidden = some === 0;
    put(count, String(some));
    count.title = fill(texts.alerts_count, { n: some });
  };
  const heard = () => {
    const alerts = standingAlerts();
    if (alerts) show(alerts);
    return alerts !== null;
  };
  document.addEventListener("alertschange", heard);
  if (streams) await new Promise((waited) => (standingAlerts() ? waited(null) : setTimeout(waited, PATIENCE)));
  const ask = async () => {
    if (document.hidden || heard()) return;
    const { alerts } = await api.get("/api/v1/alerts?state=active");
    // The stream may have told it meanwhile, and newer.
    if (!heard()) show(alerts);
  };
  try {
    await ask();
  } catch (error) {
    if (error.status !== undefined) return document.removeEventListener("alertschange", heard);
  }
  setInterval(() => ask().catch(() => {}), AGAIN);
}
