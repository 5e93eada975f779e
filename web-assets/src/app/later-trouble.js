// The trouble panel, which a page that is live needs none of: it is loaded with the first trouble, or once the page has
// been live for a while. Without a server nothing more can be loaded, and then it is needed most.

import { allTexts } from "../shared/all-words.js";
import { lazyImport } from "../shared/lazy-import.js";
import { styleSheet } from "../shared/style-sheet.js";

/** So long after the first good moment, ms, the page has done what was urgent. */
const SETTLED = 4_000;
/** What could not be loaded is tried again this often, ms. */
const AGAIN = 5_000;
/** These need no explanation. */
const QUIET = ["live", "late", "stopped", "no-router"];

/**
 * @param {ConstructorParameters<typeof import("../trouble/trouble-panel.js").TroublePanel>[0]} page
 * @returns {{show: (state: string, known: import("../data/connection-state.js").Known & {now: number}) => void}}
 */
export function laterTrouble(page) {
  /** @type {import("../trouble/trouble-panel.js").TroublePanel|null} */
  let panel = null;
  let since = null;
  let askedAt = -Infinity;
  const load = lazyImport(async () => {
    const [{ TroublePanel }, texts] = await Promise.all([
      import("../trouble/trouble-panel.js"),
      allTexts(page.lang, page.texts),
      styleSheet(import.meta.url, "../trouble/trouble-panel.css"),
    ]);
    return new TroublePanel({ ...page, texts });
  });
  return {
    show(state, known) {
      if (panel !== null) {
        panel.show(state, known);
        return;
      }
      since ??= state === "live" ? known.now : null;
      const wanted = !QUIET.includes(state) || (since !== null && known.now - since > SETTLED);
      if (!wanted || known.now - askedAt < AGAIN) return;
      askedAt = known.now;
      load((made) => (panel = made));
    },
  };
}
