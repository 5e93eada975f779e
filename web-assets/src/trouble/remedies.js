// The remedies for each trouble: the commands for the router's terminal, with its own user and service filled in. Does
// not touch the page.

import { REMEDIES } from "./remedy-table.js";

/**
 * @param {string} trouble the API's reason, or `server`
 * @param {{user?: string, tls?: boolean}} router as far as it is known
 * @returns {{say: string, command: string}[]} the likeliest first; `say` is what it is for, the key of a text `fix.…`
 */
export function remediesOf(trouble, { user = "lalin", tls = false } = {}) {
  if (trouble === "server") return [{ say: "server", command: "sudo systemctl restart lalin" }];
  // The user comes last: a name may hold anything.
  const service = tls ? "api-ssl" : "api";
  const put = (command) => command.replaceAll("{service}", service).replaceAll("{user}", () => quoted(user));
  return (REMEDIES[trouble] ?? []).map(({ say, command }) => ({ say, command: put(command) }));
}

/** A name as RouterOS takes it: as it is where that is plain, else in quotes. */
function quoted(name) {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  return `"${name.replace(/[\u0000-\u001f\u007f]/g, "").replace(/["\\$?]/g, "\\$&")}"`;
}
