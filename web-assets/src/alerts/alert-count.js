// How many alerts stand, beside the way to their page, which is there where the server has alerts. Loaded after the
// page shows something.

import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { fill } from "../shared/format.js";
import { styleSheet } from "../shared/style-sheet.js";

/** They are counted again after so long, ms. */
const AGAIN = 30_000;

/**
 * @param {HTMLElement} link
 * @param {Record<string, string>} texts
 */
export async function alertCount(link, texts) {
  styleSheet(import.meta.url, "./alert-count.css");
  const count = element("span", "alert-count");
  count.dataset.testid = "alert-count";
  link.append(count);
  const ask = async () => {
    if (document.hidden) return;
    const { alerts } = await api.get("/api/v1/alerts?state=active");
    const some = alerts.filter((alert) => alert.state !== "pending" && !alert.acknowledged).length;
    link.hidden = false;
    count.hidden = some === 0;
    put(count, String(some));
    count.title = fill(texts.alerts_count, { n: some });
  };
  try {
    await ask();
  } catch (error) {
    if (error.status !== undefined) return;
  }
  setInterval(() => ask().catch(() => {}), AGAIN);
}
