// The routers that were found on the network, to choose one from.

import { element, put } from "../shared/elements.js";
import { button, input } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { discoveryNotes } from "./discovery-notes.js";

/** So many are shown before "show all": what follows below must stay in sight. */
const FEW = 3;

/**
 * @typedef {object} Found
 * @property {string} address
 * @property {string|null} identity
 * @property {boolean} near it was heard on this network itself
 * @property {boolean} onlyTls its API answers with TLS alone
 * @property {string} more
 */

/** Who is on the network. The list is made anew only where it says something new. */
export class NeighbourList {
  #shown = "";
  #all = false;
  #heard = null;

  /**
   * @param {object} page
   * @param {Record<string, string>} page.texts
   * @param {HTMLElement} page.count where it says how many there are
   * @param {(found: Found) => void} page.choose
   */
  constructor({ texts, count, choose }) {
    this.texts = texts;
    this.count = count;
    this.choose = choose;
    this.root = element("div", "setup-found");
    this.chosen = "";
    put(count, texts.setup_nobody);
  }

  /** @param {any} heard the answer of `GET /api/v1/discovery` */
  show(heard) {
    this.#heard = heard;
    const found = foundOf(heard, this.texts);
    const notes = discoveryNotes(heard, found.length, this.texts);
    const shown = JSON.stringify([found, notes, this.#all]);
    if (this.#shown === shown) return;
    this.#shown = shown;
    const { texts } = this;
    // That it still looks stands beside the question; what is wrong stands below.
    const looking = notes[0] === texts.setup_nobody;
    put(this.count, found.length > 0 ? fill(texts.setup_found, { n: found.length }) : looking ? notes[0] : "");
    const said = (looking ? notes.slice(1) : notes).map((note) => element("p", "note", note));
    const list = element("div", "neighbours");
    list.setAttribute("role", "radiogroup");
    list.setAttribute("aria-label", texts.setup_which);
    const few = this.#all ? found : found.slice(0, FEW);
    list.append(...few.map((one) => this.#row(one)));
    if (few.length < found.length) {
      list.append(
        button(
          fill(texts.setup_found_all, { n: found.length }),
          "neighbours-all",
          () => {
            this.#all = true;
            this.show(this.#heard);
          },
          "bare",
        ),
      );
    }
    this.root.replaceChildren(...(found.length > 0 ? [list] : []), ...said);
    return found;
  }

  #row(one) {
    const row = element("label", "neighbour");
    row.dataset.testid = "neighbour";
    const pick = input({ type: "radio", name: "found", value: one.address });
    pick.checked = one.address === this.chosen;
    pick.addEventListener("change", () => {
      this.chosen = one.address;
      this.choose(one);
    });
    row.append(pick);
    for (const [kind, text] of [
      ["name", one.identity ?? one.address],
      ["soft", one.identity ? one.address : ""],
      ["soft", one.more],
    ]) {
      const word = element("bdi", kind, text);
      // It may end in an ellipsis.
      word.title = word.textContent;
      row.append(word);
    }
    return row;
  }

  /** The address in the form is now this one: the row of that router is the chosen one. */
  mark(address) {
    this.chosen = address;
    for (const pick of this.root.querySelectorAll(/** @type {"input"} */ ("input[name=found]")))
      pick.checked = pick.value === address;
  }
}

/** @returns {Found[]} the gateway first where nobody else of them is it */
export function foundOf(heard, texts) {
  const all = heard.neighbours.filter(({ address }) => address);
  const { gateway } = heard;
  const answers = gateway && (gateway.api || gateway.apiTls);
  const found = all.map(({ address, addresses, identity, board, version }) => ({
    address,
    identity: identity || null,
    near: true,
    onlyTls: Boolean(answers && addresses.includes(gateway.address) && gateway.apiTls && !gateway.api),
    more: [board, version?.split(" ")[0]].filter(Boolean).join(" · "),
  }));
  if (answers && !all.some(({ addresses }) => addresses.includes(gateway.address)))
    found.unshift({
      address: gateway.address,
      identity: null,
      near: true,
      onlyTls: gateway.apiTls && !gateway.api,
      more: texts.setup_gateway,
    });
  return found;
}
