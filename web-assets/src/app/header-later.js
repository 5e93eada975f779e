// What the header does after the page shows something: the count of alerts, the line about a cluster's state, the app.

import { alertCount } from "../alerts/alert-count.js";
import { stateAge } from "../shared/api.js";
import { lazyImport } from "../shared/lazy-import.js";
import { offlineShell } from "./offline-shell.js";

/**
 * @param {HTMLElement|null} link to the alerts; null where nobody knows who looks
 * @param {Record<string, string>} texts
 * @param {boolean} streams whether the page opens an event stream
 */
export function headerLater(link, texts, streams) {
  // The app is what one looks at all day: a table is looked up and left, and need not wait for it.
  if (streams) offlineShell();
  const notice = lazyImport(async () => (await import("./state-notice.js")).stateNotice(texts));
  const look = () => stateAge() !== null && notice(() => {});
  document.addEventListener("stateagechange", look);
  look();
  if (link) alertCount(link, texts, streams).catch(() => {});
}
