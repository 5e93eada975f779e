// What is said beside the routers that were heard on the network: that one still listens, or why one may be missing.

import { fill } from "../shared/format.js";

/**
 * @param {{listening: boolean, problem?: string | null}} heard as the API tells it
 * @param {number} found how many routers are offered
 * @param {Record<string, string>} texts
 * @returns {string[]}
 */
export function discoveryNotes({ listening, problem }, found, texts) {
  const notes = [];
  if (found === 0) notes.push(listening ? texts.setup_nobody : texts.setup_deaf);
  if (problem) notes.push(fill(texts.setup_port_taken, { problem }));
  return notes;
}
