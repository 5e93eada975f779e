// The way from the live chart into what was recorded: a button, where the server records at all, and the address of
// whoever follows a link to a moment of the past. Loaded after the first picture; the view itself with its first use.

import { allTexts } from "../shared/all-words.js";
import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { lazyImport } from "../shared/lazy-import.js";
import { sign } from "../shared/signs.js";
import { styleSheet } from "../shared/style-sheet.js";
import { ofAddress } from "./history-time.js";
import { button } from "../chart/menu.js";

/** @import { ChartPanel } from "../chart/chart-panel.js" */

/** A phone's toolbar is its windows alone: the menu has the rest. */
const PHONE = "(max-width: 959px)";

/**
 * @param {object} page
 * @param {ChartPanel} page.panel
 * @param {HTMLElement} page.stage
 * @param {string} page.lang
 * @param {Record<string, string>} page.texts those of the first visit
 */
export async function historyStart({ panel, stage, lang, texts: first }) {
  const recording = await api.get("/api/v1/recording").catch((error) => {
    // Without an answer it is asked again with the next greeting.
    if (error.status === undefined) throw error;
    return null;
  });
  if (!recording?.enabled) return;
  const texts = await allTexts(lang, first);
  const load = lazyImport(async () => {
    const style = styleSheet(import.meta.url, "./history.css");
    const { HistoryView } = await import("./history-view.js");
    await style;
    return new HistoryView({ panel, stage, lang, texts });
  });
  const open = (range) => load((view) => view.open(range));
  const { tools } = panel;
  const made = button("past", "", () => {
    tools.menu.root.open = false;
    open(null);
  });
  made.append(sign("i-cal"), element("span", "word", texts.past));
  made.title = texts.past_open;
  const phone = matchMedia(PHONE);
  const place = () => (phone.matches ? tools.menu.list.prepend(made) : tools.pause.before(made));
  phone.addEventListener("change", place);
  place();
  panel.beyond = (range) => open(range);
  // A wall shows what is.
  if (document.documentElement.hasAttribute("data-kiosk")) return;
  const asked = ofAddress(location.search, Date.now());
  if (asked) open(asked);
}
