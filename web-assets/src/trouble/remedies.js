// The remedies for each trouble: the commands for the router's terminal, with its own user and service filled in.
// Does
// not touch the page.

import { REMEDIES } from "./remedy-table.js";

/** Where a command waits for a password. */
const PLACE = "PUT-A-PASSWORD-HERE";

/**
 * @param {string} trouble the API's reason, or `server`
 * @param {{user?: string, tls?: boolean, password?: string, host?: string}} router as far as it is known; the password
 *   only where it is on the screen anyway
 * @returns {{say: string, command: string}[]} the likeliest first; `say` is what it is for, the key of a text `fix.…`
 */
export function remediesOf(trouble, { user = "lalin", tls = false, password, host = "" } = {}) {
  if (trouble === "server") return [{ say: "server", command: "sudo systemctl restart lalin" }];
  const values = { service: tls ? "api-ssl" : "api", group: quoted(`${user}-read`), user: quoted(user) };
  const secret = password?.replace(/["\\$?]/g, "\\$&");
  // In one go: a name may hold anything, the name of another place to fill too.
  const put = (command) =>
    command.replace(/\{(service|group|user)\}|PUT-A-PASSWORD-HERE/g, (place, name) => values[name] ?? secret ?? place);
  const all = (REMEDIES[trouble] ?? []).map(({ say, command }) => ({
    say: secret && command.includes(PLACE) ? `${say}-same` : say,
    command: put(command),
  }));
  // Where nothing answers, the first look is from Lalin's own machine.
  const away = ["timed-out", "unreachable"].includes(trouble) && /^[\w.:-]+$/.test(host);
  return away ? [{ say: "ping", command: `ping ${host}` }, ...all] : all;
}

/** A name as RouterOS takes it: as it is where that is plain, else in quotes. */
function quoted(name) {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  return `"${name.replace(/[\u0000-\u001f\u007f]/g, "").replace(/["\\$?]/g, "\\$&")}"`;
}
