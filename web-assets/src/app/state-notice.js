// One quiet line where the server has lost the others of its cluster: what is shown may be old, and nothing can be
// changed. Loaded when that is so for the first time.

import { allTexts } from "../shared/all-words.js";
import { stateAge } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { fill, spanWords } from "../shared/format.js";
import { styleSheet } from "../shared/style-sheet.js";

/** A node that never heard of the others does not know since when, ms. */
const EVER = 365 * 86_400_000;

/** @param {Record<string, string>} known the page's texts */
export async function stateNotice(known) {
  const style = styleSheet(import.meta.url, "./state-notice.css");
  const texts = await allTexts(document.documentElement.lang, known);
  await style;
  const line = element("p", "state-notice");
  line.dataset.testid = "state-notice";
  line.setAttribute("role", "status");
  document.querySelector("body > header").after(line);
  const show = () => {
    const age = stateAge();
    line.hidden = age === null;
    if (age !== null) put(line, noticeOf(age, texts));
  };
  document.addEventListener("stateagechange", show);
  show();
}

/** The sentence, with as much of the time as matters. */
export function noticeOf(age, texts) {
  if (age > EVER) return texts.cluster_old_ever;
  return fill(texts.cluster_old, { n: spanWords(Math.max(1_000, Math.floor(age / 1_000) * 1_000), texts) });
}
