// How much the server logs: chosen here until its next start. A filter that is none of the levels stays as it is until
// a level is chosen.

import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { field, select, sentence } from "../shared/form.js";
import { fill } from "../shared/format.js";

const LEVELS = ["error", "warn", "info", "debug", "trace"];

/**
 * What there is to choose: the levels, and a filter of somebody's own where that is in effect.
 * @param {string} filter
 * @param {Record<string, string>} texts
 * @returns {[string, string][]}
 */
export function choices(filter, texts) {
  const levels = LEVELS.map((level) => /** @type {[string, string]} */ ([level, texts[`set_log_${level}`]]));
  if (LEVELS.includes(filter)) return levels;
  return [[filter, fill(texts.set_log_own, { filter })], ...levels];
}

/**
 * Shows the level in its section, which stays away where nothing logs that could be asked.
 * @param {HTMLElement} root
 * @param {Record<string, string>} texts
 */
export async function logLevel(root, texts) {
  let filter;
  try {
    ({ filter } = await api.get("/api/v1/log-level"));
  } catch (error) {
    if (error.status === 404) return;
    throw error;
  }
  const chosen = select("level", choices(filter, texts));
  chosen.dataset.testid = "log-level";
  chosen.value = filter;
  const said = element("p", "note");
  said.setAttribute("role", "status");
  chosen.addEventListener("change", async () => {
    try {
      ({ filter } = await api.send("PUT", "/api/v1/log-level", { filter: chosen.value }));
      put(said, texts.set_log_changed);
    } catch (error) {
      chosen.value = filter;
      put(said, sentence(error, texts));
    }
  });
  root.append(field(texts.set_log_level, chosen), said);
  root.hidden = false;
}
