// The routers that were found on the network, to choose one from.

import { element } from "../shared/elements.js";
import { button } from "../shared/form.js";
import { discoveryNotes } from "./discovery-notes.js";

/** Who is on the network, to be chosen. The list is made anew only where it says something new. */
export function neighbours(root, heard, texts, choose) {
  const all = heard.neighbours.filter(({ address }) => address);
  const gateway = heard.gateway?.api || heard.gateway?.apiTls ? heard.gateway.address : null;
  const known = all.some(({ addresses }) => addresses.includes(gateway));
  const rows = all.map(({ address, identity, board, version }) => [
    address,
    [identity ?? address, [board, version?.split(" ")[0]].filter(Boolean).join(" · ")],
  ]);
  if (gateway && !known) rows.unshift([gateway, [gateway, texts.setup_gateway]]);
  const notes = discoveryNotes(heard, rows.length, texts);
  const shown = JSON.stringify([rows, notes]);
  if (root.dataset.shown === shown) return;
  root.dataset.shown = shown;
  const said = notes.map((note) => element("p", "note", note));
  if (rows.length === 0) {
    root.replaceChildren(...said);
    return;
  }
  const list = element("ul", "setup-neighbours");
  for (const [address, [title, more]] of rows) {
    const item = element("li");
    const pick = button("", "neighbour", () => choose(address));
    pick.append(
      element("bdi", "name", title),
      element("span", "note", [title === address ? "" : address, more].filter(Boolean).join(" · ")),
    );
    item.append(pick);
    list.append(item);
  }
  root.replaceChildren(element("h3", "", texts.setup_found), list, ...said);
}
